"""The condition key `s3:if-none-match` has its value, so that a bucket can refuse puts that would overwrite."""

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions


def apply() -> None:
    """Give every put its header."""
    context_of = iam_actions.s3_service_context

    def corrected(action: str, query: object, path: str = "", headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = dict(context_of(action, query, path, headers))
        given = (headers or {}).get("if-none-match")
        return {**context, "s3:if-none-match": given} if action == "s3:PutObject" and given else context

    iam_actions.s3_service_context = corrected
