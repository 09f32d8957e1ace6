"""Each entry of a ledger in words."""

from collections.abc import Callable

from remit.cli.question_lines import QUESTIONS, Line
from remit.cli.words import Body, facts, fields, labels, reasons, short, when, whole
from remit.prices import list_prices


def describe(kind: str, body: Body) -> Line:
    """One entry in words, whatever its body lacks."""
    return _DESCRIBED.get(kind, _unknown(kind))(body)


def _started(body: Body) -> Line:
    given = body.get("input") or (body.get("intent") or {}).get("payload") or {}
    if askers := (body.get("lineage") or {}).get("ancestors"):
        asker = askers[-1]
        how = " (as its controller)" if asker.get("controller") else ""
        details = [f"in {asker.get('run', '?')}", *fields(given.get("content") or {}), *labels(body["lineage"])]
        return Line("request", f"of {asker.get('agent', '?')}{how}", details)
    by = (body.get("requester") or {}).get("arn", "an unknown caller")
    if body.get("undoes"):
        return Line("request", f"by {by}: undo {body['undoes']}", [f"{len(body.get('plan') or ())} to be undone, the last first"])
    asked = [str(given["message"])] if "message" in given else fields(given)
    return Line("request", f"by {by}", [*_behalf(body.get("delegator")), *asked])


def _behalf(delegator: object) -> list[str]:
    """On whose behalf, and by which delegation: that is what can be revoked."""
    if not isinstance(delegator, dict):
        return []
    tenant = f" of {delegator['tenant']}" if delegator.get("tenant") else ""
    groups = ", ".join(delegator.get("groups") or ()) or "no group"
    return [f"on behalf of {delegator.get('name', '?')}{tenant} ({groups})", f"delegation {delegator.get('delegation', '?')}"]


def _called(body: Body) -> Line:
    prompt, usage = body.get("prompt") or {}, body.get("usage") or {}
    tokens = f"{usage.get('input_tokens', '?')} + {usage.get('output_tokens', '?')} tokens"
    proposal = body.get("proposal") or {}
    said = f"proposes {proposal['tool']}" if "tool" in proposal else str(body.get("say") or "proposes nothing")
    asked = f"prompt {prompt.get('name', '?')} {prompt.get('version', '')} ({short(prompt.get('digest'))})"
    saw = [f"saw {facts(body)}"] if body.get("facts") else []
    saw += [f"read log {short(body['log'])}"] if body.get("log") else []
    cost = list_prices().tokens(str(body.get("model")), whole(usage.get("input_tokens")), whole(usage.get("output_tokens")))
    spent = "" if cost is None else f", ${cost:.6f}"
    return Line("model", f"{body.get('model', '?')}: {said}", [f"{asked}, {tokens}{spent}, {body.get('latency_ms', '?')} ms", *saw])


def _proposed(body: Body) -> Line:
    payload = body.get("payload") or {}
    undoes = [f"undoes {short(body['undoes'].get('key'))} of {body['undoes'].get('run')}"] if body.get("undoes") else []
    return Line("intent", f"{body.get('agent', '?')} → {body.get('tool', '?')}", [*fields(payload), *undoes])


def _refused(body: Body) -> Line:
    return Line("refused", str(body.get("error", "?")), reasons(body))


def _decided(body: Body) -> Line:
    route, approval = body.get("route"), body.get("approval")
    headline = f"{body.get('outcome', '?')} → {route}" if route else str(body.get("outcome", "?"))
    approved = [f"with the approval of {', '.join(approval.get('approvers', ()))} ({approval.get('route')})"] if approval else []
    seen = facts(body) or "none"
    by = f"policy set {short(body.get('policy_set'))}, by {body.get('engine', '?')} in {body.get('latency_ms', '?')} ms"
    rests_on = [f"facts {seen}", *labels(body.get("carried") or {}), by]
    return Line("decision", headline, [*approved, *reasons(body), *rests_on])


def _minted(body: Body) -> Line:
    details = [f"for payload {short(body.get('payload_digest'))} once, until {when(body.get('expires_at'))}", *labels(body)]
    return Line("warrant", short(body.get("warrant")), details)


def _executed(body: Body) -> Line:
    tool, role = str(body.get("tool", "?")), str(body.get("executed_as", "?"))
    by = [f"asked for by {body['requester']}"] if body.get("requester") else []
    return Line("execution", f"{tool} as", [role, f"under warrant {short(body.get('warrant'))}", *by, *_narrowed(body)])


def _narrowed(body: Body) -> list[str]:
    """Whom the agent's credentials were narrowed to."""
    if not body.get("delegator"):
        return []
    tags = ", ".join(f"{name}={value}" for name, value in (body.get("session_tags") or {}).items())
    return [
        f"on behalf of {body['delegator']}",
        f"session tags {tags or 'none'}",
        f"source identity {body.get('source_identity') or 'none'}",
    ]


def _verified(body: Body) -> Line:
    told = [f"read as {body['read_back_as']}"] if body.get("read_back_as") else []
    note = [str(body["note"])] if body.get("note") else []
    took = [f"tool {body['tool_ms']} ms, read-back {body.get('read_back_ms', '?')} ms"] if "tool_ms" in body else []
    return Line("read-back", str(body.get("verification", "?")), [*fields(body.get("observed") or {}), *told, *took, *note])


def _undone(body: Body) -> Line:
    by = body.get("by") or {}
    return Line("undone", f"by {body.get('tool', '?')}", [f"warrant {short(body.get('warrant'))}", f"in {by.get('run', '?')}"])


def _redacted(body: Body) -> Line:
    headline = f"{len(body.get('transcripts') or ())} transcripts by {body.get('by', '?')}"
    return Line("redacted", headline, [str(body.get("reason", "?"))])


def _finished(body: Body) -> Line:
    return Line("end", " ".join(filter(None, (body.get("outcome"), body.get("error")))) or "?")


def _said(body: Body) -> Line:
    opens = [f"opens {body['opened']}"] if body.get("opened") else []
    headline = f"{body.get('sender', '?')} → {body.get('to', '?')}: {body.get('kind', '?')}"
    return Line("message", headline, [*fields(body.get("content") or {}), *labels(body), *opens])


def _reported(body: Body) -> Line:
    return Line("e-mail", f"to {body.get('to', '?')}", [f"to look at {body.get('tool', '?')}: {body.get('verification', '?')}"])


def _unknown(kind: str) -> Callable[[Body], Line]:
    return lambda body: Line(kind.rpartition(".")[2][:9], kind, fields(body))


def _voided(body: Body) -> Line:
    return Line(
        "taken back", f"warrant {short(body.get('warrant'))} can never be used: nothing was done under it", [str(body.get("why") or "")]
    )


_DESCRIBED: dict[str, Callable[[Body], Line]] = {
    **QUESTIONS,
    "run.started": _started,
    "model.called": _called,
    "intent.proposed": _proposed,
    "intent.refused": _refused,
    "decision.made": _decided,
    "warrant.minted": _minted,
    "warrant.voided": _voided,
    "action.executed": _executed,
    "outcome.verified": _verified,
    "message.sent": _said,
    "outcome.reported": _reported,
    "action.undone": _undone,
    "transcript.redacted": _redacted,
    "run.finished": _finished,
}
