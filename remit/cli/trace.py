"""A run's ledger as a tree that reads from the request to the receipt."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from remit.answers import Entry, Receipt, Run
from remit.prices import list_prices

Body = Mapping[str, Any]
_COLOURS = {
    **dict.fromkeys(("ALLOW", "DONE", "MATCH", "APPROVED", "ANSWERED", "SUCCEEDED"), "green"),
    **dict.fromkeys(("ESCALATE", "RUNNING", "WAITING", "UNKNOWN"), "yellow"),
    **dict.fromkeys(("DENY", "REFUSED", "FAILED", "REJECTED", "DRIFT", "TIMED_OUT", "ABORTED"), "red"),
}


class Line(NamedTuple):
    """One entry in words: what it is, the headline, and what more there is to know."""

    name: str
    headline: str
    details: Iterable[str] = ()


def render(run: Run, asked: Mapping[str, Run] | None = None) -> Tree:
    """The run as a tree; what follows from an intent stands under it, and so do the runs that it asked for, of those that are given."""
    tree = Tree(summary(run))
    branch, start = tree, run.entries[0].at if run.entries else None
    for entry in run.entries:
        if entry.kind in {"intent.proposed", "model.called", "run.started", "outcome.reported", "action.undone", "run.finished"}:
            branch = tree
        node = branch.add(_row(_elapsed(entry.at - (start or entry.at)), describe(entry.kind, entry.body)))
        branch = node if entry.kind == "intent.proposed" else branch
        if asked and (child := asked.get(str(entry.body.get("opened")))):
            node.add(render(child, asked))
    if run.outcome and run.outcome.say:
        tree.add(_row("", _claim(run.outcome.say, run.entries)))
    if run.outcome and run.outcome.receipt:
        tree.add(_row("", _receipt(run.outcome.receipt)))
    return tree


def summary(run: Run) -> Text:
    """How the run stands, in a line."""
    text = Text.assemble((run.run, "bold"), f"  {run.workflow}  ", _word(run.outcome.outcome if run.outcome else run.status))
    if run.outcome is None and run.question is not None:
        text.append(f", waits for {run.question.get('route', 'a human')}")
    if run.outcome and run.outcome.error:
        text.append(f"  {run.outcome.error}")
    if run.outcome and run.outcome.receipt:
        text.append("  receipt ").append_text(_word(run.outcome.receipt.verification))
    return text


def describe(kind: str, body: Body) -> Line:
    """One entry in words, whatever its body lacks."""
    return _DESCRIBED.get(kind, _unknown(kind))(body)


def _row(time: str, line: Line) -> Table:
    text = Text.assemble(*(part for word in line.headline.split(" ") for part in (_word(word), " ")))
    text.rstrip()
    for detail in line.details:
        text.append(f"\n{detail}", style="dim")
    row = Table.grid(padding=(0, 1))
    row.add_column(width=8, justify="right", style="dim")
    row.add_column(width=9, style="bold")
    row.add_column(overflow="fold")
    row.add_row(time, line.name, text)
    return row


def _word(word: str) -> Text:
    return Text(word, style=_COLOURS.get(word.strip(",.:"), ""))


def _elapsed(passed: timedelta) -> str:
    seconds = passed.total_seconds()
    if seconds < 100:  # noqa: PLR2004 (as many as fit the column)
        return f"+{seconds:.2f} s"
    minutes = int(seconds // 60)
    return f"+{minutes}m {seconds % 60:02.0f}s" if minutes < 60 else f"+{minutes // 60}h {minutes % 60:02d}m"  # noqa: PLR2004


def _started(body: Body) -> Line:
    given = body.get("input") or (body.get("intent") or {}).get("payload") or {}
    if askers := (body.get("lineage") or {}).get("ancestors"):
        asker = askers[-1]
        how = " (as its controller)" if asker.get("controller") else ""
        details = [f"in {asker.get('run', '?')}", *_fields(given.get("content") or {}), *_labels(body["lineage"])]
        return Line("request", f"of {asker.get('agent', '?')}{how}", details)
    by = (body.get("requester") or {}).get("arn", "an unknown caller")
    if body.get("undoes"):
        return Line("request", f"by {by}: undo {body['undoes']}", [f"{len(body.get('plan') or ())} to be undone, the last first"])
    asked = [str(given["message"])] if "message" in given else _fields(given)
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
    asked = f"prompt {prompt.get('name', '?')} {prompt.get('version', '')} ({_short(prompt.get('digest'))})"
    saw = [f"saw {_facts(body)}"] if body.get("facts") else []
    cost = list_prices().tokens(str(body.get("model")), _whole(usage.get("input_tokens")), _whole(usage.get("output_tokens")))
    spent = "" if cost is None else f", ${cost:.6f}"
    return Line("model", f"{body.get('model', '?')}: {said}", [f"{asked}, {tokens}{spent}, {body.get('latency_ms', '?')} ms", *saw])


def _proposed(body: Body) -> Line:
    payload = body.get("payload") or {}
    undoes = [f"undoes {_short(body['undoes'].get('key'))} of {body['undoes'].get('run')}"] if body.get("undoes") else []
    return Line("intent", f"{body.get('agent', '?')} → {body.get('tool', '?')}", [*_fields(payload), *undoes])


def _refused(body: Body) -> Line:
    return Line("refused", str(body.get("error", "?")), _reasons(body))


def _decided(body: Body) -> Line:
    route, approval = body.get("route"), body.get("approval")
    headline = f"{body.get('outcome', '?')} → {route}" if route else str(body.get("outcome", "?"))
    approved = [f"with the approval of {', '.join(approval.get('approvers', ()))} ({approval.get('route')})"] if approval else []
    facts = _facts(body) or "none"
    by = f"policy set {_short(body.get('policy_set'))}, by {body.get('engine', '?')} in {body.get('latency_ms', '?')} ms"
    rests_on = [f"facts {facts}", *_labels(body.get("carried") or {}), by]
    return Line("decision", headline, [*approved, *_reasons(body), *rests_on])


def _requested(body: Body) -> Line:
    return Line(
        "question",
        f"to {body.get('route', '?')}: {', '.join(body.get('approvers') or ())}",
        [f"open until {_when(body.get('expires_at'))}"],
    )


def _mailed(body: Body) -> Line:
    return Line("e-mail", f"to {body.get('to', '?')}", [str(body.get("message_id", "?"))])


def _unmailed(body: Body) -> Line:
    return Line("no e-mail", f"to {body.get('to', '?')}", [str(body.get("why", "?"))])


def _opened(body: Body) -> Line:
    return Line("page", f"opened with the link of {body.get('by', '?')}; that decides nothing")


def _answered(body: Body) -> Line:
    by, approver = body.get("by", "?"), body.get("approver", "?")
    who = by if by == approver else f"{by} for {approver}"
    comment = body.get("comment")
    return Line(
        "answer", f"{body.get('verdict', '?')} by {who}", [f"known as {body.get('known_as', '?')}", *([f"“{comment}”"] if comment else [])]
    )


def _advanced(body: Body) -> Line:
    return Line("question", f"on to stage {body.get('stage', '?')}: {', '.join(body.get('approvers') or ())}")


def _escalated(body: Body) -> Line:
    why = {"unreachable": "too few can be reached", "silence": "nobody answered"}.get(str(body.get("because")), "?")
    return Line("question", f"also to {', '.join(body.get('approvers') or ())}: {why}")


def _reminded(body: Body) -> Line:
    return Line("reminder", f"to those of {body.get('route', '?')} who have not answered")


def _deputised(body: Body) -> Line:
    headline = f"{body.get('to', '?')} for {body.get('approver', '?')} until {_when(body.get('until'))}"
    return Line("deputy", headline, [f"appointed by {body.get('by', '?')}"])


def _settled(body: Body) -> Line:
    return Line("approval", f"{body.get('status', '?')} by {', '.join(body.get('answered_by') or ())}")


def _held_question(body: Body) -> Line:
    return Line("held", "takes no answers until the gate has decided anew", _changes(body))


def _renewed(body: Body) -> Line:
    asked = _requested(body)
    return Line("question", f"anew {asked.headline}", [*_changes(body), *asked.details])


def _withdrawn(_: Body) -> Line:
    return Line("withdrawn", "nobody waits for the answer any more", [])


def _superseded(body: Body) -> Line:
    return Line("superseded", f"the question to {body.get('route', '?')}", _changes(body))


def _changes(body: Body) -> list[str]:
    return [f"{each.get('id')} v{each.get('was')} {_instead(each.get('now'))}" for each in body.get("changes") or ()]


def _held_run(body: Body) -> Line:
    fact = body.get("fact") or {}
    return Line("held", f"{fact.get('id', '?')} v{fact.get('version', '?')} {_instead(body.get('now'))}")


def _instead(now: object) -> str:
    return f"→ v{now}" if now else "stands no more"


def _minted(body: Body) -> Line:
    details = [f"for payload {_short(body.get('payload_digest'))} once, until {_when(body.get('expires_at'))}", *_labels(body)]
    return Line("warrant", _short(body.get("warrant")), details)


def _executed(body: Body) -> Line:
    tool, role = str(body.get("tool", "?")), str(body.get("executed_as", "?"))
    by = [f"asked for by {body['requester']}"] if body.get("requester") else []
    return Line("execution", f"{tool} as", [role, f"under warrant {_short(body.get('warrant'))}", *by, *_narrowed(body)])


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
    return Line("read-back", str(body.get("verification", "?")), [*_fields(body.get("observed") or {}), *told, *took, *note])


def _undone(body: Body) -> Line:
    by = body.get("by") or {}
    return Line("undone", f"by {body.get('tool', '?')}", [f"warrant {_short(body.get('warrant'))}", f"in {by.get('run', '?')}"])


def _finished(body: Body) -> Line:
    return Line("end", " ".join(filter(None, (body.get("outcome"), body.get("error")))) or "?")


def _said(body: Body) -> Line:
    opens = [f"opens {body['opened']}"] if body.get("opened") else []
    headline = f"{body.get('sender', '?')} → {body.get('to', '?')}: {body.get('kind', '?')}"
    return Line("message", headline, [*_fields(body.get("content") or {}), *_labels(body), *opens])


def _claim(say: str, entries: Iterable[Entry]) -> Line:
    """What the model says it did, beside what was read back."""
    seen = [f"{entry.body.get('tool', '?')} {entry.body.get('verification', '?')}" for entry in entries if entry.kind == "outcome.verified"]
    return Line("claim", f"the model says: “{say}”", [f"read back: {', '.join(seen) or 'nothing was done'}"])


def _reported(body: Body) -> Line:
    return Line("e-mail", f"to {body.get('to', '?')}", [f"to look at {body.get('tool', '?')}: {body.get('verification', '?')}"])


def _receipt(receipt: Receipt) -> Line:
    return Line("receipt", receipt.verification, [f"warrant {_short(receipt.warrant)} was used once"])


def _unknown(kind: str) -> Callable[[Body], Line]:
    return lambda body: Line(kind.rpartition(".")[2][:9], kind, _fields(body))


def _voided(body: Body) -> Line:
    return Line(
        "taken back", f"warrant {_short(body.get('warrant'))} can never be used: nothing was done under it", [str(body.get("why") or "")]
    )


def _facts(body: Body) -> str:
    return ", ".join(f"{fact.get('id')} v{fact.get('version')}{_by(fact.get('authority'))}" for fact in body.get("facts") or ())


def _by(authority: object) -> str:
    """Whose word a statement is; a business record has no authority but its system's."""
    return f" ({authority})" if authority else ""


