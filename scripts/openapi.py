"""Write docs/openapi.json, the API for agents, operators and approvers as its own routes and models describe it."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from remit.domain.model import JsonObject

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
# The handlers are imported for their routes only.
_ELSEWHERE = {
    "POWERTOOLS_SERVICE_NAME": "api",
    "POWERTOOLS_METRICS_NAMESPACE": "Remit",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_REFUSED = "Refused: which error, in one sentence, and for which reasons"
_SIGNATURE: JsonObject = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
_ERROR: JsonObject = {
    "type": "object",
    "required": ["error", "message", "reasons"],
    "properties": {
        "error": {"type": "string", "pattern": "^Remit\\.[A-Za-z]+$"},
        "message": {"type": "string"},
        "reasons": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["policy", "reason"],
                "properties": {"policy": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}


# What the address of a page says besides, and what its forms send; the pages are for people, and their forms are their own.
_ASKED = {"/approvals/{approval}": ("token",), "/signed-in": ("code", "state")}
_PAGE: JsonObject = {"description": "A page for a person, whatever its status", "content": {"text/html": {"schema": {"type": "string"}}}}


def document() -> JsonObject:
    """OpenAPI 3.1: what is signed, with Remit's own errors in place of the framework's, and the pages that people open."""
    for name, value in _ELSEWHERE.items():
        os.environ.setdefault(name, value)
    # These need the settings above.
    from lambdas.api.handler import app  # noqa: PLC0415
    from lambdas.approvals import api, pages  # noqa: PLC0415
    from lambdas.approvals.inbox import Chosen  # noqa: PLC0415
    from remit.usecases.answer import Given  # noqa: PLC0415

    forms = {"/approvals/{approval}": ("form", *Given.model_fields), "/inbox": ("form", *Chosen.model_fields)}
    made = _described(app)
    for signed in (made, _described(api.app)):
        _add(made, signed["paths"], _refusing)
        made["components"]["schemas"].update(signed["components"]["schemas"])
    _add(made, _described(pages.app)["paths"], lambda path, operation: _page(path, operation, forms))
    schemas = made["components"]["schemas"]
    kept = {name: schema for name, schema in sorted(schemas.items()) if "ValidationError" not in name}
    made["components"] = {"schemas": {**kept, "Error": _ERROR}, "securitySchemes": {"sigv4": _SIGNATURE}}
    return {**made, "security": [{"sigv4": []}], "paths": dict(sorted(made["paths"].items()))}


def text() -> str:
    """As it is committed."""
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


def _described(app: APIGatewayRestResolver) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(app.get_openapi_json_schema(title="Remit", version="0.1.0"))
    return described


def _add(made: dict[str, Any], paths: Mapping[str, Any], told: Callable[[str, JsonObject], JsonObject]) -> None:
    for path, operations in paths.items():
        found = {method: told(path, operation) for method, operation in operations.items()}
        made["paths"][path] = {**made["paths"].get(path, {}), **found}


def _refusing(path: str, operation: dict[str, Any]) -> JsonObject:
    """Every error looks the same, whatever its status."""
    refused: JsonObject = {
        "description": _REFUSED,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    answers = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    return {**operation, "responses": {**answers, "default": refused}}


def _page(path: str, operation: dict[str, Any], forms: Mapping[str, Sequence[str]]) -> JsonObject:
    """Not signed: what counts is the link's token or the visit, a cookie that each page gives."""
    asked = [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in _ASKED.get(path, ())]
    told: JsonObject = {**operation, "security": [], "responses": {"default": _PAGE}}
    if not operation["operationId"].endswith("_post"):
        return {**told, "parameters": [*operation.get("parameters", ()), *asked]}
    fields: JsonObject = {name: {"type": "string"} for name in forms[path]}
    form: JsonObject = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}}
    return {**told, "requestBody": {"content": form, "required": True}}


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
