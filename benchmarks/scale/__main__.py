"""Synthesise a company of 1,000 agents, simulate 10,000 actions a second, and write both into their pages."""

import argparse

from benchmarks.results import publish
from benchmarks.scale.report import DOMAINS, PAGE, README, simulation, synthesis

parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
parser.add_argument(
    "--domains", type=int, default=DOMAINS, help=f"synthesise so many of the {DOMAINS} domains' stacks, which are all alike"
)
asked = parser.parse_args()
for page, text in ((PAGE, simulation()), (README, synthesis(asked.domains))):
    publish(page, "benchmarks.scale", text)
