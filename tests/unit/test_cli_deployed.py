from pathlib import Path

import pytest

from remit.cli import local
from remit.cli.errors import CliError


class FakeCloud:
    """A local cloud that is up or not."""

    def __init__(self, *, running: bool) -> None:
        self.running = running

    def current(self, root: Path) -> str | None:
        return "state" if self.running else None

    def up(self, root: Path, *_: object) -> str:
        self.running = True
        return "state"

    def down(self, root: Path) -> bool:
        self.running = False
        return True


def cloud(monkeypatch: pytest.MonkeyPatch, *, running: bool, deploys: bool = True) -> FakeCloud:
    fake = FakeCloud(running=running)

    def deploy(*_: object) -> None:
        if not deploys:
            raise CliError("'cdk deploy' failed.")

    monkeypatch.setattr(local, "cloud", fake)
    monkeypatch.setattr(local, "deploy", deploy)
    return fake


@pytest.mark.parametrize("before", [False, True], ids=["just started", "running before"])
def test_after_a_failed_deployment_only_a_cloud_that_ran_before_is_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: bool
) -> None:
    fake = cloud(monkeypatch, running=before, deploys=False)
    with pytest.raises(CliError, match="cdk deploy"), local.deployed(tmp_path, 4566):
        pass
    assert fake.running is before


@pytest.mark.parametrize("before", [False, True], ids=["just started", "running before"])
def test_after_ctrl_c_only_a_cloud_that_ran_before_is_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, before: bool) -> None:
    fake = cloud(monkeypatch, running=before)
    with pytest.raises(KeyboardInterrupt), local.deployed(tmp_path, 4566):
        raise KeyboardInterrupt
    assert fake.running is before


def test_a_story_that_goes_wrong_leaves_the_cloud_up_to_be_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = cloud(monkeypatch, running=False)
    with pytest.raises(ZeroDivisionError), local.deployed(tmp_path, 4566):
        raise ZeroDivisionError
    assert fake.running
