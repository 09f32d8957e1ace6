"""The wire: AWS JSON 1.0, and requests held to botocore's model, which boto3 itself would not let through."""

import asyncio
import json
from typing import Any

import pytest

from remit.local.verifiedpermissions import NoKeys, VerifiedPermissions, handler
from remit.local.verifiedpermissions.contract import modelled_errors, operation_model, render_response, service_model
from remit.local.verifiedpermissions.errors import InternalServerException, TooManyTagsException
from remit.local.verifiedpermissions.service import OPERATIONS
from remit.local.verifiedpermissions.state import Account

Answer = tuple[int, dict[str, str], dict[str, Any]]


@pytest.fixture
def alone() -> VerifiedPermissions:
    return VerifiedPermissions()


def send(service: VerifiedPermissions, operation: str, body: bytes) -> Answer:
    handle = handler(service, service.account)
    status, headers, answered = asyncio.run(handle("POST", "/", {"x-amz-target": f"VerifiedPermissions.{operation}"}, body, {}))
    return status, headers, json.loads(answered)


def ask(service: VerifiedPermissions, operation: str, **request: object) -> Answer:
    return send(service, operation, json.dumps(request).encode())


def complaints(answer: Answer) -> list[tuple[str, str]]:
    """The fields of a ValidationException, with what each must satisfy."""
    _, headers, body = answer
    assert headers["x-amzn-errortype"] == "ValidationException", body
    return [(field["path"], field["message"].partition("constraint: ")[2]) for field in body["fieldList"]]


def test_every_operation_of_the_model_is_served() -> None:
    assert set(OPERATIONS) == set(service_model().operation_names)


def test_an_answer_is_aws_json(alone: VerifiedPermissions) -> None:
    status, headers, body = ask(alone, "ListPolicyStores")

    assert (status, headers["Content-Type"], body) == (200, "application/x-amz-json-1.0", {"policyStores": []})


def test_an_error_is_named_in_header_and_body(alone: VerifiedPermissions) -> None:
    status, headers, body = ask(alone, "GetSchema", policyStoreId="none")

    assert (status, headers["x-amzn-errortype"]) == (400, "ResourceNotFoundException")
    assert body == {
        "__type": "com.amazonaws.verifiedpermissions#ResourceNotFoundException",
        "message": "POLICY_STORE none does not exist",
        "resourceId": "none",
        "resourceType": "POLICY_STORE",
    }


def test_a_required_member_must_be_there(alone: VerifiedPermissions) -> None:
    assert complaints(ask(alone, "CreatePolicyStore")) == [("/validationSettings", "Member must not be null")]


def test_an_enumerated_member_must_be_a_known_value(alone: VerifiedPermissions) -> None:
    answer = ask(alone, "CreatePolicyStore", validationSettings={"mode": "LAX"})

    assert complaints(answer) == [("/validationSettings/mode", "Member must satisfy enum value set: [OFF, STRICT]")]


def test_every_broken_constraint_is_listed(alone: VerifiedPermissions) -> None:
    answer = ask(alone, "CreatePolicyStore", validationSettings={"mode": "OFF"}, description="x" * 151, clientToken="a b", tags={"": "v"})

    assert complaints(answer) == [
        ("/clientToken", "Member must satisfy regular expression pattern: [a-zA-Z0-9-]*"),
        ("/description", "Member must have length less than or equal to 150"),
        ("/tags/", "Member must have length greater than or equal to 1"),
    ]


@pytest.mark.parametrize("definition", [{}, {"static": {"statement": "s"}, "templateLinked": {"policyTemplateId": "t"}}])
def test_a_union_has_exactly_one_member(alone: VerifiedPermissions, definition: dict[str, object]) -> None:
    answer = ask(alone, "CreatePolicy", policyStoreId="s", definition=definition)

    assert complaints(answer) == [("/definition", "Member must have exactly one of: static, templateLinked")]


@pytest.mark.parametrize(
    ("value", "constraint"),
    [
        ({"decimal": "100"}, ("/decimal", r"Member must satisfy regular expression pattern: -?\d{1,15}\.\d{1,4}")),
        ({"long": 2**63}, ("/long", "Member must be between -9223372036854775808 and 9223372036854775807")),
        ({"long": True}, ("/long", "Member must be a long")),
        ({"long": 1.5}, ("/long", "Member must be a long")),
        ({"boolean": "true"}, ("/boolean", "Member must be a boolean")),
        ({"string": 1}, ("/string", "Member must be a string")),
        ({"set": {}}, ("/set", "Member must be a list")),
        ({"set": [{"record": []}]}, ("/set/0/record", "Member must be a map")),
        ("text", ("", "Member must be a structure")),
    ],
)
def test_typed_values_are_checked_to_any_depth(alone: VerifiedPermissions, value: object, constraint: tuple[str, str]) -> None:
    answer = ask(alone, "IsAuthorized", policyStoreId="s", context={"contextMap": {"key": value}})

    assert complaints(answer) == [("/context/contextMap/key" + constraint[0], constraint[1])]


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"' + b"x" * 1_000_000 + b'"'])
def test_what_is_no_request_is_refused(alone: VerifiedPermissions, body: bytes) -> None:
    status, headers, _ = send(alone, "ListPolicyStores", body)

    assert (status, headers["x-amzn-errortype"]) == (400, "ValidationException")


def test_an_unknown_operation_is_refused(alone: VerifiedPermissions) -> None:
    assert ask(alone, "CreateUniverse")[1]["x-amzn-errortype"] == "ValidationException"


def test_a_request_for_another_service_is_refused(alone: VerifiedPermissions) -> None:
    handle = handler(alone, alone.account)

    status, _, _ = asyncio.run(handle("POST", "/", {"X-Amz-Target": "Other.Operation"}, b"{}", {}))

    assert status == 400


def test_a_defect_is_answered_as_the_service_s_own_error(alone: VerifiedPermissions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "ListPolicyStores", lambda account, request: {"policyStores": [], "surprise": 1})

    status, headers, body = ask(alone, "ListPolicyStores")

    assert (status, headers["x-amzn-errortype"]) == (500, "InternalServerException")
    assert "surprise" in body["message"]


def test_an_error_that_an_operation_does_not_model_becomes_a_validation_error(
    alone: VerifiedPermissions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(account: Account, request: object) -> dict[str, object]:
        raise TooManyTagsException("arn")

    monkeypatch.setitem(OPERATIONS, "ListPolicyStores", crowded)

    assert "TooManyTagsException" not in modelled_errors("ListPolicyStores")
    assert ask(alone, "ListPolicyStores")[1]["x-amzn-errortype"] == "ValidationException"


def test_a_response_without_a_required_member_is_never_sent() -> None:
    with pytest.raises(InternalServerException, match="policyStoreId"):
        render_response("GetSchema", {"schema": "{}"})


def test_accounts_and_regions_do_not_see_each_other(alone: VerifiedPermissions) -> None:
    here, there = alone.account("111111111111", "eu-west-1"), alone.account("111111111111", "eu-west-2")
    alone.call(here, "CreatePolicyStore", {"validationSettings": {"mode": "OFF"}})

    assert (len(here.stores), len(there.stores)) == (1, 0)
    assert operation_model("ListPolicyStores").output_shape is not None


def test_without_a_key_source_no_issuer_has_keys() -> None:
    assert NoKeys().keys_of("https://id.example.com") == []
