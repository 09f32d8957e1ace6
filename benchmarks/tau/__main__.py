"""`python -m benchmarks.tau`: plays the corpus, prints the results and writes them into the README."""

from benchmarks.results import measured_on, publish
from benchmarks.tau.report import README, results

if __name__ == "__main__":
    publish(README, "benchmarks.tau", f"{results()}\n\n{measured_on('cedarpy', 'pydantic')}\n")
