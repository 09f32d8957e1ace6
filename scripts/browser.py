"""The browser that tests drive: found, or as root on Debian installed. Standard library only."""

import os
import shutil
import sys
from pathlib import Path

from remit.cli import processes
from remit.cli.browser import find
from scripts import steps

_APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300")
MISSING = "The tests in a browser need Chromium, and there is none on the PATH: install it first (on Debian: apt-get install chromium)."


class NoBrowser(Exception):
    """The message is one sentence for the person at the keyboard."""


def provide(root: Path) -> None:
    """See to it that there is one. Raises NoBrowser."""
    if find() is not None:
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NoBrowser(MISSING)
    try:
        steps.run("Debian's package lists", (*_APT, "update"), _log(root))
        steps.run("Chromium (Debian)", (*_APT, "install", "--yes", "--no-install-recommends", "chromium"), _log(root))
    except steps.StepFailed as failure:
        last = "\n".join(processes.tail(failure.log, 3))
        raise NoBrowser(f"{failure.title}: apt-get could not do it; all it said is in {failure.log}. Its last words:\n{last}") from failure


def _log(root: Path) -> Path:
    return root / ".remit" / "log" / "browser.log"


def main() -> None:
    processes.ended_by_signals()
    try:
        provide(Path.cwd())
    except NoBrowser as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
