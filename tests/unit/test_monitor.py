"""What waits for a human, measured: how much, how long, and what is overdue."""

from datetime import timedelta

import pytest

from lambdas.monitor import handler as monitor
from remit.domain.route import Level, Stage
from remit.usecases.monitor import MonitorPorts, look
from tests.fakes.clock import NOON
from tests.fakes.gate import World, make_approval, make_intent, refund
from tests.fakes.http import Context
from tests.fakes.outside import Counts

ROUTES = {"refunds": ("finance", "risk")}


def asked() -> tuple[World, Counts, MonitorPorts]:
    """A question to finance, which has four hours."""
    world, counts = World(), Counts()
    world.propose(refund(1200_00))
    return world, counts, MonitorPorts(routes=ROUTES, approvals=world.approvals, clock=world.clock, meter=counts)


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
    question = make_approval(make_intent(refund(1200_00)))
    reminded = question.model_copy(update={"remind_after_seconds": 900})
    further = Stage(approvers=("a@example.com",), then=(Level(after_seconds=300, approvers=("b@example.com",)),))
    levels = reminded.model_copy(update={"stages": (further,)})
    assert (reminded.overdue_at, levels.overdue_at) == (NOON + timedelta(seconds=900), NOON + timedelta(seconds=300))


def test_the_function_says_how_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, ports = asked()
    monkeypatch.setattr(monitor, "ports", lambda: ports)
    assert monitor.handler({}, Context()) == {"waiting": 1}
