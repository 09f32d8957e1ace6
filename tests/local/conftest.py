"""One local cloud for all tests below; a test that starts its own gets a folder and a port for it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.local.cloud import CloudState, down, up
from tests.local.aws import Aws


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudState]:
    root = tmp_path_factory.mktemp("repository")
    yield up(root, _free_port())
    down(root)


@pytest.fixture
def aws(cloud: CloudState) -> Aws:
    return Aws(cloud)


@pytest.fixture
def free_port() -> int:
    return _free_port()


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """A folder to start a cloud in; what a test leaves running is stopped."""
    yield tmp_path
    down(tmp_path)
