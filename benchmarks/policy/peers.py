"""The peer's times out of a process in an environment of its own."""

import json
from pathlib import Path

from benchmarks.environment import PeerError, python, run
from benchmarks.policy.timing import Times

__all__ = ["PeerError", "peer"]

_HERE = Path(__file__).resolve().parent


def peer(policies: int, count: int) -> tuple[Times, str]:
    """Its evaluator's times with so many rules, and what its Cedar backend says."""
    interpreter = python(_HERE / "requirements.txt")
    told = json.loads(run(interpreter, _HERE / "peer.py", json.dumps({"policies": policies, "count": count})))
    return Times(told["times"]), str(told["cedar"])
