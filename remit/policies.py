"""A domain's policy set: the matrix's permits, what stands everywhere, and the hand-written rules, valid under the generated schema."""

from collections.abc import Iterator
from pathlib import Path

from remit.cedar_reader import CedarReader
from remit.charters import load_payloads
from remit.domain.cedar_schema import cedar_schema
from remit.domain.charter import Charter
from remit.domain.model import JsonObject, Model
from remit.domain.policy import PolicyText, matrix_permits, split_policies

STANDING = Path(__file__).with_name("standing.cedar")


class PolicyError(Exception):
    """One line: file, line number, policy id, and what is wrong with it."""


class PolicySet(Model):
    """`policies` are in force; those in shadow mode are apart, so that nothing enforces them by oversight."""

    policies: tuple[PolicyText, ...]
    policy_schema: JsonObject
    shadow: tuple[PolicyText, ...] = ()


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
    in_force = tuple(rule for rule in rules if not rule.shadow)
    shadow = tuple(rule for rule in rules if rule.shadow)
    return PolicySet(policies=(*matrix_permits(charter), *standing_rules(schema), *in_force), policy_schema=schema, shadow=shadow)


def standing_rules(schema: JsonObject) -> tuple[PolicyText, ...]:
    """Those of them that can ever match under the schema. Raises PolicyError for one that is not valid."""
    rules, reader = split_policies(STANDING.read_text(encoding="utf-8")), CedarReader(schema)
    for rule in rules:
        for problem in reader.problems(rule.statement):
            raise PolicyError(f"{STANDING}:{rule.line}: {rule.id}: {problem}")
    return tuple(rule for rule in rules if not reader.impossible(rule.statement))


def _schema(charter: Charter) -> JsonObject:
    try:
        return cedar_schema(charter, load_payloads(charter.domain))
    except ValueError as error:
        raise PolicyError(f"tools/{charter.domain}/payloads.py: {error}") from error


def _validate(rules: tuple[PolicyText, ...], schema: JsonObject, path: Path) -> None:
    """One by one, so that a syntax error too is found in the policy that has it."""
    reader = CedarReader(schema)
    for rule in rules:
        for problem in _problems(rule, reader):
            raise PolicyError(f"{path}:{rule.line}: {rule.id}: {problem}")


def _problems(rule: PolicyText, reader: CedarReader) -> Iterator[str]:
    yield from reader.problems(rule.statement)
    if reader.impossible(rule.statement):
        yield "no request that fits the schema can ever match it"
