"""`make faults`: every kind of fault at every call that a governed action makes, and what came of it."""

import sys

from remit.cli.output import progress
from tests.faults.everything import WORK, played
from tests.faults.page import page, summary
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
    results = play()
    sys.stdout.write(page(results))
    sys.stdout.writelines(f"{result}\n" for result in results if not result.held)
    if not all(result.held for result in results):
        sys.exit(f"Not as it has to be: {summary(results)}")


if __name__ == "__main__":
    main()
