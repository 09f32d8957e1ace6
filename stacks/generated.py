"""Writes what is generated and committed: `python -m stacks.generated`."""

from pathlib import Path

from remit.generated import generated

if __name__ == "__main__":
    for path, text in generated(Path()).items():
        path.write_text(text, encoding="utf-8")
