"""Deploy to a local cloud of its own, count what governed actions make AWS do, and write the results into the README."""

import os
import tempfile
from pathlib import Path

from benchmarks.cloud_calls.report import README, results
from benchmarks.results import publish
from remit.cli import processes
from remit.cli.demo.stories import RECORDS
from remit.cli.demo.world import World
from remit.cli.deploy import deploy
from remit.cli.output import progress
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.e2e.conftest import checkout


def counted(root: Path) -> str:
    """On a deployment that is gone again afterwards."""
    try:
        with progress("Local cloud") as tell:
            state = cloud.up(root, 0, tell)
        with progress("Stacks") as tell:
            deploy(root, state, tell)
        with progress("Actions"):
            world = World(state)
            world.seed(RECORDS)
            return results(state, world)
    finally:
        cloud.down(root)


if __name__ == "__main__":
    processes.ended_by_signals()
    exempt_this_machine(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        text = counted(checkout(Path(folder)))
    publish(README, "benchmarks.cloud_calls", text)
