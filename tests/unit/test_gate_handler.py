"""What wakes a gate, through its handler."""

from typing import Any

import pytest
from pydantic import ValidationError

from lambdas.gate import handler as gate
from tests.fakes.gate import World
from tests.fakes.http import Context
from tests.unit.test_route import LEVELS, A, B, asked, mailed, question


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = asked(LEVELS)
    monkeypatch.setattr(gate, "ports", lambda: world.ports)
    return world


def came_back(approval: str, kind: str = "Email Bounced") -> dict[str, Any]:
    """As SES tells it on the event bus: https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html"""
    mail = {
        "timestamp": "2026-11-22T12:00:01.000Z",
        "messageId": "0100018b",
        "destination": [A],
        "tags": {"ses:configuration-set": ["remit-test-mail"], "approval": [approval], "domain": ["refunds"]},
    }
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": A, "action": "failed"}]}
    return {
        "version": "0",
        "id": "12345678-1234-1234-1234-123456789012",
        "detail-type": kind,
        "source": "aws.ses",
        "account": "000000000000",
        "region": "us-east-1",
        "resources": [],
        "detail": {"eventType": "Bounce", "mail": mail, "bounce": bounce},
    }


@pytest.mark.parametrize("kind", ["Email Bounced", "Email Rejected"])
def test_a_mail_that_did_not_arrive_passes_the_question_on(world: World, kind: str) -> None:
    gate.handler(came_back(question(world).id, kind), Context())
    assert mailed(world) == [A, B]


@pytest.mark.parametrize("kind", ["Email Delivered", "Email Clicked"])
def test_whatever_else_happens_to_a_mail_is_no_command(world: World, kind: str) -> None:
    with pytest.raises(ValidationError):
        gate.handler(came_back(question(world).id, kind), Context())
    assert mailed(world) == [A]
