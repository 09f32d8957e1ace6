"""A machine starts only the run that a message has opened, with what the gate handed it, and takes back only what was answered."""

from pathlib import Path

import pytest

from remit.charters import load_charter
from remit.machines import machine_file
from remit.usecases.verify.machines import faulty_machine

SUPPLY = load_charter(Path("charters/supply.yaml"))
RIGHT = Path("statemachines/supply.asl.json").read_text(encoding="utf-8")


def faults(text: str) -> set[str]:
    return {finding.rule for finding in faulty_machine(machine_file("supply", text, SUPPLY))}


def test_the_coordinators_machine_is_without_fault() -> None:
    assert faults(RIGHT) == set()


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ('"Input.$": "$.asked.observed.start"', '"Input.$": "$.input"', "run-not-asked-for"),
        ('"Name.$": "$.asked.observed.run"', '"Name.$": "$.run"', "run-not-asked-for"),
        ("${SupplyDiagnosisMachineArn}", "${SupplyOrderMachineArn}", "run-not-asked-for"),
        ("${SupplyDiagnosisMachineArn}", "${SupplyRushMachineArn}", "ungoverned-act"),
        ('"answer.$": "$.Output.answer"', '"answer.$": "$.Output.say"', "ungoverned-answer"),
        ('"answer.$": "$.Output.answer"', '"answer.$": "$.Output"', "ungoverned-answer"),
        ("startExecution.sync:2", "startExecution", "ungoverned-act"),
    ],
    ids=[
        "input of its own",
        "another run",
        "another machine",
        "a machine nobody asks for",
        "what a model says",
        "everything",
        "unwaited for",
    ],
)
def test_what_nobody_governs_is_refused(right: str, wrong: str, rule: str) -> None:
    assert right in RIGHT
    assert rule in faults(RIGHT.replace(right, wrong, 1))


def test_where_trees_have_tokens_a_reasoner_is_told_whose_tree_it_is_in() -> None:
    order = Path("statemachines/supply-order.asl.json").read_text(encoding="utf-8")

    def found(text: str) -> set[str]:
        return {finding.rule for finding in faulty_machine(machine_file("supply-order", text, SUPPLY))}

    told = '"asked_by.$": "$.asked_by"'
    assert (found(order), told in order) == (set(), True)
    for wrong in ('"asked_by": []', '"asked_by.$": "$.input.asked_by"', '"somebody.$": "$.asked_by"'):
        assert found(order.replace(told, wrong)) == {"tree-untold"}
