import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import install, steps

OFFLINE = "WARNING: Retrying after connection broken by 'NewConnectionError: Temporary failure in name resolution'"


class Recorder:
    """Notes the steps instead of taking them; leaves behind what the real ones would."""

    def __init__(self, root: Path, failing: str = "", log: str = "") -> None:
        self.root, self.failing, self.log, self.titles = root, failing, log, list[str]()

    def __call__(self, title: str, _: Sequence[str | Path], log: Path) -> None:
        self.titles.append(title)
        for folder in (self.root / ".venv" / "bin", self.root / "node_modules"):
            folder.mkdir(parents=True, exist_ok=True)
        if title == self.failing:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(self.log)
            raise steps.StepFailed(title, log)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/uv.txt", "requirements/dev.txt", "pyproject.toml", "package.json", "package-lock.json"):
        (tmp_path / name).write_text("first")
    return tmp_path


def record(monkeypatch: pytest.MonkeyPatch, root: Path, failing: str = "", log: str = "") -> Recorder:
    recorder = Recorder(root, failing, log)
    monkeypatch.setattr(steps, "run", recorder)
    return recorder


def node_says(monkeypatch: pytest.MonkeyPatch, folder: Path, version: str) -> None:
    """A PATH with nothing but a node of this version and an npm."""
    programs = folder / "programs"
    programs.mkdir()
    for name, text in (("node", version), ("npm", "11")):
        (programs / name).write_text(f"#!/bin/sh\necho {text}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


def test_everything_is_installed_the_first_time_and_nothing_the_second(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    first = record(monkeypatch, root)
    install.install(root)
    second = record(monkeypatch, root)
    install.install(root)
    assert first.titles == ["Python environment", "uv", "Python packages", "Remit itself", "CDK command line (npm)"]
    assert second.titles == []


def test_only_what_a_changed_lock_concerns_is_installed_again(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    record(monkeypatch, root)
    install.install(root)
    (root / "package-lock.json").write_text("second")
    again = record(monkeypatch, root)
    install.install(root)
    assert again.titles == ["CDK command line (npm)"]


def test_an_installation_that_broke_off_is_repaired_by_the_next(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    record(monkeypatch, root)
    install.install(root)
    (root / "requirements" / "dev.txt").write_text("second")
    record(monkeypatch, root, failing="Python packages")
    with pytest.raises(install.CannotInstall):
        install.install(root)
    (root / "requirements" / "dev.txt").write_text("first")
    repair = record(monkeypatch, root)
    install.install(root)
    assert "Python packages" in repair.titles


def test_an_environment_that_is_not_whole_is_made_anew(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    recorder = record(monkeypatch, root)
    install.install(root)
    assert recorder.titles[0] == "Python environment"


def test_an_environment_whose_python_is_gone_is_made_anew(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "activate").write_text(f"VIRTUAL_ENV={root / '.venv'}")
    recorder = record(monkeypatch, root)
    install.install(root)
    assert recorder.titles[0] == "Python environment"


def test_an_interruption_counts_as_broken_off(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        install.install(root)
    repair = record(monkeypatch, root)
    install.install(root)
    assert "Python packages" in repair.titles


def test_a_missing_network_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    record(monkeypatch, root, failing="uv", log=OFFLINE)
    with pytest.raises(install.CannotInstall, match=r"^uv: a package could not be downloaded\. Check the network") as raised:
        install.install(root)
    assert "\n" not in str(raised.value)


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    record(monkeypatch, root, failing="Python environment", log="… ensurepip is not available …")
    with pytest.raises(install.CannotInstall, match="apt install python3-venv"):
        install.install(root)


def test_any_other_failure_shows_its_last_words(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    record(monkeypatch, root, failing="Python packages", log="hash mismatch for pydantic")
    with pytest.raises(install.CannotInstall, match="hash mismatch for pydantic"):
        install.install(root)


def test_an_old_node_is_named_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    node_says(monkeypatch, root, "v18.19.1")
    with pytest.raises(install.CannotInstall, match=r"needs Node\.js 20 or newer, and this is v18\.19\.1"):
        install.install(root)
    assert not (root / ".venv").exists()


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_a_missing_node_or_npm_is_named_before_anything_is_installed(monkeypatch: pytest.MonkeyPatch, root: Path, missing: str) -> None:
    node_says(monkeypatch, root, "v22.0.0")
    (root / "programs" / missing).unlink()
    with pytest.raises(install.CannotInstall, match=f"there is no {missing} on the PATH"):
        install.install(root)
    assert not (root / ".venv").exists()


def test_an_old_python_is_named_by_make_itself(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    real = shutil.which("python3") or sys.executable
    old.write_text(f'#!/bin/sh\nshift\nexec {real} -c "import sys; sys.version_info = (3, 9, 2); $1"\n')
    old.chmod(0o755)
    repository = Path(install.__file__).parents[1]
    answer = subprocess.run(["make", "install", f"PYTHON={old}"], cwd=repository, capture_output=True, text=True, check=False)
    assert "Remit needs Python 3.11 or newer, and this is 3.9." in answer.stderr
    assert answer.returncode != 0


def test_the_scripts_need_nothing_but_the_standard_library() -> None:
    repository = Path(install.__file__).parents[1]
    answer = subprocess.run(
        [sys.executable, "-S", "-c", "import scripts.install, scripts.check"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert answer.stderr == ""
