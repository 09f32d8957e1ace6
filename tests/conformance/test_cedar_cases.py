"""Cedar's own integration tests, and others' examples: through cedarpy as an embedded engine uses it, and through the local
Verified Permissions with boto3. Neither may disagree with the recorded answers."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import cedarpy
import pytest

from remit.local.verifiedpermissions import VerifiedPermissions
from remit.local.verifiedpermissions.server import serving
from tests.conformance.cedar_schema_json import schema_json

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient
    from mypy_boto3_verifiedpermissions.literals import ValidationModeType

Case = dict[str, Any]

EVALUATION = Path(__file__).resolve().parents[2].parent / "shared" / "evaluation"
POLICY_ID = re.compile(r"policy `([^`]+)`")
# One policy of a text: to its semicolon, past those in strings and comments.
STATEMENT = re.compile(r'(?:"(?:\\.|[^"\\])*"|//[^\n]*|[^;"/]|/)*;')

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(not EVALUATION.is_dir(), reason="The foreign Cedar cases are not beside this repository."),
]


@cache
def cases() -> list[Case]:
    index = json.loads((EVALUATION / "cedar_cases_index.json").read_text())
    return [json.loads((EVALUATION / "cedar_cases" / f"{case['id']}.json").read_text()) for case in index["cases"]]


def expressibility() -> dict[str, int]:
    """How many requests the service's shapes carry, and why they cannot carry the others."""
    return dict(Counter(_obstacle(case, request) for case in cases() for request in case["requests"]))


def _obstacle(case: Case, request: Case) -> str:
    if any(not request[part]["id"] for part in ("principal", "action", "resource")):
        return "an empty entity or action id, which the shapes refuse"
    if "template_links" in case:
        return "carried, as template-linked policies" if _templates_allowed(case) else "a template that the service refuses"
    return "carried"


def _carried(case: Case) -> list[Case]:
    return [request for request in case["requests"] if _obstacle(case, request).startswith("carried")]


def _templates_allowed(case: Case) -> bool:
    """The service wants both principal and resource of a template constrained."""
    templates = _policies(case)["templates"].values()
    return all(template[part]["op"] != "All" for template in templates for part in ("principal", "resource"))


def _policies(case: Case) -> Case:
    parsed: Case = json.loads(cedarpy.policies_to_json_str(case["policies"]))
    return parsed


def _is_action(entity: Case) -> bool:
    kind = entity["uid"].get("__entity", entity["uid"])["type"]
    return bool(kind == "Action" or kind.endswith("::Action"))


def test_every_case_is_here() -> None:
    assert len(cases()) == 202
    assert sum(len(case["requests"]) for case in cases()) == 541


def test_what_the_service_can_carry_is_known_exactly() -> None:
    assert expressibility() == {
        "carried": 237,
        "carried, as template-linked policies": 14,
        "an empty entity or action id, which the shapes refuse": 290,
    }


def test_cedarpy_agrees_with_every_request() -> None:
    assert [line for case in cases() for line in _embedded_disagreements(case)] == []


def _embedded_disagreements(case: Case) -> Iterator[str]:
    policies = cedarpy.PolicySet.from_str(case["policies"])
    for link in case.get("template_links", ()):
        policies = policies.with_linked(link["template_id"], link["link_id"], link["args"])
    schema = case["schema"] if case.get("use_schema", True) else None
    for request in case["requests"]:
        asked = {part: request[part] for part in ("principal", "action", "resource", "context")}
        result = cedarpy.is_authorized(asked, policies, case["entities"], schema)
        errors = [match[1] for error in result.diagnostics.errors if (match := POLICY_ID.search(error))]
        yield from _differences(case, request, result.decision.name, result.diagnostics.reasons, errors)


def _differences(case: Case, request: Case, decision: str, reasons: list[str], errors: list[str]) -> Iterator[str]:
    found = {"decision": decision.lower(), "reason": sorted(reasons), "errors": sorted(errors)}
    for part, value in found.items():
        expected = request[part] if part == "decision" or request[part] is None else sorted(request[part])
        if expected is not None and expected != value:
            yield f"{case['id']}, {request['description']}: {part} is {value}, expected {expected}"


