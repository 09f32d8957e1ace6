"""Whatever a template lets an agent's role reach beyond its charter, however it is written, is a cell that the charter does not have."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from remit.charters import load_charter
from remit.domain.permission import only_keys
from remit.names import Names
from remit.reach import Cell, Difference, compare, granted, reach

CLAIMS = load_charter(Path("charters/claims.yaml"))
NAMES = Names("test")
ROLE = "remit-test-claims-claims-agent"
READER = "remit-test-claims-claims-reader"
TABLE = "arn:aws:dynamodb:eu-west-1:1:table/remit-test-claims-"
RECORDS = [f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Delete", "ConditionCheck")]


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (text, list or intrinsic function)
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


OWN = only_keys("${aws:PrincipalTag/tenant}")
CHARTERED = (
    allow(["dynamodb:GetItem", "dynamodb:ConditionCheckItem"], f"{TABLE}claims", Condition=OWN),
    allow("dynamodb:PutItem", f"{TABLE}assessments", Condition=OWN),
)
LOOK = allow("dynamodb:GetItem", f"{TABLE}assessments", Condition=OWN)
READ_BACK = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": READER, "Policies": [{"PolicyDocument": document(LOOK)}]}}


def template(*also: dict[str, Any], boundary: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    """The agent's roles as the charter has them, the acting one with these statements in its own policy besides."""
    limit = boundary or allow(RECORDS, [f"{TABLE}claims", f"{TABLE}assessments"], Condition=OWN)
    role = {
        "RoleName": ROLE,
        "PermissionsBoundary": {"Ref": "Boundary"},
        "Policies": [{"PolicyDocument": document(*CHARTERED, *also)}],
        **properties,
    }
    return {
        "Resources": {
            "Boundary": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(limit)}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Reader": deepcopy(READ_BACK),
        }
    }


def beyond(*templates: dict[str, Any]) -> set[str]:
    return {f"{cell.action} on {cell.resource.removeprefix('dynamodb:table/')}" for cell in compare([CLAIMS], templates, NAMES).beyond}


def test_the_charters_own_cells_are_no_difference() -> None:
    assert compare([CLAIMS], [template()], NAMES) == Difference(beyond=(), short=())
    own = ("${aws:PrincipalTag/tenant}",)
    assert Cell(ROLE, "dynamodb:PutItem", "dynamodb:table/remit-test-claims-assessments", own) in reach([CLAIMS], NAMES)


def test_a_cell_that_iam_lacks_is_short() -> None:
    without = template()
    del without["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][1]
    assert {cell.action for cell in compare([CLAIMS], [without], NAMES).short} == {"dynamodb:PutItem"}


def test_one_action_more_is_beyond() -> None:
    assert beyond(template(allow("dynamodb:DeleteItem", f"{TABLE}assessments"))) == {"dynamodb:DeleteItem on remit-test-claims-assessments"}


def test_what_the_boundary_refuses_is_out_of_reach() -> None:
    assert beyond(template(allow(["dynamodb:Scan", "iam:PutRolePolicy"], "*"), allow("dynamodb:GetItem", f"{TABLE}payouts"))) == set()


def test_a_wildcard_reaches_all_that_the_boundary_leaves() -> None:
    everything = {f"{action} on remit-test-claims-{table}" for action in RECORDS for table in ("claims", "assessments")}
    given = {f"{cell.action} on {cell.resource.removeprefix('dynamodb:table/')}" for cell in reach([CLAIMS], NAMES) if cell.role == ROLE}
    assert beyond(template(allow("*", "*"))) == everything - given
    assert beyond(template(allow("DynamoDB:*item", "*"))) == everything - given


UNBOUND = allow("dynamodb:GetItem", f"{TABLE}claims")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Condition": {**OWN, "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/tenant}", "north"]}}},
        {"Condition": {"ForAllValues:StringEquals": OWN["ForAllValues:StringEquals"]}},
        {"Condition": {"ForAnyValue:StringEquals": OWN["ForAllValues:StringEquals"], "Null": OWN["Null"]}},
        {"Condition": {"StringEqualsIfExists": {"aws:PrincipalTag/tenant": "north"}}},
    ],
    ids=["none", "one key more", "passes without a key", "another operator", "something else"],
)
def test_a_record_by_tenant_that_is_not_bound_to_the_sessions_own_is_beyond(more: dict[str, Any]) -> None:
    loose = {**UNBOUND, **more}
    wide = allow(RECORDS, [f"{TABLE}claims", f"{TABLE}assessments"])
    found = compare([CLAIMS], [template(loose, boundary=wide)], NAMES).beyond
    assert [(cell.action, cell.resource) for cell in found] == [("dynamodb:GetItem", "dynamodb:table/remit-test-claims-claims")]


def test_a_boundary_binds_what_the_policy_leaves_loose() -> None:
    assert compare([CLAIMS], [template(UNBOUND)], NAMES) == Difference(beyond=(), short=())


