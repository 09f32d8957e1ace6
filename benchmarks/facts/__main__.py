"""`python -m benchmarks.facts`: measures memory, prints the results and writes them into the README."""

import argparse

from benchmarks.facts.corpus import SUBJECTS
from benchmarks.facts.report import README, results
from benchmarks.results import publish

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.facts")
    parser.add_argument("--beside", type=int, default=SUBJECTS, help="how many subjects the vector retrieval is asked about")
    publish(README, "benchmarks.facts", results(parser.parse_args().beside))
