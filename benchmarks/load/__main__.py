"""Deploy to a local cloud of its own, let many callers ask at once, and write what came of it into the README."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.load.report import APART, CLIENTS, README, SECONDS, results
from benchmarks.results import publish
from remit.cli import processes
from remit.cli.demo.world import World
from remit.cli.deploy import deploy
from remit.cli.output import progress
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.e2e.conftest import checkout


def loaded(root: Path, clients: int, seconds: int, apart: float) -> tuple[str, list[str]]:
    """On a deployment that is gone again afterwards."""
    try:
        with progress("Local cloud") as tell:
            state = cloud.up(root, 0, tell)
        with progress("Stacks") as tell:
            deploy(root, state, tell)
        with progress(f"{clients} callers join, {apart} s after each other, ask for {seconds} s, and until all is settled"):
            return results(World(state), clients, seconds, apart)
    finally:
        cloud.down(root)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--apart", type=float, default=APART, help="seconds between one caller's joining and the next's")
    asked = parser.parse_args()
    processes.ended_by_signals()
    exempt_this_machine(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        text, wrong = loaded(checkout(Path(folder)), asked.clients, asked.seconds, asked.apart)
    publish(README, "benchmarks.load", text)
    sys.exit("\n".join(wrong) or 0)
