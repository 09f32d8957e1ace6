"""`python -m benchmarks.tau`: plays the corpus, prints the results and writes them into the README."""

from benchmarks.tau.report import results, write_readme

if __name__ == "__main__":
    text = results()
    write_readme(text)
    print(text)  # noqa: T201 (a program for a terminal)
