"""What every benchmark's page says is written by its command, with the day, the machine and the versions."""

import re
from pathlib import Path

from benchmarks.results import END, begins

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(ROOT.glob("benchmarks/*/README.md"))
_MEASURED = re.compile(r"\d{4}-\d\d-\d\d, \d+ CPUs of .+, Python 3\.\d+\.\d+, \w[\w-]* \d[\w.]*")
_TARGET = re.compile(r"^bench-([a-z-]+): ", re.MULTILINE)


def says_when(page: Path) -> bool:
    before, _, rest = page.read_text(encoding="utf-8").partition(begins(f"benchmarks.{page.parent.name}"))
    return bool(before and _MEASURED.search(rest.partition(END)[0]))


def test_results_say_when_and_where_they_were_measured() -> None:
    assert [page.parent.name for page in PAGES if not says_when(page)] == []


def test_one_command_runs_every_benchmark() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    names = {f"bench-{page.parent.name.replace('_', '-')}" for page in PAGES}
    (bench,) = re.findall(r"^bench: (.*?) ##", makefile, re.MULTILINE)
    assert set(bench.split()) == names
    assert {f"bench-{name}" for name in _TARGET.findall(makefile)} == names
