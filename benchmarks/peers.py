"""agent-os-kernel, asked in a virtual environment of its own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.environment import python, run

_LOCK = Path(__file__).resolve().parent / "policy" / "requirements.txt"


def ask_peer(program: str, question: Mapping[str, int]) -> dict[str, Any]:
    """What a module answers that is run with the peer's interpreter. Raises PeerError."""
    told: dict[str, Any] = json.loads(run(python(_LOCK), "-m", program, json.dumps(question)))
    return told
