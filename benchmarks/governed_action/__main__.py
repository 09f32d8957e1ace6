"""Time governed actions in one process beside the peer, and write the results into the README."""

from benchmarks.governed_action.report import README, results
from benchmarks.results import publish

publish(README, "benchmarks.governed_action", results())
