"""The committed schemas are the generated ones; `python -m stacks.generated` writes them."""

import re
from pathlib import Path

import pytest

from remit.charter_reference import charter_reference
from remit.charters import charter_schema
from remit.generated import generated
from stacks.generated import REFERENCE

FILES = generated(Path())


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_committed_file_is_what_the_charters_generate(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path]


def test_the_committed_reference_is_what_the_models_say() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == charter_reference(charter_schema())


def test_every_kind_of_thing_has_its_section_and_every_link_its_target() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    sections = {line.removeprefix("## ").lower() for line in page.splitlines() if line.startswith("## ")}
    assert set(re.findall(r"\]\(#([a-z]+)\)", page)) <= sections
    assert {name.lower() for name in charter_schema()["$defs"]} <= sections  # type: ignore[union-attr]
