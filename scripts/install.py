"""Installs what Remit needs into .venv and node_modules, each only when its lock changed. Standard library only."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from remit.cli import processes
from scripts import steps

_PYTHON_INPUTS = ("requirements/uv.txt", "requirements/dev.txt", "pyproject.toml")
_NODE_INPUTS = ("package.json", "package-lock.json")
_OLDEST_PYTHON = (3, 11)
_OLDEST_NODE = 20
_NO_NETWORK = re.compile(
    r"name resolution|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT|dns error|NewConnectionError|ConnectTimeout"
    r"|Network is unreachable|error sending request|Could not connect"
)


class CannotInstall(Exception):
    """The message is one sentence for the person at the keyboard."""


def install(root: Path) -> None:
    """Bring both up to date. Raises CannotInstall before anything is touched if this machine lacks something."""
    _check_python(sys.version_info[:2])
    _check_node()
    try:
        _install_python(root)
        _install_node(root)
    except steps.StepFailed as failure:
        raise CannotInstall(_explain(failure)) from failure


def _install_python(root: Path) -> None:
    venv = root / ".venv"
    wanted = _fingerprint(root, _PYTHON_INPUTS, str(venv), sys.version)
    if _stamp(venv) == wanted:
        return
    _unstamp(venv)
    python, uv = venv / "bin" / "python", venv / "bin" / "uv"
    if not _usable(python, venv):
        _run(root, "Python environment", sys.executable, "-m", "venv", "--clear", venv)
    if not uv.exists():
        _run(root, "uv", python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", root / _PYTHON_INPUTS[0])
    _run(root, "Python packages", uv, "pip", "sync", "--python", python, "--require-hashes", root / _PYTHON_INPUTS[1])
    _run(root, "Remit itself", uv, "pip", "install", "--python", python, "--no-deps", "--no-build-isolation", "--editable", root)
    _stamped(venv).write_text(wanted)


def _install_node(root: Path) -> None:
    modules = root / "node_modules"
    wanted = _fingerprint(root, _NODE_INPUTS)
    if _stamp(modules) == wanted:
        return
    _unstamp(modules)
    _run(root, "CDK command line (npm)", "npm", "ci", "--prefix", root)
    _stamped(modules).write_text(wanted)


def _check_python(version: tuple[int, ...]) -> None:
    if version < _OLDEST_PYTHON:
        raise CannotInstall(f"Remit needs Python 3.11 or newer, and this is {version[0]}.{version[1]}: name one with make PYTHON=….")


def _check_node() -> None:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise CannotInstall(
                f"Remit needs Node.js {_OLDEST_NODE} or newer with npm, and there is no {program} on the PATH: install it first."
            )
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int((re.findall(r"\d+", version) or ["0"])[0]) < _OLDEST_NODE:
        raise CannotInstall(f"Remit needs Node.js {_OLDEST_NODE} or newer, and this is {version or 'broken'}: install a newer one first.")


def _fingerprint(root: Path, inputs: tuple[str, ...], *more: str) -> str:
    texts = [(root / name).read_text() for name in inputs]
    return hashlib.sha256("\0".join((*texts, *more)).encode()).hexdigest()


def _usable(python: Path, venv: Path) -> bool:
    """Whether the environment is whole, of this very Python, and made at this very place."""
    # venv writes it last, after pip.
    activate = venv / "bin" / "activate"
    if not activate.exists() or str(venv) not in activate.read_text():
        return False
    question = [str(python), "-c", "import sys, pip; print(sys.version)"]
    try:
        return subprocess.run(question, capture_output=True, text=True, check=False).stdout.strip() == sys.version
    except OSError:
        return False


def _stamped(folder: Path) -> Path:
    return folder / ".remit-lock"


def _stamp(folder: Path) -> str | None:
    return _stamped(folder).read_text() if _stamped(folder).exists() else None


def _unstamp(folder: Path) -> None:
    _stamped(folder).unlink(missing_ok=True)


def _run(root: Path, title: str, *command: str | Path) -> None:
    # Others must not read what is kept here later.
    (root / ".remit").mkdir(mode=0o700, exist_ok=True)
    steps.run(title, command, root / ".remit" / "log" / "install.log")


def _explain(failure: steps.StepFailed) -> str:
    said = "\n".join(processes.tail(failure.log, 200))
    if "ensurepip is not available" in said:
        return "This Python cannot make virtual environments: install its venv package (on Debian and Ubuntu: apt install python3-venv)."
    if _NO_NETWORK.search(said):
        return f"{failure.title}: a package could not be downloaded. Check the network and run this again; details are in {failure.log}."
    last = "\n".join(processes.tail(failure.log, 12))
    return f"{failure.title}: the installation failed. Its last words:\n{last}\nAll of them are in {failure.log}."


def main() -> None:
    processes.ended_by_signals()
    try:
        install(Path.cwd())
    except CannotInstall as problem:
        sys.exit(f"\n{problem}" if sys.stdout.isatty() else str(problem))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
