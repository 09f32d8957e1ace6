"""A domain's policy set: the matrix's permits and the hand-written rules, validated against the generated schema."""

import json
from pathlib import Path

import cedarpy

from remit.charters import load_payloads
from remit.domain.cedar_schema import cedar_schema
from remit.domain.charter import Charter
from remit.domain.model import JsonObject, Model
from remit.domain.policy import PolicyText, matrix_permits, split_policies


class PolicyError(Exception):
    """One line: file, line number, policy id, and what is wrong with it."""


class PolicySet(Model):
    policies: tuple[PolicyText, ...]
    policy_schema: JsonObject


def load_policy_set(charter: Charter, folder: Path) -> PolicySet:
    """From <folder>/policies.cedar. Raises PolicyError unless every policy is valid in STRICT mode."""
    path = folder / "policies.cedar"
    try:
        rules = split_policies(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PolicyError(f"{path}: there is no such file") from error
    except ValueError as error:
        raise PolicyError(f"{path}:{str(error).removeprefix('line ')}") from error
    schema = _schema(charter)
    _validate(rules, schema, path)
    return PolicySet(policies=(*matrix_permits(charter), *rules), policy_schema=schema)


def _schema(charter: Charter) -> JsonObject:
    try:
        return cedar_schema(charter, load_payloads(charter.domain))
    except ValueError as error:
        raise PolicyError(f"tools/{charter.domain}/payloads.py: {error}") from error


def _validate(rules: tuple[PolicyText, ...], schema: JsonObject, path: Path) -> None:
    """One by one, so that a syntax error too is found in the policy that has it."""
    parsed = cedarpy.Schema.from_json_str(json.dumps(schema))
    for rule in rules:
        for error in cedarpy.validate_policies(rule.statement, parsed).errors:
            # Cedar numbers the policies that it is given, of which this is the only one.
            problem = error.error.removeprefix("for policy `policy0`, ")
            raise PolicyError(f"{path}:{rule.line}: {rule.id}: {problem}")
