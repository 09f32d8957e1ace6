"""Each deliberately wrong machine is refused for its own reason, where it is wrong; what is right, in whatever form, passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from remit.cli.checkout import find_checkout
from remit.cli.inspection import inspect
from tests.statemachines.variants import Variant, variants

WRONG, RIGHT = variants("wrong"), variants("right")
# Found where the text is wrong, which is no state.
_OF_THE_TEXT = {"no-machine", "unknown-substitution"}


@pytest.mark.parametrize("variant", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_machine_is_refused_for_its_own_reason_and_for_nothing_else(variant: Variant) -> None:
    (finding,) = variant.findings()
    says = variant.says if variant.refused in _OF_THE_TEXT else f"{variant.at}: {variant.says}"
    assert (finding.rule, finding.what) == (variant.refused, says)


@pytest.mark.parametrize("variant", [each for each in WRONG.values() if each.at], ids=[name for name, each in WRONG.items() if each.at])
def test_the_finding_points_at_the_state(variant: Variant) -> None:
    (finding,) = variant.findings()
    assert (finding.file, finding.line) == (f"statemachines/{variant.machine}.asl.json", variant.line())


def test_there_are_enough_of_them_and_of_reasons() -> None:
    assert len(WRONG) >= 25
    assert len({variant.refused for variant in WRONG.values()}) >= 20


@pytest.mark.parametrize("variant", RIGHT.values(), ids=RIGHT.keys())
def test_a_right_machine_passes_however_it_is_written(variant: Variant) -> None:
    assert variant.findings() == ()


def test_the_machines_of_the_repository_pass() -> None:
    assert [finding for finding in inspect(find_checkout()) if finding.file.startswith("statemachines/")] == []


def test_one_command_prints_them_all() -> None:
    printed = subprocess.run([sys.executable, "-m", "tests.statemachines.variants"], capture_output=True, text=True, check=False)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert f"{len(WRONG)} of {len(WRONG)} wrong machines refused" in printed.stdout
    assert all(name in printed.stdout for name in WRONG)


@pytest.mark.parametrize("name", ["unknown-type", "catch-jumps-over-the-check"])
def test_synth_fails_and_names_the_state_and_the_way(name: str, tmp_path: Path) -> None:
    for path in Path().iterdir():
        if path.name not in {"statemachines", ".remit", "cdk.out"}:
            (tmp_path / path.name).symlink_to(path.resolve())
    (tmp_path / "statemachines").mkdir()
    for path in Path("statemachines").iterdir():
        (tmp_path / "statemachines" / path.name).write_text(path.read_text())
    (tmp_path / "statemachines" / "receivables.asl.json").write_text(WRONG[name].text())
    synth = subprocess.run([sys.executable, "app.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert synth.returncode == 1
    assert WRONG[name].says in synth.stderr
    assert synth.stderr.splitlines()[-1].startswith("statemachines/receivables.asl.json:")
