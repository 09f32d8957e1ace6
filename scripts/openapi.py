"""Write docs/openapi.json, the API for agents and operators as its own routes and models describe it."""

import json
import os
from pathlib import Path

from remit.domain.model import Json, JsonObject

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
# The handler is imported for its routes only.
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


def document() -> JsonObject:
    """OpenAPI 3.1, with Remit's own errors in place of the framework's."""
    for name, value in _ELSEWHERE.items():
        os.environ.setdefault(name, value)
    from lambdas.api.handler import app  # noqa: PLC0415 (needs the settings above)

    made: dict[str, Json] = json.loads(app.get_openapi_json_schema(title="Remit", version="0.1.0"))
    made["security"] = [{"sigv4": []}]
    components, paths = made["components"], made["paths"]
    if not isinstance(components, dict) or not isinstance(paths, dict):
        raise TypeError("Powertools gave no paths or components")
    schemas = components["schemas"]
    if isinstance(schemas, dict):
        kept = {name: schema for name, schema in schemas.items() if "ValidationError" not in name}
        components["schemas"] = {**kept, "Error": _ERROR}
    components["securitySchemes"] = {"sigv4": _SIGNATURE}
    made["paths"] = {path: _operations(operations) for path, operations in sorted(paths.items())}
    return made


def text() -> str:
    """As it is committed."""
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


def _operations(operations: Json) -> Json:
    if not isinstance(operations, dict):
        return operations
    return {method: _operation(operation) for method, operation in operations.items()}


def _operation(operation: Json) -> Json:
    """Every error looks the same, whatever its status."""
    if not isinstance(operation, dict) or not isinstance(operation["responses"], dict):
        return operation
    refused: JsonObject = {
        "description": _REFUSED,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    answers = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    return {**operation, "responses": {**answers, "default": refused}}


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
