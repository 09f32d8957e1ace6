"""A virtual environment of its own for what is measured beside Remit, with exactly what its lock says."""

import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

from uv import find_uv_bin

_ROOT = Path(__file__).resolve().parents[1]
_FOLDER = _ROOT / ".remit" / "peers"


class PeerError(Exception):
    """The peer cannot be installed or does not run; the message is what it said last."""


@cache
def python(lock: Path, *options: str) -> Path:
    """Its interpreter; the environment is made if it is not there. `options` are uv's for installing."""
    environment = _FOLDER / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    interpreter = environment / "bin" / "python"
    if not (environment / "ready").exists():
        run(find_uv_bin(), "venv", "--quiet", "--clear", "--python", sys.executable, environment)
        run(find_uv_bin(), "pip", "install", "--quiet", "--require-hashes", *options, "--python", interpreter, "-r", lock)
        (environment / "ready").touch()
    return interpreter


def run(*command: str | Path, given: str | None = None) -> str:
    """What the command prints, run in the project's folder; `given` is its input. Raises PeerError."""
    done = subprocess.run(command, cwd=_ROOT, input=given, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
    if done.returncode:
        raise PeerError(f"{Path(command[0]).name}: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
