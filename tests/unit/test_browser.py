import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from remit.cli.browser import find, picture
from scripts import browser, check, steps


def programs(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    """A PATH with nothing but these."""
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def taken(monkeypatch: pytest.MonkeyPatch, failing: str = "") -> list[Sequence[str | Path]]:
    """The steps that are taken from here on, without taking them."""
    commands: list[Sequence[str | Path]] = []

    def step(title: str, command: Sequence[str | Path], log: Path) -> None:
        commands.append(command)
        if title == failing:
            raise steps.StepFailed(title, log)

    monkeypatch.setattr(steps, "run", step)
    return commands


def user(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number)


def test_a_browser_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs(monkeypatch, tmp_path, "chromium", "apt-get")
    commands = taken(monkeypatch)
    browser.provide(tmp_path)
    assert (find(), commands) == (tmp_path / "chromium", [])


def test_root_on_debian_gets_one_from_fresh_package_lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs(monkeypatch, tmp_path, "apt-get")
    user(monkeypatch, 0)
    commands = taken(monkeypatch)
    browser.provide(tmp_path)
    assert [("update" in command, command[-1] == "chromium") for command in commands] == [(True, False), (False, True)]


@pytest.mark.parametrize(("number", "names"), [(1000, ["apt-get"]), (0, [])])
def test_anybody_else_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, names: list[str]) -> None:
    programs(monkeypatch, tmp_path, *names)
    user(monkeypatch, number)
    with pytest.raises(browser.NoBrowser, match=r"apt-get install chromium\)\.$"):
        browser.provide(tmp_path)


@pytest.mark.parametrize("failing", ["Debian's package lists", "Chromium (Debian)"])
def test_what_apt_cannot_do_is_said_with_where_to_read_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failing: str) -> None:
    programs(monkeypatch, tmp_path, "apt-get")
    user(monkeypatch, 0)
    taken(monkeypatch, failing)
    with pytest.raises(browser.NoBrowser, match=r"apt-get could not do it; all it said is in .*browser\.log"):
        browser.provide(tmp_path)


def test_without_a_browser_the_checks_fail_and_the_rest_is_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs(monkeypatch, tmp_path)
    checked = taken(monkeypatch)
    monkeypatch.setattr(check, "stages", lambda root: [check.Stage("unit tests", ["pytest"])])
    assert (check.check(tmp_path, None), checked) == (["browser"], [["pytest"]])
    assert browser.MISSING in capsys.readouterr().out


def test_where_there_is_no_browser_or_it_breaks_off_there_is_no_picture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs(monkeypatch, tmp_path)
    assert picture("http://127.0.0.1:1/", tmp_path / "page.png") is None
    programs(monkeypatch, tmp_path, "chromium")
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 1\n")
    assert picture("http://127.0.0.1:1/", tmp_path / "page.png") is None
