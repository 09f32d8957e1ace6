"""What waits for a human, measured: how much, how long, and what is overdue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.monitor import handler as monitor
from remit.domain import measure as of
from remit.domain.route import Level, Stage
from remit.usecases.monitor import MonitorPorts, look
from tests.fakes.clock import NOON
from tests.fakes.gate import World, make_approval, make_intent, refund
from tests.fakes.http import Context
from tests.fakes.outside import Counts
from tests.fakes.records import MemoryBudgets

ROUTES = {"refunds": ("finance", "risk")}


def asked() -> tuple[World, Counts, MonitorPorts]:
    """A question to finance, which has four hours."""
    world, counts = World(), Counts()
    world.propose(refund(1200_00))
    ports = MonitorPorts(
        routes=ROUTES, limits={}, approvals=world.approvals, budgets=MemoryBudgets(world.records), clock=world.clock, meter=counts
    )
    return world, counts, ports


def seen(counts: Counts) -> dict[tuple[str, str], float]:
    return {(measure.metric.name, measure.dimensions["Route"]): measure.value for measure in counts.measures}


def test_a_question_waits_on_its_route_and_on_no_other() -> None:
    world, counts, ports = asked()
    world.clock.pause(600)
    assert look(ports) == 1
    assert seen(counts) == {
        ("Waiting", "finance"): 1,
        ("OldestQuestion", "finance"): 600,
        ("OverdueQuestions", "finance"): 0,
        ("Waiting", "risk"): 0,
        ("OldestQuestion", "risk"): 0,
        ("OverdueQuestions", "risk"): 0,
    }


@pytest.mark.parametrize(("minutes", "waiting", "overdue"), [(119, 1, 0), (120, 1, 1), (239, 1, 1), (240, 0, 0)])
def test_it_is_overdue_after_half_its_time_and_gone_after_all_of_it(minutes: int, waiting: int, overdue: int) -> None:
    world, counts, ports = asked()
    world.clock.pause(minutes * 60)
    assert look(ports) == waiting
    assert seen(counts)["OverdueQuestions", "finance"] == overdue


def test_a_route_that_reminds_or_asks_further_people_is_overdue_when_it_does() -> None:
    alone = Stage(approvers=("a@example.com",))
    question = make_approval(make_intent(refund(1200_00)))
    reminded = question.model_copy(update={"remind_after_seconds": 900, "stages": (alone,)})
    further = Stage(approvers=("a@example.com",), then=(Level(after_seconds=300, approvers=("b@example.com",)),))
    levels = reminded.model_copy(update={"stages": (further,)})
    assert (reminded.overdue_at, levels.overdue_at) == (NOON + timedelta(seconds=900), NOON + timedelta(seconds=300))


def test_the_function_says_how_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, ports = asked()
    monkeypatch.setattr(monitor, "ports", lambda: ports)
    assert monitor.handler({}, Context()) == {"waiting": 1}


@pytest.mark.parametrize(("limits", "percent"), [({"actions": 4}, 50), ({"actions": 100, "money/USD": 250_00}, 80), ({"actions": 0}, 100)])
def test_of_a_days_budget_the_meter_that_is_nearest_to_its_end_counts(limits: dict[str, int], percent: float) -> None:
    world, counts, ports = asked()
    for step in ("govern-2", "govern-3"):
        world.propose(refund(100_00), step=step)
    look(replace(ports, limits={"support": limits}))
    assert [(m.value, m.dimensions) for m in counts.measures if m.metric is of.BUDGET_USED] == [(percent, {"Agent": "support"})]
