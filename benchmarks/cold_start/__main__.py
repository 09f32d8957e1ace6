"""Weigh the functions' bundles and time their imports beside boto3, and write the results into the README."""

from benchmarks.cold_start.report import README, results
from benchmarks.results import publish

if __name__ == "__main__":
    publish(README, "benchmarks.cold_start", results())
