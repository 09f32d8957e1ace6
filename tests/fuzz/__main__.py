"""`make fuzz`: more requests than `make test` sends, other ones each time, to a local cloud of their own."""

import argparse
import os
import random
import sys
import tempfile
from functools import partial
from pathlib import Path

from remit.cli import processes
from remit.cli.demo.stories import RECORDS
from remit.cli.demo.world import World
from remit.cli.deploy import deploy
from remit.cli.output import progress
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.e2e.conftest import checkout
from tests.fuzz.api import operations, sweep, sweep_pages
from tests.fuzz.harm import Untouched


def fuzz(root: Path, examples: int, seed: int) -> list[str]:
    """What went wrong, by operation."""
    try:
        with progress("Local cloud") as tell:
            state = cloud.up(root, 0, tell)
        with progress("Stacks") as tell:
            deploy(root, state, tell)
        world = World(state)
        world.seed(RECORDS)
        untouched, found = Untouched(state), list[str]()
        sweeps = [(each.label, examples, partial(sweep, each, state, world, examples, seed)) for each in operations()]
        for label, most, swept in [*sweeps, ("pages", 4 * examples, partial(sweep_pages, world, 4 * examples, seed))]:
            with progress(f"{label}, up to {most} requests"):
                try:
                    swept()
                except AssertionError as error:
                    found.append(f"{label}: {error}")
        return [*found, *untouched.changes()]
    finally:
        cloud.down(root)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="requests to each operation")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of the run that is to be repeated")
    asked = parser.parse_args()
    processes.ended_by_signals()
    exempt_this_machine(os.environ)
    sys.stderr.write(f"Seed {asked.seed}\n")
    with tempfile.TemporaryDirectory() as folder:
        problems = fuzz(checkout(Path(folder)), asked.examples, asked.seed)
    sys.stdout.write(f"Seed {asked.seed}: {len(problems)} problems.\n" + "".join(f"{problem}\n" for problem in problems))
    sys.exit(bool(problems))