def test_what_the_boundary_binds_to_other_keys_is_out_of_reach() -> None:
    elsewhere = allow(RECORDS, [f"{TABLE}claims", f"{TABLE}assessments"], Condition=only_keys("south"))
    difference = compare([CLAIMS], [template(boundary=elsewhere)], NAMES)
    assert (difference.beyond, len(difference.short)) == ((), 3)


def test_an_exclusion_counts_as_everything() -> None:
    excluding = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}
    assert beyond(template(excluding)) == beyond(template(allow("*", "*")))


def test_any_other_condition_on_an_allow_is_not_believed() -> None:
    narrowed = allow("dynamodb:DeleteItem", f"{TABLE}claims", Condition={"StringEquals": {"aws:PrincipalTag/x": "y"}})
    assert beyond(template(narrowed)) == {"dynamodb:DeleteItem on remit-test-claims-claims"}


@pytest.mark.parametrize(("condition", "left"), [({}, 0), ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, 1)])
def test_only_a_denial_that_always_holds_takes_away(condition: dict[str, Any], left: int) -> None:
    denial = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": f"{TABLE}claims", **condition}
    assert len(beyond(template(allow("dynamodb:DeleteItem", f"{TABLE}claims"), denial))) == left


def test_without_a_boundary_nothing_is_taken_off() -> None:
    unbounded = template(allow("iam:PutRolePolicy", "*"))
    del unbounded["Resources"]["Role"]["Properties"]["PermissionsBoundary"]
    assert beyond(unbounded) == {"iam:PutRolePolicy on *"}


def test_a_boundary_from_elsewhere_may_allow_anything() -> None:
    assert beyond(template(allow("s3:GetObject", "*"), PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess")) == {
        "s3:GetObject on *"
    }


def test_a_managed_policy_from_elsewhere_may_allow_anything() -> None:
    attached = template(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])
    assert "dynamodb:DeleteItem on remit-test-claims-claims" in beyond(attached)


@pytest.mark.parametrize(
    ("kind", "naming"),
    [
        ("AWS::IAM::Policy", {"Roles": [{"Ref": "Role"}]}),
        ("AWS::IAM::ManagedPolicy", {"Roles": [ROLE]}),
        ("AWS::IAM::RolePolicy", {"RoleName": ROLE}),
    ],
)
def test_a_policy_that_names_the_role_counts(kind: str, naming: dict[str, Any]) -> None:
    more = document(allow("dynamodb:DeleteItem", f"{TABLE}claims"))
    attached = template()
    attached["Resources"]["More"] = {"Type": kind, "Properties": {"PolicyDocument": more, **naming}}
    assert beyond(attached) == {"dynamodb:DeleteItem on remit-test-claims-claims"}


def test_a_policy_of_another_stack_counts_if_it_names_the_role_by_its_name() -> None:
    more = {"PolicyDocument": document(allow("dynamodb:DeleteItem", f"{TABLE}claims")), "Roles": [ROLE]}
    other = {"Resources": {"More": {"Type": "AWS::IAM::Policy", "Properties": more}}}
    assert beyond(template(), other) == {"dynamodb:DeleteItem on remit-test-claims-claims"}
    same_logical_id = deepcopy(other)
    same_logical_id["Resources"]["More"]["Properties"]["Roles"] = [{"Ref": "Role"}]  # type: ignore[index]
    assert beyond(template(), same_logical_id) == set()


def test_an_arn_is_read_through_its_intrinsic_functions() -> None:
    joined = {
        "Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":dynamodb:", {"Ref": "AWS::Region"}, ":1:table/remit-test-claims-claims"]]
    }
    assert beyond(template(allow("dynamodb:DeleteItem", joined))) == {"dynamodb:DeleteItem on remit-test-claims-claims"}


def test_a_reading_role_that_may_write_is_beyond() -> None:
    writing = template()
    writing["Resources"]["Reader"]["Properties"]["Policies"].append(
        {"PolicyDocument": document(allow("dynamodb:PutItem", f"{TABLE}claims"))}
    )
    assert compare([CLAIMS], [writing], NAMES).beyond == (Cell(READER, "dynamodb:PutItem", "dynamodb:table/remit-test-claims-claims"),)


def test_a_role_named_like_an_agents_that_no_charter_has_is_beyond() -> None:
    other = template(RoleName="remit-test-claims-intern-agent")
    assert {cell.role for cell in compare([CLAIMS], [other], NAMES).beyond} == {"remit-test-claims-intern-agent"}


def test_a_role_of_another_stage_or_of_a_function_is_none_of_the_agents() -> None:
    templates = [template(RoleName="remit-prod-claims-claims-agent"), template(RoleName="remit-test-claims-gate")]
    assert {cell.role for cell in granted(templates, NAMES)} == {READER}
