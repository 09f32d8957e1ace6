"""What a known agent, tool and approval leave of a policy; wherever folding decides, Cedar decides the same."""

import cedarpy
import pytest

from remit.cedar_reader import CedarReader
from remit.domain.case import Evidence
from remit.domain.cedar_folding import Situation, remainder
from remit.domain.cedar_tree import FALSE, TRUE, asks_for_approval, entities_named, facts_read
from remit.domain.evaluation import EntityId
from remit.domain.model import Json
from tests.policies.cases import policy_set

READER = CedarReader(policy_set("refunds").policy_schema)
FINANCE = Evidence(route="finance", approvers=("f@example.com", "g@example.com"))
GROUPS = ("effect:irreversible", "reach:record")
TOOL = "refunds.issue_refund"
ENTITIES: list[dict[str, object]] = [
    {"uid": {"type": "Remit::Action", "id": TOOL}, "attrs": {}, "parents": [{"type": "Remit::Action", "id": group} for group in GROUPS]}
]
APPROVED = 'context has approval && context.approval.route == "%s"'


def action(name: str) -> EntityId:
    return EntityId(type="Remit::Action", id=name)


def situation(approval: Evidence | None = None) -> Situation:
    agent = EntityId(type="Remit::Agent", id="support")
    groups = tuple(map(action, GROUPS))
    return Situation(principal=agent, action=action(TOOL), groups=groups, resource="Remit::Account", approval=approval)


def left(policy: str, approval: Evidence | None = None) -> Json:
    return remainder(READER.tree(policy), situation(approval))


def matches(policy: str, approval: Evidence | None) -> bool:
    """Whether Cedar says that the policy matches one such request."""
    context = {} if approval is None else {"approval": approval.model_dump(mode="json")}
    request = {
        "principal": {"type": "Remit::Agent", "id": "support"},
        "action": {"type": "Remit::Action", "id": TOOL},
        "resource": {"type": "Remit::Account", "id": "A-1"},
        "context": context,
    }
    return cedarpy.is_authorized(request, f"permit{policy.removeprefix('forbid')}", ENTITIES).allowed


ALWAYS = [
    "(principal, action, resource)",
    '(principal == Remit::Agent::"support", action, resource)',
    '(principal is Remit::Agent, action, resource is Remit::Account)',
    f'(principal, action == Remit::Action::"{TOOL}", resource)',
    f'(principal, action in [Remit::Action::"other", Remit::Action::"{TOOL}"], resource)',
    '(principal, action in Remit::Action::"effect:irreversible", resource)',
    '(principal, action, resource) when { action in [Remit::Action::"reach:system", Remit::Action::"reach:record"] }',
    '(principal, action, resource) unless { principal == Remit::Agent::"other" }',
    '(principal, action, resource) when { principal != Remit::Agent::"other" || false }',
    '(principal, action, resource) when { if 1 == 1 then ["a", "b"].contains("a") else false }',
    '(principal, action, resource) when { ["a", "b"].containsAll(["a", "b"]) && ["a"].containsAny(["b", "a"]) }',
]  # fmt: skip
NEVER = [
    '(principal == Remit::Agent::"other", action, resource)',
    '(principal in Remit::Role::"auditor", action, resource)',
    '(principal is Remit::User, action, resource)',
    '(principal is Remit::Agent in Remit::Role::"auditor", action, resource)',
    '(principal, action == Remit::Action::"other", resource)',
    '(principal, action in Remit::Action::"effect:read", resource)',
    '(principal, action, resource is Remit::Order)',
    '(principal, action, resource) unless { principal == Remit::Agent::"support" }',
    '(principal, action, resource) when { false && context.payload.amount > 5 }',
    '(principal, action, resource) when { ["a"].contains("b") || !true }',
    '(principal, action, resource) when { 1 == 2 }',
]  # fmt: skip
OPEN = [
    '(principal, action, resource == Remit::Account::"A-1")',
    "(principal, action, resource) when { context.payload.amount > 5 }",
    "(principal, action, resource) when { context.payload has note }",
    '(principal, action, resource) when { context.requester.arn like "arn:*" }',
    "(principal, action, resource) when { context has payload }",
    '(principal, action, resource) when { ["a", context.payload.currency].contains("a") }',
    '(principal, action, resource) when { ip("127.0.0.1").isLoopback() }',
]


