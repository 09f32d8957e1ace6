"""The committed schemas are the generated ones; `python -m stacks.generated` writes them."""

from pathlib import Path

import pytest

from remit.generated import generated

FILES = generated(Path())


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_committed_file_is_what_the_charters_generate(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path]
