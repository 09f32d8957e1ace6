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


def operations(made: str) -> dict[tuple[str, str], dict[str, Any]]:
    paths = json.loads(made)["paths"]
    return {(path, method): operation for path, methods in paths.items() for method, operation in methods.items()}


def test_every_signed_operation_tells_how_it_refuses(made: str) -> None:
    signed = [operation["responses"] for operation in operations(made).values() if "security" not in operation]
    assert len(signed) > 20
    assert [answer for answer in signed if "default" not in answer or "422" in answer] == []


def test_the_pages_that_people_open_are_unsigned_html_and_their_forms_are_told(made: str) -> None:
    pages = {place: operation for place, operation in operations(made).items() if operation.get("security") == []}
    assert set(pages) == {
        *(("/approvals/{approval}", "get"), ("/approvals/{approval}", "post"), ("/signed-in", "get")),
        *(("/inbox", "get"), ("/inbox", "post"), ("/inbox/{approval}", "get")),
    }
    assert {kind for page in pages.values() for answer in page["responses"].values() for kind in answer["content"]} == {"text/html"}
    form = pages["/approvals/{approval}", "post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert set(form["properties"]) == {"form", "token", "verdict", "comment"}


def test_every_operation_has_an_id_of_its_own(made: str) -> None:
    ids = [operation["operationId"] for operation in operations(made).values()]
    assert len(set(ids)) == len(ids)
