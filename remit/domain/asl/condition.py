"""What a Choice rule says of the document, when it matches and when it does not."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from remit.domain.asl.states import is_number
from remit.domain.model import Json, JsonObject

_OPERATOR = re.compile(r"(?:String|Numeric|Boolean|Timestamp)(?:Equals|(?:Less|Greater)Than(?:Equals)?)(?:Path)?|StringMatches|Is[A-Z]\w+")
_EQUALITIES = {"StringEquals", "NumericEquals", "BooleanEquals"}
_CEILINGS = {"NumericLessThan", "NumericLessThanEquals"}
_FLOORS = {"NumericGreaterThan", "NumericGreaterThanEquals"}
# By how a comparison begins. A number can be one that the deployment puts in.
_OPERANDS: dict[str, type | tuple[type, ...]] = {"St": str, "Ti": str, "Nu": (int, float, str), "Bo": bool, "Is": bool}
_NOT_A_TEST = {"Variable", "Next", "Comment"}


class Test(NamedTuple):
    variable: str
    operator: str
    value: Json


class Condition(NamedTuple):
    """One test, or several under And, Or or Not."""

    kind: str
    parts: "tuple[Condition | Test, ...]"


def read_condition(rule: JsonObject) -> Condition | Test:
    """Raises ValueError, in words, for what is no rule."""
    for kind in ("And", "Or", "Not"):
        if kind in rule:
            return Condition(kind, tuple(read_condition(part) for part in _parts(kind, rule[kind])))
    tests = [(name, value) for name, value in rule.items() if name not in _NOT_A_TEST]
    if "Variable" not in rule or len(tests) != 1:
        raise ValueError("a rule tests one Variable with one comparison, or is an And, an Or or a Not")
    ((operator, value),) = tests
    if not _OPERATOR.fullmatch(operator):
        raise ValueError(f"'{operator}' is no comparison")
    if not isinstance(value, str if operator.endswith("Path") else _OPERANDS[operator[:2]]):
        raise ValueError(f"{operator} does not compare with {json.dumps(value)}")  # noqa: TRY004 - the file is wrong, not the program
    return Test(str(rule["Variable"]), operator, value)


def equalities(condition: Condition | Test) -> frozenset[tuple[str, str, Json]]:
    """(variable, type, value) of what has certainly been seen to be equal, when the condition holds."""
    if isinstance(condition, Test):
        known = (condition.variable, type(condition.value).__name__, condition.value)
        return frozenset({known} if condition.operator in _EQUALITIES else ())
    inside = [equalities(part) for part in condition.parts]
    if condition.kind == "And":
        return frozenset().union(*inside)
    # What is not so need not be anything else: a missing or mistyped value is neither true nor false.
    return frozenset.intersection(*inside) if condition.kind == "Or" else frozenset()


def ceilings(condition: Condition | Test) -> frozenset[str]:
    """The variables that are certainly below some fixed number when the condition holds."""
    return _bounded(condition, _CEILINGS, "And", "Or")


def ceilings_of_the_rest(conditions: Sequence[Condition | Test]) -> frozenset[str]:
    """The variables that are certainly below some fixed number when none of the conditions holds."""
    return frozenset().union(*(_bounded(condition, _FLOORS, "Or", "And") for condition in conditions))


def _bounded(condition: Condition | Test, operators: set[str], any_part: str, every_part: str) -> frozenset[str]:
    if isinstance(condition, Test):
        return frozenset({condition.variable} if condition.operator in operators and is_number(condition.value) else ())
    inside = [_bounded(part, operators, any_part, every_part) for part in condition.parts]
    if condition.kind == any_part:
        return frozenset().union(*inside)
    return frozenset.intersection(*inside) if condition.kind == every_part else frozenset()


def _parts(kind: str, given: Json) -> Sequence[JsonObject]:
    parts = [given] if kind == "Not" else given
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        raise ValueError(f"{kind} takes {'one rule' if kind == 'Not' else 'a list of rules'}")
    return parts  # type: ignore[return-value]