@pytest.fixture(scope="module")
def client() -> "Iterator[VerifiedPermissionsClient]":
    with serving(VerifiedPermissions()) as url:
        yield boto3.client(
            "verifiedpermissions", endpoint_url=url, region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any"
        )


def test_the_service_agrees_with_every_request_it_can_carry(client: "VerifiedPermissionsClient") -> None:
    answered = [line for case in cases() if _carried(case) for line in _service_answers(client, case)]
    assert len(answered) == 251
    assert [line for line in answered if line] == []


def _service_answers(client: "VerifiedPermissionsClient", case: Case) -> Iterator[str]:
    """For each request what is wrong with the answer, or nothing."""
    store = _store(client, "STRICT" if case["should_validate"] and case.get("use_schema", True) else "OFF", case)
    ids = _fill(client, store, case)
    entities = json.dumps([entity for entity in case["entities"] if not _is_action(entity)])
    for request in _carried(case):
        answer = client.is_authorized(
            policyStoreId=store,
            principal={"entityType": request["principal"]["type"], "entityId": request["principal"]["id"]},
            action={"actionType": request["action"]["type"], "actionId": request["action"]["id"]},
            resource={"entityType": request["resource"]["type"], "entityId": request["resource"]["id"]},
            context={"cedarJson": json.dumps(request["context"])},
            entities={"cedarJson": entities},
        )
        reasons = [ids[policy["policyId"]] for policy in answer["determiningPolicies"]]
        errors = [ids[match[1]] for error in answer["errors"] if (match := POLICY_ID.search(error["errorDescription"]))]
        yield "; ".join(_differences(case, request, answer["decision"], reasons, errors))


def _store(client: "VerifiedPermissionsClient", mode: "ValidationModeType", case: Case) -> str:
    store = client.create_policy_store(validationSettings={"mode": mode})["policyStoreId"]
    if case.get("use_schema", True):
        client.put_schema(policyStoreId=store, definition={"cedarJson": json.dumps(schema_json(case["schema"]))})
    return store


def _fill(client: "VerifiedPermissionsClient", store: str, case: Case) -> dict[str, str]:
    """Create the case's policies; returns the case's id of each by the service's id."""
    parsed, ids, templates = _policies(case), {}, {}
    for number, text in enumerate(STATEMENT.findall(case["policies"])):
        template = parsed["templates"].get(f"policy{number}")
        if template:
            made = client.create_policy_template(policyStoreId=store, statement=text)
            templates[template["annotations"]["id"]] = made["policyTemplateId"]
        else:
            ids[client.create_policy(policyStoreId=store, definition={"static": {"statement": text}})["policyId"]] = f"policy{number}"
    for link in case.get("template_links", ()):
        values = {slot.removeprefix("?"): _identifier(value) for slot, value in link["args"].items()}
        definition: Any = {"templateLinked": {"policyTemplateId": templates[link["template_id"]], **values}}
        ids[client.create_policy(policyStoreId=store, definition=definition)["policyId"]] = link["link_id"]
    assert len(ids) + len(templates) == len(parsed["staticPolicies"]) + len(parsed["templates"]) + len(case.get("template_links", ()))
    return ids


def _identifier(uid: str) -> dict[str, str]:
    kind, _, quoted = uid.rpartition("::")
    return {"entityType": kind, "entityId": json.loads(quoted)}


def test_a_strict_store_refuses_exactly_the_policies_that_do_not_validate(client: "VerifiedPermissionsClient") -> None:
    judged = [case for case in cases() if "template_links" not in case and case.get("use_schema", True)]
    surprises = [case["id"] for case in judged if _is_accepted(client, case) != case["should_validate"]]
    assert (len(judged), surprises) == (197, [])


def _is_accepted(client: "VerifiedPermissionsClient", case: Case) -> bool:
    try:
        _fill(client, _store(client, "STRICT", case), case)
    except client.exceptions.ValidationException:
        return False
    return True
