"""What all benchmarks' pages have in common: the part that a command writes, and where it was measured."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

END = "<!-- end of results -->\n"


def begins(module: str) -> str:
    return f"<!-- results: written by python -m {module} -->\n"


def publish(page: Path, module: str, text: str) -> None:
    """Print it, and write it into the page."""
    sys.stdout.write(text)
    write_results(page, module, text)


def write_results(page: Path, module: str, text: str) -> None:
    """Put the text between the page's marks, over what was there."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begins(module))
    page.write_text(f"{before}{begins(module)}{text}{END}{rest.partition(END)[2]}", encoding="utf-8")


def measured_on(*packages: str) -> str:
    """One line: day, machine, interpreter, and the versions of the packages that were measured."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, Python {platform.python_version()}, {versions}. Other work went on on the machine."
    )


def _processor() -> str:
    told = subprocess.run(["/usr/bin/env", "lscpu"], capture_output=True, text=True, check=False)
    names = [line.partition(":")[2].strip() for line in told.stdout.splitlines() if line.startswith(("Model name", "CPU(s):"))]
    return " CPUs of ".join(names) if len(names) == 2 else platform.machine()  # noqa: PLR2004 - the two lines
