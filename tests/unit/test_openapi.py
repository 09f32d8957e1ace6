"""The committed description of the API is what its routes say; `python -m scripts.openapi` writes it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from scripts.openapi import DOCUMENT


@pytest.fixture(scope="module")
def made() -> Any:  # noqa: ANN401 (any JSON)
    """In a process of its own, as whoever writes it makes it."""
    program = "from scripts.openapi import text; print(text(), end='')"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_the_committed_document_is_what_the_routes_say(made: str) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == made


def test_every_operation_tells_how_it_refuses(made: str) -> None:
    answers = [operation["responses"] for operations in json.loads(made)["paths"].values() for operation in operations.values()]
    assert len(answers) > 10
    assert [answer for answer in answers if "default" not in answer or "422" in answer] == []
