"""The condition key `aws:PrincipalArn` of a role's session is the role's ARN, not the session's."""

import re
from typing import Any

from ministack.core import iam_evaluator

_SESSION = re.compile(r"^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/")


def apply() -> None:
    """Wherever a condition asks for it."""
    resolve = iam_evaluator._resolve_condition_key

    def corrected(key: str, context: iam_evaluator.EvalContext) -> Any:  # noqa: ANN401 (a condition's value)
        session = _SESSION.match(context.principal_arn) if key.lower() == "aws:principalarn" else None
        return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else resolve(key, context)

    iam_evaluator._resolve_condition_key = corrected
