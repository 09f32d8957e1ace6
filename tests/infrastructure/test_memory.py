"""What a charter with a memory lets its functions and roles reach of the table of facts: standing facts of its own namespaces."""

import json
from functools import cache
from typing import Any

import pytest
from aws_cdk import App

from remit.domain.access import TableSpec
from remit.domain.cedar_type import CedarType
from remit.domain.charter import Charter
from remit.domain.fact_spec import StoredFactSpec
from remit.domain.memory import NamespaceSpec
from remit.policies import PolicySet
from stacks.domain import DomainStack
from stacks.stages import PROD
from tests.fakes.memory import make_charter
from tests.infrastructure.grants import CHARTERS
from tests.infrastructure.templates import STAGES, Deployment, deployed_by, deployment

FACTS = "dynamodb:table/facts"


def charter() -> Charter:
    """Two agents: each reads a namespace of its own and one that they share; policies look at one of them."""
    made = make_charter("own", "others", "shared")
    readers = {"own": ("planner",), "others": ("clerk",), "shared": ("clerk", "planner")}
    return made.model_copy(
        update={
            "agents": {"planner": made.agents["planner"], "clerk": made.agents["planner"], "stranger": made.agents["planner"]},
            "namespaces": {name: NamespaceSpec(description=name, readers=who) for name, who in readers.items()},
            "tables": {"bookings": TableSpec(key="booking_id")},
            "facts": {"rule": StoredFactSpec(namespace="shared", predicate="carrier", key="zone", type=CedarType.STRING)},
        }
    )


@cache
def deployed() -> Deployment:
    app = App(context={"aws:cdk:bundling-stacks": []})
    policies = PolicySet(policies=(), policy_schema={})
    DomainStack(app, PROD.names.of("logistics"), stage=PROD, public_url="https://remit.example", charter=charter(), policy_set=policies)
    return deployed_by(app.synth(), PROD.name)


def allowed_of(kind: str, name: str, made: Deployment | None = None) -> list[dict[str, Any]]:
    """Every statement about the table of facts in whatever is attached to the role of a function, or in a role or boundary itself."""
    made = made or deployed()
    if kind == "function":
        role = made.functions()[name]["Properties"]["Role"]["Fn::GetAtt"][0]
        attached = made.of_type("AWS::IAM::Policy").values()
        documents = [each["Properties"]["PolicyDocument"] for each in attached if {"Ref": role} in each["Properties"]["Roles"]]
    elif kind == "role":
        (found,) = (each["Properties"] for each in made.of_type("AWS::IAM::Role").values() if each["Properties"].get("RoleName") == name)
        documents = [policy["PolicyDocument"] for policy in found.get("Policies", [])]
    else:
        policies = [each["Properties"] for each in made.of_type("AWS::IAM::ManagedPolicy").values()]
        documents = [policy["PolicyDocument"] for policy in policies if policy["ManagedPolicyName"] == name]
    statements = [statement for document in documents for statement in document["Statement"]]
    return [statement for statement in statements if "-facts" in json.dumps(statement["Resource"])]


def bound(*namespaces: str) -> dict[str, Any]:
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [*namespaces]}, "Null": {"dynamodb:LeadingKeys": "false"}}


@pytest.mark.parametrize(
    ("kind", "name", "actions", "namespaces"),
    [
        ("function", "logistics-planner-reasoner", "dynamodb:Query", ("own", "shared")),
        ("function", "logistics-clerk-reasoner", "dynamodb:Query", ("others", "shared")),
        ("role", "remit-prod-logistics-planner-agent", ["dynamodb:GetItem", "dynamodb:Query"], ("own", "shared")),
        ("role", "remit-prod-logistics-clerk-agent", ["dynamodb:GetItem", "dynamodb:Query"], ("others", "shared")),
        ("boundary", "remit-prod-logistics-agents-boundary", ["dynamodb:GetItem", "dynamodb:Query"], ("others", "own", "shared")),
    ],
)
def test_what_stands_in_its_own_and_shared_namespaces_is_all_of_memory_that_it_reaches(
    kind: str, name: str, actions: object, namespaces: tuple[str, ...]
) -> None:
    (statement,) = allowed_of(kind, name)
    assert (statement["Effect"], statement["Action"], statement["Condition"]) == ("Allow", actions, bound(*namespaces))
    assert "*" not in json.dumps(statement)


def test_the_gate_reads_what_policies_look_at_and_cites_it() -> None:
    statements = allowed_of("function", "logistics-gate")
    assert [(each["Action"], each["Condition"]) for each in statements] == [
        ("dynamodb:BatchGetItem", bound("shared")),
        ("dynamodb:ConditionCheckItem", bound("shared")),
        (["dynamodb:PutItem", "dynamodb:DeleteItem"], bound("shared#citations")),
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_the_cascade_marks_what_stands_and_rewrites_nothing_that_was_said(stage: str) -> None:
    every = sorted({namespace for charter in CHARTERS for namespace in charter.namespaces})
    statements = allowed_of("function", "cascade", deployment(stage))
    history, citations = ([f"{namespace}#{part}" for namespace in every] for part in ("history", "citations"))
    assert [(each["Action"], each["Condition"]) for each in statements] == [
        (["dynamodb:GetItem", "dynamodb:UpdateItem"], bound(*every)),
        ("dynamodb:Query", bound(*sorted([*history, *citations]))),
        ("dynamodb:DeleteItem", bound(*citations)),
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_log_says_is_written_where_its_domain_keeps_it_and_nowhere_else(stage: str) -> None:
    (charter,) = (each for each in CHARTERS if each.scribe)
    own = sorted(charter.namespaces)
    statements = allowed_of("function", f"{charter.domain}-{charter.scribe}-executor", deployment(stage))
    history, claims = ([f"{namespace}#{part}" for namespace in own] for part in ("history", "claims"))
    standing = [f"dynamodb:{action}" for action in ("GetItem", "PutItem", "DeleteItem", "ConditionCheckItem")]
    assert [(each["Action"], each["Condition"]) for each in statements] == [
        (standing, bound(*own)),
        (["dynamodb:Query", "dynamodb:PutItem"], bound(*history)),
        (["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem"], bound(*claims)),
    ]
    assert allowed_of("function", f"{charter.domain}-extractor", deployment(stage)) == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_cascade_gets_every_change_until_it_has_held_what_rested_on_it(stage: str) -> None:
    mappings = deployment(stage).of_type("AWS::Lambda::EventSourceMapping").items()
    (mapping,) = (each["Properties"] for name, each in mappings if name.startswith("memory:"))
    assert (mapping["StartingPosition"], mapping["FunctionResponseTypes"]) == ("TRIM_HORIZON", ["ReportBatchItemFailures"])
    assert not {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "FilterCriteria"} & mapping.keys()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("function", "logistics-stranger-reasoner"),
        ("role", "remit-prod-logistics-stranger-agent"),
        ("role", "remit-prod-logistics-planner-reader"),
        ("function", "logistics-planner-executor"),
        ("boundary", "remit-prod-logistics-readers-boundary"),
    ],
)
def test_who_reads_no_namespace_reaches_nothing_of_memory(kind: str, name: str) -> None:
    assert allowed_of(kind, name) == []
