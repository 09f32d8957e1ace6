from pathlib import Path

import pytest

from scripts import check

REPOSITORY = Path(check.__file__).parents[1]


def arguments(name: str) -> list[str]:
    return next([str(argument) for argument in stage.command] for stage in check.stages(REPOSITORY) if stage.name == name)


def test_every_folder_of_tests_is_run_once() -> None:
    folders = [path for path in (REPOSITORY / "tests").iterdir() if list(path.glob("**/test_*.py"))]
    run = [argument for stage in check.stages(REPOSITORY) if "tests" in stage.name for argument in map(str, stage.command)]
    assert [run.count(str(folder)) for folder in folders] == [1] * len(folders)


def test_unit_tests_run_first_and_without_sockets() -> None:
    stages = [stage.name for stage in check.stages(REPOSITORY) if "tests" in stage.name]
    assert stages[0] == "tests without sockets"
    assert stages[-1] == "e2e tests"
    assert "--disable-socket" in arguments("tests without sockets")


def test_a_state_machine_is_checked_with_numbers_where_the_stacks_put_them() -> None:
    rendered = [Path(argument) for argument in arguments("state machines") if argument.endswith(".asl.json")]
    assert [path.name for path in rendered] == sorted(path.name for path in (REPOSITORY / "statemachines").glob("*.asl.json"))
    assert not [path for path in rendered if '"TimeoutSeconds": "${' in path.read_text()]


def test_the_tests_of_all_stages_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".remit" / "check").mkdir(parents=True)
    one, two = check.Stage("unit tests", []), check.Stage("e2e tests", [])
    monkeypatch.setattr(check, "stages", lambda root: [one, two])
    (tmp_path / ".remit" / "check" / "unit-tests.log").write_text("....\n433 passed, 5 warnings in 25.67s\n")
    (tmp_path / ".remit" / "check" / "e2e-tests.log").write_text("1 failed, 49 passed, 1 skipped, 2 errors in 9.1s\n")
    assert check.counted(tmp_path) == "482 passed, 3 failed, 1 skipped"
