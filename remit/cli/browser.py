"""The Chromium of this machine, to take pictures of pages. Standard library only."""

import shutil
import subprocess
import tempfile
from pathlib import Path

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# No screen, no profile, and nothing to say to anybody but the page.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_SECONDS = 60


def find() -> Path | None:
    """Where it is; None where there is none."""
    found = (shutil.which(program) for program in _PROGRAMS)
    return next((Path(path) for path in found if path), None)


def picture(address: str, path: Path, size: tuple[int, int] = (1280, 1600)) -> Path | None:
    """A picture of the page at the address, so many pixels wide and high; None if there is no browser, or it takes none."""
    program = find()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as profile:
        command: list[str | Path] = [
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            "--window-size={},{}".format(*size),
            f"--screenshot={path}",
            address,
        ]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
        except (OSError, subprocess.SubprocessError):
            return None
    return path if path.exists() else None
