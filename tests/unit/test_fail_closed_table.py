"""docs/fail-closed.md and docs/approvals.md say nothing that no test shows, and no failure is shown that the first leaves out."""

import ast
from pathlib import Path

import pytest


def rows(page: str) -> list[str]:
    return [line for line in Path("docs", page).read_text().splitlines() if line.startswith("| ")][1:]


ROWS = rows("fail-closed.md")


def shown_by(row: str) -> tuple[str, str]:
    """The file and the test that a row names."""
    file, _, test = row.rstrip(" |").rpartition("| ")[2].strip("`").partition("::")
    return file, test


def named_in(file: str) -> set[str]:
    found = {node.name for node in ast.walk(ast.parse(Path(file).read_text())) if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.startswith("test_")}


@pytest.mark.parametrize("row", [*ROWS, *rows("approvals.md")], ids=lambda row: row.split("|")[1].strip())
def test_the_test_that_a_row_names_exists(row: str) -> None:
    file, test = shown_by(row)
    assert test in named_in(file)


@pytest.mark.parametrize("file", ["tests/unit/test_fail_closed.py", "tests/unit/test_fail_closed_start.py"])
def test_every_failure_that_is_tested_has_its_row(file: str) -> None:
    assert named_in(file) == {test for shown, test in map(shown_by, ROWS) if shown == file}
