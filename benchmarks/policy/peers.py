"""The peer's virtual environment, and its times out of a process in there."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from uv import find_uv_bin

from benchmarks.policy.timing import Times

_HERE = Path(__file__).resolve().parent
_LOCK = _HERE / "requirements.txt"
_FOLDER = _HERE.parents[1] / ".remit" / "peers"


class PeerError(Exception):
    """The peer cannot be installed or does not run; the message is what it said last."""


@cache
def python() -> Path:
    """The interpreter of an environment with exactly what the lock says, made if it is not there."""
    environment = _FOLDER / hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    interpreter = environment / "bin" / "python"
    if not (environment / "ready").exists():
        _run(find_uv_bin(), "venv", "--quiet", "--clear", "--python", sys.executable, environment)
        _run(find_uv_bin(), "pip", "install", "--quiet", "--require-hashes", "--python", interpreter, "-r", _LOCK)
        (environment / "ready").touch()
    return interpreter


def peer(policies: int, count: int) -> tuple[Times, str]:
    """Its evaluator's times with so many rules, and what its Cedar backend says."""
    told = json.loads(ask_peer(_HERE / "peer.py", {"policies": policies, "count": count}))
    return Times(told["times"]), str(told["cedar"])


def ask_peer(program: Path, question: Mapping[str, int]) -> str:
    """What a program says that runs with the peer's interpreter. Raises PeerError."""
    return _run(python(), program, json.dumps(question))


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
    if done.returncode:
        raise PeerError(f"{Path(command[0]).name}: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
