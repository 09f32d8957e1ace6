"""A function is told by its environment, and by its bundle of what grows with the deployment."""

from pathlib import Path

import pytest

from remit.adapters.environment import Settings, read_settings


class _Told(Settings):
    remit_stage: str
    agents: dict[str, str]


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_STAGE", "prod")


def test_what_the_bundle_says_is_read_beside_the_environment(tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text('{"AGENTS": {"support": "refunds"}}')
    read = read_settings(_Told, tmp_path)
    assert (read.remit_stage, read.agents) == ("prod", {"support": "refunds"})


def test_no_variable_overrides_what_the_bundle_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "told.json").write_text('{"AGENTS": {}}')
    monkeypatch.setenv("AGENTS", '{"mallory": "refunds"}')
    assert read_settings(_Told, tmp_path).agents == {}


@pytest.mark.parametrize("text", [None, "{}", '{"AGENTS": 3}'])
def test_what_is_missing_or_wrong_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "told.json").write_text(text)
    with pytest.raises(RuntimeError, match=r"^setting AGENTS: "):
        read_settings(_Told, tmp_path)


@pytest.mark.parametrize("text", ["", "[1]", '{"AGENTS": '])
def test_a_file_that_cannot_be_read_is_an_error_too(tmp_path: Path, text: str) -> None:
    (tmp_path / "told.json").write_text(text)
    with pytest.raises((ValueError, TypeError)):
        read_settings(_Told, tmp_path)
