"""Cedar's own parser and validator, for policies that are looked at and not asked."""

import json

import cedarpy

from remit.domain.model import JsonObject
from remit.ports import PolicyReader

# An attribute that no schema has: Cedar's validator complains of it unless what stands before it can never be true.
_PROBE = " when { context.remit_probe };"


class CedarReader(PolicyReader):
    def __init__(self, schema: JsonObject) -> None:
        self._schema = cedarpy.Schema.from_json_str(json.dumps(schema))

    def problems(self, statement: str) -> tuple[str, ...]:
        # Cedar numbers the policies that it is given, of which this is the only one.
        errors = cedarpy.validate_policies(statement, self._schema).errors
        return tuple(" ".join(error.error.removeprefix("for policy `policy0`, ").split()) for error in errors)

    def impossible(self, statement: str) -> bool:
        # cedarpy does not hand on Cedar's warning that a policy is impossible.
        return bool(cedarpy.validate_policies(statement.rstrip().removesuffix(";") + _PROBE, self._schema))

    def tree(self, statement: str) -> JsonObject:
        policies: dict[str, JsonObject] = json.loads(cedarpy.policies_to_json_str(statement))["staticPolicies"]
        (policy,) = policies.values()
        return policy
