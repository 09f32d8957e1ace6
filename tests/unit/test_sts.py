"""The agent's two sessions, on STS as moto has it: what they are asked for is narrowed to one warrant."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from remit.adapters.session_policy import LONGEST, Ground, to_act, to_look
from remit.adapters.sts import AssumedAgent
from remit.charters import load_charter, load_charters
from remit.domain.charter import Charter
from remit.domain.delegation import Delegator
from remit.domain.permission import only_keys
from remit.domain.warrant import Warrant, mint
from remit.names import Names
from tests.fakes.clock import NOON
from tests.fakes.gate import REFUNDS, make_intent, refund

NAMES = Names("test")
CLAIMS, RECEIVABLES = (load_charter(Path(f"charters/{domain}.yaml")) for domain in ("claims", "receivables"))
ROLE = "arn:aws:iam::123456789012:role/remit-test-refunds-support"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/remit-test-"
CAROL = Delegator(
    delegation="d1", person="sub-carol", name="carol", groups=("handlers",), tenant="north", expires_at=NOON + timedelta(hours=1)
)
READ, DRAFT = "claims.read_claim", "claims.draft_assessment"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


class Asked:
    """STS, and what it was asked."""

    def __init__(self) -> None:
        self._client = boto3.client("sts")
        self.meta = self._client.meta
        self.requests: list[dict[str, Any]] = []

    def assume_role(self, **request: Any) -> Any:  # noqa: ANN401 (as boto3 has it)
        self.requests.append(request)
        return self._client.assume_role(**request)


def agent(charter: Charter = REFUNDS) -> tuple[AssumedAgent, Asked]:
    sts: Any = Asked()
    return AssumedAgent(sts, f"{ROLE}-agent", f"{ROLE}-reader", charter, NAMES), sts


def warrant(tool: str, delegator: Delegator | None = None) -> Warrant:
    return mint(make_intent(refund(), tool=tool, delegator=delegator), NOON)


def statements(policy: str) -> list[dict[str, Any]]:
    return list(json.loads(policy)["Statement"])


def ground(charter: Charter) -> Ground:
    """As long as names get."""
    return Ground(charter=charter, names=Names("production"), partition="aws-us-gov", region="ap-southeast-1", account="1" * 12)


def test_acting_and_reading_are_sessions_of_two_roles_named_after_the_run() -> None:
    assumed, _ = agent()
    pay = warrant("refunds.issue_refund")
    acting, reading = assumed.assume(pay), assumed.read_as(pay)
    prefix = "arn:aws:sts::123456789012:assumed-role/remit-test-refunds-support"
    assert (acting.arn, reading.arn) == (f"{prefix}-agent/{pay.run}", f"{prefix}-reader/{pay.run}")
    assert acting.context.key == reading.context.key == pay.id


def test_a_session_may_do_what_the_tool_needs_and_nothing_of_the_agents_other_tools() -> None:
    assumed, sts = agent(CLAIMS)
    assumed.assume(warrant(READ, CAROL))
    assumed.read_as(warrant(DRAFT, CAROL))
    acting, reading = (statements(request["Policy"]) for request in sts.requests)
    claims, assessments = ([f"{TABLE}claims-{table}"] for table in ("claims", "assessments"))
    own = only_keys("north")
    assert acting == [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": claims, "Condition": own}]
    assert reading == [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": assessments, "Condition": own}]


def test_a_session_is_tagged_with_the_persons_tenant_and_known_by_them() -> None:
    assumed, sts = agent(CLAIMS)
    session = assumed.assume(warrant(READ, CAROL))
    (request,) = sts.requests
    assert (request["Tags"], request["SourceIdentity"]) == (
        [{"Key": "tenant", "Value": "north"}, {"Key": "user", "Value": "sub-carol"}],
        "sub-carol",
    )
    assert session.tags == {"tenant": "north", "user": "sub-carol"}
    assert (session.context.tenant, session.context.by_tenant) == ("north", frozenset({"claims", "assessments"}))


@pytest.mark.parametrize("delegator", [None, CAROL.model_copy(update={"tenant": None})])
def test_without_a_tenant_a_session_reaches_no_record_by_tenant(delegator: Delegator | None) -> None:
    assumed, sts = agent(CLAIMS)
    assert assumed.assume(warrant(READ, delegator)).context.tenant is None
    (request,) = sts.requests
    assert statements(request["Policy"]) == [{"Effect": "Deny", "Action": "*", "Resource": "*"}]
    assert "tenant" not in {tag["Key"] for tag in request["Tags"]}


def test_on_nobodys_behalf_a_session_is_known_by_nobody_and_narrowed_all_the_same() -> None:
    assumed, sts = agent()
    assumed.assume(warrant("refunds.offer_refund"))
    (request,) = sts.requests
    assert (request["Tags"], "SourceIdentity" in request) == ([], False)
    assert [statement["Resource"] for statement in statements(request["Policy"])] == [[f"{TABLE}refunds-offers"]]


def test_only_a_tool_with_a_sender_gets_a_way_to_send_mail() -> None:
    assumed, sts = agent(RECEIVABLES)
    mails = {tool: assumed.assume(warrant(tool)).context for tool in RECEIVABLES.tools}
    with_ses = {tool for tool, context in mails.items() if context.ses is not None}
    assert (
        with_ses
        == {tool for tool, spec in RECEIVABLES.tools.items() if spec.senders}
        == {tool for tool, request in zip(mails, sts.requests, strict=True) if "ses:SendEmail" in request["Policy"]}
    )
    assert all(context.senders.keys() == set(RECEIVABLES.tools[tool].senders) for tool, context in mails.items())


@pytest.mark.parametrize("charter", load_charters(Path("charters")), ids=lambda charter: charter.domain)
def test_no_session_policy_is_longer_than_sts_takes(charter: Charter) -> None:
    policies = [narrow(ground(charter), tool, "t" * 128) for tool in charter.tools for narrow in (to_act, to_look)]
    assert max(map(len, policies)) <= LONGEST
