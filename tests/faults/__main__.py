"""`make faults`: every kind of fault at every call that a governed action makes, and what came of it."""

import argparse
import sys

from remit.cli.output import progress
from tests.faults.everything import WORK, played
from tests.faults.page import PAGE, page, summary
from tests.faults.scenarios import Result


def play() -> list[Result]:
    """With progress on a terminal."""
    results: list[Result] = []
    with progress("Faults") as tell:
        for number, part in enumerate(played(), 1):
            results += part
            tell(f"{number} of {len(WORK)} parts, {len(results)} runs")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write it to docs/{PAGE.name} too")
    write = parser.parse_args().write
    results = play()
    sys.stdout.write(page(results))
    sys.stdout.writelines(f"{result}\n" for result in results if not result.held)
    if write:
        PAGE.write_text(page(results), encoding="utf-8")
    if not all(result.held for result in results):
        sys.exit(f"Not as it has to be: {summary(results)}")


if __name__ == "__main__":
    main()
