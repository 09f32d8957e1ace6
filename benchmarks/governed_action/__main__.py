"""Time governed actions in one process beside the peer, and write the results into the README."""

import sys

from benchmarks.governed_action.report import README, results
from benchmarks.results import write_results

text = results()
sys.stdout.write(text)
write_results(README, "benchmarks.governed_action", text)
