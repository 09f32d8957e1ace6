"""What one governed action makes AWS do: no more than its ceiling, counted in the deployed functions."""

from collections.abc import Iterator

import pytest

from benchmarks.cloud_calls.ceilings import CEILINGS
from benchmarks.cloud_calls.counting import by_name
from benchmarks.cloud_calls.report import dollars_per_million
from benchmarks.cloud_calls.scenarios import Action, counting
from remit.cli.demo.world import World
from remit.local.cloud import CloudState

pytestmark = pytest.mark.vouched("ministack")


@pytest.fixture(scope="module")
def actions(state: CloudState, world: World) -> Iterator[dict[str, Action]]:
    with counting(state, world) as counter:
        yield {"allow": counter.allowed(), "escalate": counter.escalated(), "deny": counter.denied()}


@pytest.mark.parametrize("kind", CEILINGS)
def test_an_action_makes_no_more_calls_than_its_ceiling(actions: dict[str, Action], kind: str) -> None:
    action, ceiling = actions[kind], CEILINGS[kind]
    names = by_name(action.all_calls)
    assert len(action.calls["gate"]) <= ceiling.gate, by_name(action.calls["gate"])
    assert len(action.all_calls) <= ceiling.calls, names
    assert names["verifiedpermissions:IsAuthorized"] <= ceiling.questions
    assert len(action.states) <= ceiling.states, action.states


def test_an_action_is_one_state_of_its_machine_even_if_a_human_is_asked(actions: dict[str, Action]) -> None:
    assert {kind: action.states.count("Govern") for kind, action in actions.items()} == {"allow": 1, "escalate": 1, "deny": 1}


def test_what_is_counted_is_what_happened(actions: dict[str, Action]) -> None:
    assert {kind: action.outcome for kind, action in actions.items()} == {"allow": "DONE", "escalate": "DONE", "deny": "REFUSED"}
    assert by_name(actions["allow"].calls["executor"])["sts:AssumeRole"] == 2
    assert actions["deny"].calls["executor"] == ()


def test_a_million_allowed_actions_have_a_price(actions: dict[str, Action]) -> None:
    assert 10 < dollars_per_million(actions["allow"]) < 2_000
