"""A copy of this project that a test may change, with the domains that it names; what is installed is this project's own."""

import shutil
from pathlib import Path

from remit.charters import load_charter
from tests.e2e.conftest import REPOSITORY

_COPIED = ("app.py", "cdk.json", "remit", "lambdas", "stacks", "requirements", "tools/__init__.py", "charters/charter.schema.json")
_OF_A_DOMAIN = ("charters/{}.yaml", "tools/{}", "policies/{}", "prompts/{}")
_OF_ALL = ("action", "undo")
_LINKED = (".venv", "node_modules")


def copied(root: Path, *domains: str) -> Path:
    for name in _LINKED:
        (root / name).symlink_to(REPOSITORY / name)
    parts = [part.format(domain) for domain in domains for part in _OF_A_DOMAIN]
    workflows = [name for domain in domains for name in load_charter(REPOSITORY / "charters" / f"{domain}.yaml").workflows]
    for name in (*_COPIED, *parts, *(f"statemachines/{workflow}.asl.json" for workflow in (*_OF_ALL, *workflows))):
        _copy(REPOSITORY / name, root / name)
    _with_packages(root)
    return root


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def _with_packages(root: Path) -> None:
    """What is installed for a bundle depends on its lock only, and is installed once."""
    packages = REPOSITORY / ".remit" / "bundles"
    packages.mkdir(parents=True, exist_ok=True)
    (root / ".remit").mkdir(mode=0o700)
    (root / ".remit" / "bundles").symlink_to(packages)
