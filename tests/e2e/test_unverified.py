"""An outcome that nobody can read back is not believed: the run fails, and the charter's people are told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from remit.cli.demo.world import World
from remit.client import RemitClient
from remit.local.cloud import CloudState
from remit.local.processes import wait_until
from tests.e2e.bypass.identities import NAMES, Identities

pytestmark = pytest.mark.vouched("ministack")

PAYLOAD = {"account_id": "A-100", "order_id": "O-1003", "amount": 500, "currency": "USD", "reason": "late"}


@contextmanager
def blinded(here: Identities, role: str) -> Iterator[None]:
    """Whoever looks for the agent sees nothing for a while."""
    iam = here.admin("iam")
    policies = {name: iam.get_role_policy(RoleName=role, PolicyName=name) for name in iam.list_role_policies(RoleName=role)["PolicyNames"]}
    for name in policies:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        for name, policy in policies.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy["PolicyDocument"]))


def unverified(client: RemitClient, here: Identities) -> str:
    with blinded(here, NAMES.reader_role("refunds", "support")):
        asked = client.act("support", "refunds.issue_refund", PAYLOAD)
        return client.wait(asked.run, 60).run


def test_what_cannot_be_read_back_is_unverified_done_once_and_told_to_those_of_its_route(state: CloudState, world: World) -> None:
    before, mails = world.rows("refunds"), len(world.mails())
    run = world.client.run(unverified(world.client, Identities(state)))
    assert run.outcome is not None
    assert (run.outcome.outcome, run.outcome.error) == ("FAILED", "Remit.OutcomeUnverified")
    assert len(world.rows("refunds")) == len(before) + 1
    told = [mail for mail in world.mails()[mails:] if run.run in mail.text]
    assert sorted(mail.to for mail in told) == [("finance@example.com",), ("treasurer@example.com",)]
    assert all("whether it was done is not known" in mail.text and f"remit trace {run.run}" in mail.text for mail in told)


def test_that_sets_off_the_alarm_of_its_tool(state: CloudState, world: World) -> None:
    unverified(world.client, Identities(state))
    cloudwatch = Identities(state).admin("cloudwatch")
    named = {"AlarmNames": ["remit-local-unverified-refunds-issue_refund"]}
    assert wait_until(lambda: cloudwatch.describe_alarms(**named)["MetricAlarms"][0]["StateValue"] == "ALARM", 30)
