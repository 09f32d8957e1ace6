"""Writes what is generated and committed: `python -m stacks.generated`."""

from pathlib import Path

from remit.charter_reference import charter_reference
from remit.charters import charter_schema
from remit.generated import generated

REFERENCE = Path("docs/charter-reference.md")

if __name__ == "__main__":
    for path, text in {**generated(Path()), REFERENCE: charter_reference(charter_schema())}.items():
        path.write_text(text, encoding="utf-8")
