"""What is generated from charters and payload models, and committed so that a reviewer sees it change."""

import json
from pathlib import Path

from remit.charters import charter_schema, load_charters, load_payloads
from remit.domain.cedar_schema import cedar_schema
from remit.domain.model import JsonObject


def generated(root: Path) -> dict[Path, str]:
    """Each generated file with the text it should have. Raises CharterError."""
    schemas = {root / "charters" / "charter.schema.json": charter_schema()}
    for charter in load_charters(root / "charters"):
        schemas[root / "policies" / charter.domain / "schema.json"] = cedar_schema(charter, load_payloads(charter.domain))
    return {path: pretty(schema) for path, schema in schemas.items()}


def pretty(schema: JsonObject) -> str:
    return json.dumps(schema, indent=2) + "\n"
