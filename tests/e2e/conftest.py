"""One local cloud of its own for all tests below, with the real stacks on it; the demo's stories are told on it once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.cli.demo.command import attempt
from remit.cli.demo.stories import PEOPLE, RECORDS, STORIES
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.deploy import deploy
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.browser.chromium import chromium, tab

__all__ = ["chromium", "tab"]

REPOSITORY = Path(__file__).parents[2]


def checkout(root: Path) -> Path:
    """This repository in another folder, which can have a local cloud of its own."""
    for path in REPOSITORY.iterdir():
        if path.name != ".remit":
            (root / path.name).symlink_to(path)
    return root


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.CloudState]:
    exempt_this_machine(os.environ)
    root = checkout(tmp_path_factory.mktemp("cloud"))
    try:
        running = cloud.up(root, port=0)
        deploy(root, running, lambda _: None)
        yield running
    finally:
        cloud.down(root)


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
