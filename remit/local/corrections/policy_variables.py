"""`${aws:PrincipalTag/…}` and the other policy variables are replaced in resources and condition values."""

import re
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement

_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")


def apply() -> None:
    """Replace variables before MiniStack compares."""
    first_match, conditions_met = iam_evaluator._first_match, iam_evaluator._conditions_met

    def corrected_match(ctx: EvalContext, statements: list[ParsedStatement], effect: str) -> ParsedStatement | None:
        found: ParsedStatement | None = first_match(ctx, [_resolved(statement, ctx) for statement in statements], effect)
        return found

    def corrected_conditions(conditions: dict[str, Any], ctx: EvalContext) -> bool:
        return bool(conditions_met(substitute(conditions, ctx), ctx))

    iam_evaluator._first_match = corrected_match
    iam_evaluator._conditions_met = corrected_conditions


def substitute(value: object, ctx: EvalContext) -> object:
    """The value with every variable that the request has a single value for replaced; others stay and match nothing."""
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: _value(match, ctx), value) if "${" in value else value
    if isinstance(value, list):
        return [substitute(item, ctx) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, ctx) for key, item in value.items()}
    return value


def _value(match: re.Match[str], ctx: EvalContext) -> str:
    actual = iam_evaluator._resolve_condition_key(match[1].strip(), ctx)
    if isinstance(actual, str):
        return actual
    return match[0] if match[2] is None else match[2]


def _resolved(statement: ParsedStatement, ctx: EvalContext) -> ParsedStatement:
    return replace(
        statement,
        resources=substitute(statement.resources, ctx),
        not_resources=substitute(statement.not_resources, ctx),
    )
