"""What holds of every state machine file, read as a graph."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remit.domain import errors
from remit.domain.errors import RemitError

FILES = sorted(Path("statemachines").glob("*.asl.json"))
MACHINES: dict[str, dict[str, Any]] = {file.name: json.loads(file.read_text()) for file in FILES}
KNOWN = {error.code for error in vars(errors).values() if isinstance(error, type) and issubclass(error, RemitError)}
# What a function of ours may raise by class, when it does not report by token.
CLASSES = {error.__name__ for error in vars(errors).values() if isinstance(error, type) and issubclass(error, RemitError)}

REASONING = {name: machine for name, machine in MACHINES.items() if "Reason" in machine["States"]}

every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())
every_reasoning_machine = pytest.mark.parametrize("machine", REASONING.values(), ids=REASONING.keys())


def tasks(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, state) for name, state in machine["States"].items() if state["Type"] == "Task")


def following(state: dict[str, Any]) -> set[str]:
    """Where a state may go when nothing went wrong."""
    choices = {choice["Next"] for choice in state.get("Choices", [])}
    return choices | {state[way] for way in ("Next", "Default") if way in state}


def caught(state: dict[str, Any]) -> set[str]:
    return {catch["Next"] for catch in state.get("Catch", [])}


def reached(machine: dict[str, Any], start: str, without: frozenset[str] = frozenset()) -> set[str]:
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        name = ahead.pop()
        seen.add(name)
        ahead |= (following(machine["States"][name]) | caught(machine["States"][name])) - seen - without
    return seen


@every_machine
def test_every_named_error_exists(machine: dict[str, Any]) -> None:
    handlers = [handler for _, state in tasks(machine) for kind in ("Retry", "Catch") for handler in state.get(kind, [])]
    named = {name for handler in handlers for name in handler["ErrorEquals"]}
    assert {name for name in named if not re.match(r"(States|Lambda|Sandbox|Runtime)\.", name)} <= KNOWN | CLASSES


@every_machine
def test_every_task_has_a_time_limit(machine: dict[str, Any]) -> None:
    assert all("TimeoutSeconds" in state for _, state in tasks(machine))


@every_machine
def test_every_task_but_the_last_catches_everything_and_closes_the_run(machine: dict[str, Any]) -> None:
    for name, state in tasks(machine):
        if name != "Close":
            last = state["Catch"][-1]
            assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "Close")


@every_machine
def test_every_state_is_reached(machine: dict[str, Any]) -> None:
    assert reached(machine, machine["StartAt"]) == set(machine["States"])


@every_machine
def test_no_end_is_reached_but_through_the_recorder(machine: dict[str, Any]) -> None:
    ends = {name for name, state in machine["States"].items() if state["Type"] in {"Succeed", "Fail"} or state.get("End")}
    assert not ends & reached(machine, machine["StartAt"], without=frozenset({"Close"}))


@every_machine
def test_only_the_gate_gets_a_task_token(machine: dict[str, Any]) -> None:
    each_of = [state["ItemProcessor"] for state in machine["States"].values() if state["Type"] == "Map"]
    states = [state for part in (machine, *each_of) for _, state in tasks(part)]
    holders = {state["Parameters"]["FunctionName"] for state in states if "$$.Task.Token" in json.dumps(state)}
    assert holders == {"${GateArn}"}


@every_machine
def test_a_file_names_no_account_region_or_function(machine: dict[str, Any]) -> None:
    arns = set(re.findall(r"arn:[^\"]*", json.dumps(machine)))
    acts = ("lambda:invoke", "lambda:invoke.waitForTaskToken", "states:startExecution.sync:2")
    assert arns <= {f"arn:aws:states:::{act}" for act in acts}


@every_reasoning_machine
def test_every_way_back_to_the_reasoner_counts_and_is_bounded(machine: dict[str, Any]) -> None:
    states = machine["States"]
    back = {name for name, state in states.items() if "Reason" in following(state)}
    assert {states[name]["Parameters"]["attempt.$"] for name in back} == {"States.MathAdd($.attempt, 1)"}
    for state in states.values():
        if following(state) & back:
            (bound,) = state["Choices"]
            assert (bound["Variable"], bound["NumericLessThan"], state["Default"]) == ("$.attempt", "${MaxAttempts}", "Close")


@every_reasoning_machine
def test_every_way_back_hands_the_reasoner_all_that_it_hears(machine: dict[str, Any]) -> None:
    states = machine["States"]
    heard = {path.removeprefix("$.") for path in states["Reason"]["Parameters"]["Payload"].values()} - {"reasoning.conversation"}
    for state in states.values():
        if "Reason" in following(state):
            assert {name.removesuffix(".$") for name in state["Parameters"]} >= heard


@every_reasoning_machine
def test_an_action_asked_for_from_elsewhere_passes_the_same_gate_the_same_way(machine: dict[str, Any]) -> None:
    inside, outside = machine["States"]["Govern"], MACHINES["action.asl.json"]["States"]["Govern"]
    assert all(inside[field] == outside[field] for field in ("Resource", "ResultPath", "TimeoutSeconds", "Retry"))
    assert inside["Catch"][-1] == outside["Catch"][-1]
