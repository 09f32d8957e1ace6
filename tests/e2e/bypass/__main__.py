"""`python -m tests.e2e.bypass`: deploy to a local cloud of its own, try to get around the gate, and print what refused each attempt."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from remit.cli import processes
from remit.cli.demo.stories import PEOPLE
from remit.cli.demo.world import World
from remit.cli.deploy import deploy
from remit.cli.output import progress
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.e2e.bypass.identities import Identities
from tests.e2e.bypass.table import PAGE, page
from tests.e2e.bypass.trial import Row, place, trial
from tests.e2e.conftest import checkout


def tried(root: Path) -> tuple[Row, ...]:
    """On a deployment that is gone again afterwards."""
    try:
        with progress("Local cloud") as tell:
            state = cloud.up(root, 0, tell)
        with progress("Stacks") as tell:
            deploy(root, state, tell)
        with progress("Attempts"):
            here, world = Identities(state), World(state)
            world.staff(PEOPLE)
            return trial(here, place(here, world))
    finally:
        cloud.down(root)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.bypass", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write it to docs/{PAGE.name} too")
    write = parser.parse_args().write
    processes.ended_by_signals()
    exempt_this_machine(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        rows = tried(checkout(Path(folder)))
    sys.stdout.write(page(rows))
    if write:
        PAGE.write_text(page(rows), encoding="utf-8")
    if let_through := [row.attempt.what for row in rows if row.refusal is None]:
        sys.exit(f"Not refused: {', '.join(let_through)}.")


if __name__ == "__main__":
    main()