@pytest.mark.parametrize("scope", ALWAYS)
def test_what_matches_every_such_request_is_true(scope: str) -> None:
    assert left(f"forbid {scope};") == TRUE
    assert matches(f"forbid {scope};", None)


@pytest.mark.parametrize("scope", NEVER)
def test_what_matches_no_such_request_is_false(scope: str) -> None:
    assert left(f"forbid {scope};") == FALSE
    assert not matches(f"forbid {scope};", None)


@pytest.mark.parametrize("scope", OPEN)
def test_what_the_rest_of_the_request_decides_is_left_over(scope: str) -> None:
    assert left(f"forbid {scope};") not in (TRUE, FALSE)


@pytest.mark.parametrize(
    ("clause", "without", "with_finance"),
    [
        (f"unless {{ {APPROVED % 'finance'} }}", TRUE, FALSE),
        (f"unless {{ {APPROVED % 'risk'} }}", TRUE, TRUE),
        ("unless { context has approval }", TRUE, FALSE),
        ('unless { context has approval && ["finance", "risk"].contains(context.approval.route) }', TRUE, FALSE),
        ('unless { context has approval && context.approval.approvers.containsAll(["g@example.com", "f@example.com"]) }', TRUE, FALSE),
        ('when { context has approval && context.approval.approvers.contains("h@example.com") }', FALSE, FALSE),
        ("when { context has approval && context.approval has route }", FALSE, TRUE),
    ],
)
def test_an_approval_is_folded_in(clause: str, without: Json, with_finance: Json) -> None:
    policy = f"forbid (principal, action, resource) {clause};"
    assert (left(policy), left(policy, FINANCE)) == (without, with_finance)
    assert (matches(policy, None), matches(policy, FINANCE)) == (without == TRUE, with_finance == TRUE)


def test_an_approval_that_lifts_only_sometimes_changes_what_is_left() -> None:
    policy = f"forbid (principal, action, resource) unless {{ {APPROVED % 'finance'} && context.payload.amount < 9 }};"
    assert left(policy) == TRUE
    assert left(policy, FINANCE) not in (TRUE, FALSE)


def test_a_policy_names_its_facts_its_agents_and_whether_it_asks() -> None:
    tree = READER.tree(
        'forbid (principal == Remit::Agent::"a", action, resource) when { context.facts.order.refundable > 1 && context.facts has account }'
        ' unless { principal == Remit::Agent::"b" || context has approval };'
    )
    assert facts_read(tree) == frozenset({"order", "account"})
    assert entities_named(tree, "Remit::Agent") == frozenset({"a", "b"})
    assert asks_for_approval(tree)


@pytest.mark.parametrize(
    ("condition", "impossible"),
    [
        ("false", True),
        ("context.payload.amount > 5 && 1 == 2", True),
        ("context has payload && !(context has payload)", True),
        ('action == Remit::Action::"reach:record"', True),
        ("principal is Remit::User", True),
        ("true", False),
        ("context.payload.amount > 5", False),
        (APPROVED % "finance", False),
    ],
)
def test_a_condition_that_the_types_rule_out_is_impossible(condition: str, impossible: bool) -> None:
    rule = f"forbid (principal, action, resource) when {{ {condition} }};"
    assert READER.problems(rule) == ()
    assert READER.impossible(rule) is impossible


def test_an_unless_that_always_holds_makes_a_rule_impossible() -> None:
    assert READER.impossible("forbid (principal, action, resource) unless { true };")
