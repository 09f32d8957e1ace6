"""`python -m benchmarks.policy`: times decisions, prints the results and writes them into the README."""

# The gate's own settings of the garbage collector.
import lambdas  # noqa: F401
from benchmarks.policy.report import README, results
from benchmarks.results import publish

if __name__ == "__main__":
    publish(README, "benchmarks.policy", results())
