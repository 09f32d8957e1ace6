"""`python -m benchmarks.facts`: measures memory, prints the results and writes them into the README."""

import argparse

from benchmarks.facts.corpus import SUBJECTS
from benchmarks.facts.report import results, write_readme

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.facts")
    parser.add_argument("--beside", type=int, default=SUBJECTS, help="how many subjects the vector retrieval is asked about")
    text = results(parser.parse_args().beside)
    write_readme(text)
    print(text)  # noqa: T201 (a program for a terminal)
