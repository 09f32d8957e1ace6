"""What is installed is pinned by its hash and comes from whatever index the user has."""

import re
from pathlib import Path

import pytest

LOCKS = sorted(Path("requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return dict(PIN.findall(path.read_text()))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_holds_no_address(path: Path) -> None:
    assert not re.search(r"://|--index|--find-links| @ ", path.read_text())


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_pin_has_its_hashes(path: Path) -> None:
    requirements = re.findall(r"^[a-z0-9].*(?:\n    --hash.*)*", path.read_text(), re.MULTILINE)
    assert requirements
    assert all("--hash=sha256:" in requirement for requirement in requirements)


@pytest.mark.parametrize("group", sorted(path.parent.name for path in Path("lambdas").glob("*/handler.py")))
def test_a_bundle_holds_the_versions_that_are_tested_and_nothing_that_the_runtime_has(group: str) -> None:
    bundle, tested = pins(Path(f"requirements/{group}.txt")), pins(Path("requirements/dev.txt"))
    assert bundle.items() <= tested.items()
    assert not {"boto3", "botocore", "s3transfer", "jmespath", "numpy", "zstandard"} & bundle.keys()
