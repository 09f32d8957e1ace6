"""JSON as callers may send it: one text means one thing to whoever reads it.

RFC 8259 leaves open what a name means that stands twice (section 4), how large a number may be (section 6) and how deep values may lie
(section 9). Two readers who fill that in differently are a way around the one that decides, so none of it is taken.
"""

import json
from collections.abc import Iterator
from math import isinf

from remit.domain.errors import InvalidRequest, Reason
from remit.domain.model import Json, JsonObject

DEEPEST = 32
# A number that is only too large is for the field to refuse that it stands in.
_LONGEST_INTEGER = 40


def read_strictly(text: str) -> Json:
    """Raises InvalidRequest for what is no JSON, or none that every reader takes for the same."""
    try:
        value: Json = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _refused(f"this is no JSON at character {error.pos}: {error.msg}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if any(depth > DEEPEST for depth in _depths(value)):
        raise _too_deep()
    return value


def read_object(text: str) -> JsonObject:
    """The same for a text that has to be an object. Raises InvalidRequest."""
    value = read_strictly(text)
    if not isinstance(value, dict):
        raise _refused("this is no JSON object")
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused(f"the name '{twice[:40]}' stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise _refused(f"the number {digits[:12]}… has more than {_LONGEST_INTEGER} digits")
    return int(digits)


def _number(digits: str) -> float:
    if isinf(number := float(digits)):
        raise _refused(f"the number {digits[:12]} is too large")
    return number


def _no_number(name: str) -> Json:
    raise _refused(f"{name} is no number in JSON")


def _depths(value: Json) -> Iterator[int]:
    """How deep every value lies, without recursion."""
    waiting: list[tuple[Json, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        yield depth
        inside = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        if depth <= DEEPEST:
            waiting += ((value, depth + 1) for value in inside)


def _too_deep() -> InvalidRequest:
    return _refused(f"values lie more than {DEEPEST} deep")


def _refused(problem: str) -> InvalidRequest:
    return InvalidRequest(f"body: {problem}", (Reason(policy="body", reason=problem),))