def _reasons(body: Body) -> list[str]:
    return [f"{reason.get('policy', '?')}: {reason.get('reason', '')}" for reason in body.get("reasons") or ()]


def _labels(body: Body) -> list[str]:
    """Said only where it is not the company's own word for everybody in it."""
    labels = body.get("labels") or {}
    carried = [f"{name} {labels[name]}" for name in ("integrity", "confidentiality") if labels.get(name, "internal") != "internal"]
    return [f"carries {', '.join(carried)}"] if carried else []


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _when(value: object) -> str:
    try:
        return f"{datetime.fromisoformat(str(value)):%d %b %Y %H:%M} UTC"
    except ValueError:
        return str(value or "?")


def _fields(values: Body) -> list[str]:
    return [", ".join(f"{name} {value}" for name, value in values.items())] if values else []


def _short(value: object) -> str:
    text = str(value or "?")
    return f"{text[:12]}…" if len(text) > 13 else text  # noqa: PLR2004 (what is cut has to be longer than the mark for it)


_DESCRIBED: dict[str, Callable[[Body], Line]] = {
    "run.started": _started,
    "model.called": _called,
    "intent.proposed": _proposed,
    "intent.refused": _refused,
    "decision.made": _decided,
    "approval.requested": _requested,
    "approval.mailed": _mailed,
    "approval.undeliverable": _unmailed,
    "approval.opened": _opened,
    "approval.answered": _answered,
    "approval.advanced": _advanced,
    "approval.escalated": _escalated,
    "approval.reminded": _reminded,
    "deputy.appointed": _deputised,
    "approval.decided": _settled,
    "approval.held": _held_question,
    "approval.renewed": _renewed,
    "approval.superseded": _superseded,
    "approval.withdrawn": _withdrawn,
    "run.held": _held_run,
    "warrant.minted": _minted,
    "warrant.voided": _voided,
    "action.executed": _executed,
    "outcome.verified": _verified,
    "message.sent": _said,
    "outcome.reported": _reported,
    "action.undone": _undone,
    "run.finished": _finished,
}
