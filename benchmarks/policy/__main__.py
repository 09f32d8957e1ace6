"""`python -m benchmarks.policy`: times decisions, prints the results and writes them into the README."""

# The gate's own settings of the garbage collector.
import lambdas  # noqa: F401
from benchmarks.policy.report import results, write_readme

if __name__ == "__main__":
    text = results()
    write_readme(text)
    print(text)  # noqa: T201 (a program for a terminal)
