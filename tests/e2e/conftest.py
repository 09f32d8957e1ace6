"""One target for all tests below, with the real stacks on it; the demo's stories are told on it once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.cli.demo.command import attempt
from remit.cli.demo.stories import PEOPLE, RECORDS, STORIES
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.browser.chromium import chromium, tab
from tests.e2e import targets

__all__ = ["chromium", "tab"]

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
_unvouched: list[str] = []


def checkout(root: Path) -> Path:
    """This repository in another folder, which can have a local cloud of its own."""
    for path in REPOSITORY.iterdir():
        if path.name != ".remit":
            (root / path.name).symlink_to(path)
    return root


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.CloudState]:
    exempt_this_machine(os.environ)
    yield from targets.deployed(checkout(tmp_path_factory.mktemp("cloud")))


def pytest_configure() -> None:
    """What the tests are to run on has to be there, and to have what they need."""
    try:
        if targets.target() == "localstack":
            targets.localstack()
    except targets.NoTarget as problem:
        pytest.exit(str(problem), returncode=4)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _unvouched.extend(targets.unvouched([item for item in items if HERE in item.path.parents], targets.target()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _unvouched:
        terminalreporter.section(f"had not passed on {targets.target()} before")
        terminalreporter.write_line("\n".join(_unvouched))


@pytest.fixture(scope="session")
def world(state: cloud.CloudState) -> World:
    world = World(state)
    world.seed(RECORDS)
    world.staff(PEOPLE)
    return world


@pytest.fixture(scope="session")
def stories(world: World) -> dict[str, Story]:
    told = {title: Story(title) for title, _ in STORIES}
    for title, tale in STORIES:
        attempt(tale, told[title], world)
    return told
