"""AssumeRole takes a source identity: the role's trust policy has to allow it, and whatever the session does is known by it."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from ministack.core import iam_evaluator
from ministack.services import sts

_AFTER = "</AssumedRoleUser>"
Answer = tuple[int, dict[str, str], bytes]

_asked: ContextVar[str | None] = ContextVar("remit_source_identity", default=None)


def apply() -> None:
    """Ask for it where a role is assumed, keep it with the session, and let conditions see it."""
    handle, register = sts.handle_request, sts.register_session
    trusts, keys_of = iam_evaluator.evaluate_trust_policy, iam_evaluator._principal_keys

    async def corrected_handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Answer:
        given = asked_for(body)
        before = _asked.set(given)
        try:
            status, answered, content = await handle(method, path, headers, body, query)
        finally:
            _asked.reset(before)
        return status, answered, _echoed(content, given)

    def corrected_register(access_key: str, session: dict[str, Any]) -> None:
        register(access_key, {**session, "SourceIdentity": _asked.get()})

    def corrected_trust(document: object, caller: str, context: iam_evaluator.EvalContext | None = None) -> bool:
        given = _asked.get()
        if given is None or context is None or context.action != "sts:AssumeRole":
            return bool(trusts(document, caller, context))
        context = replace(context, service_context={**context.service_context, "sts:sourceidentity": given})
        return all(trusts(document, caller, replace(context, action=f"sts:{action}")) for action in ("AssumeRole", "SetSourceIdentity"))

    def corrected_keys(credential: iam_evaluator.ResolvedCredential) -> dict[str, Any]:
        known = (sts._sessions.get(credential.access_key_id) or {}).get("SourceIdentity")
        return {**keys_of(credential), **({"aws:sourceidentity": known} if known else {})}

    sts.handle_request = corrected_handle
    sts.register_session = corrected_register
    iam_evaluator.evaluate_trust_policy, iam_evaluator._principal_keys = corrected_trust, corrected_keys


def asked_for(body: bytes) -> str | None:
    """The source identity of a request in the form of AWS's query protocol."""
    asked: Mapping[str, list[str]] = parse_qs(body.decode("utf-8", errors="replace"))
    return asked.get("SourceIdentity", [None])[0] if asked.get("Action") == ["AssumeRole"] else None


def _echoed(content: bytes, given: str | None) -> bytes:
    if given is None:
        return content
    return content.replace(_AFTER.encode(), f"{_AFTER}<SourceIdentity>{escape(given)}</SourceIdentity>".encode(), 1)
