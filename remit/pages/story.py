"""A run in plain sentences, for somebody who checks it and knows neither policies nor state machines."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from remit.domain.ledger import Kind
from remit.domain.trace import ActionTrace, Event, ModelCall, Trace
from remit.domain.visible import exact, visible
from remit.pages.view import moment

_DECIDED = {
    "ALLOW": "The policies allowed it.",
    "ESCALATE": "The policies did not let it pass without the approval of {route}.",
    "DENY": "The policies denied it.",
}
_READ_BACK = {
    "MATCH": "What was read back afterwards is what was intended.",
    "DRIFT": "What was read back afterwards is not what was intended.",
    "UNKNOWN": "What became of it could not be read back, and is not known.",
}


class Sentence(NamedTuple):
    """What happened, what more there is to say of it, and which entry of the record tells it."""

    text: str
    seq: int | None
    details: tuple[str, ...] = ()


def opening(trace: Trace) -> str:
    whose = f", on behalf of {visible(str(trace.delegator.get('name')))}" if trace.delegator else ""
    return f"{visible(trace.requester or 'Somebody unknown')} started the workflow {trace.workflow} on {moment(trace.started_at)}{whose}."


def closing(trace: Trace) -> str:
    if trace.ended_at is None:
        return "The run has not ended yet."
    error = f" ({trace.error})" if trace.error else ""
    return f"The run ended on {moment(trace.ended_at)}: {trace.outcome}{error}."


def told(action: ActionTrace, call: ModelCall | None) -> Iterator[Sentence]:
    """One action from its proposal to what was read back, in the order of the record."""
    by = f", as the model {call.model} proposed," if call else ""
    yield Sentence(f"{action.agent}{by} asked to use {action.tool}.", None, (exact(action.payload),))
    parts = [
        *action.decisions,
        *action.refusals,
        *action.approvals,
        *(e for e in (action.warrant, action.execution, action.read_back) if e),
    ]
    for event in sorted((*parts, *action.others), key=lambda event: event.seq):
        yield _sentence(event)


def _sentence(event: Event) -> Sentence:
    text, details = _TOLD.get(event.kind, _other)(event)
    return Sentence(text, event.seq, tuple("\n".join(map(visible, each.splitlines())) for each in details))


def _decided(event: Event) -> tuple[str, list[str]]:
    body: Any = event.body
    said = _DECIDED.get(str(body.get("outcome")), "The policies answered.").format(route=body.get("route"))
    facts = [f"on {fact.get('id')} version {fact.get('version')}" for fact in body.get("facts") or ()]
    engine = f"by {body.get('engine', 'an unknown engine')}, policy set {str(body.get('policy_set'))[:12]}"
    return said, [*_reasons(event), *facts, engine]


def _refused(event: Event) -> tuple[str, list[str]]:
    return f"It was refused: {visible(str(event.body.get('message') or event.body.get('error')))}", _reasons(event)


def _asked(event: Event) -> tuple[str, list[str]]:
    body: Any = event.body
    return f"{body.get('route')} was asked on {moment(event.at)}.", [f"who may answer: {', '.join(body.get('approvers') or ())}"]


def _mailed(event: Event) -> tuple[str, list[str]]:
    return f"The question went by mail to {visible(str(event.body.get('to')))}.", []


def _undeliverable(event: Event) -> tuple[str, list[str]]:
    return f"No mail reached {visible(str(event.body.get('to')))}.", [str(event.body.get("why"))]


def _asked_further(event: Event) -> tuple[str, list[str]]:
    body: Any = event.body
    return f"Further people were asked: {visible(', '.join(map(str, body.get('approvers') or ())))}.", []


def _reminded(event: Event) -> tuple[str, list[str]]:
    return "Those who were asked were reminded.", []


def _undone(event: Event) -> tuple[str, list[str]]:
    by = event.body.get("by")
    return "It was undone afterwards, by a governed action of another run.", [exact(by)] if by else []


def _opened(event: Event) -> tuple[str, list[str]]:
    return f"The page was opened with the link of {visible(str(event.body.get('by')))}; that decides nothing.", []


def _answered(event: Event) -> tuple[str, list[str]]:
    body: Any = event.body
    verb = {"approve": "approved", "reject": "rejected"}.get(str(body.get("verdict")), "answered")
    comment = [f"“{body['comment']}”"] if body.get("comment") else []
    return f"{visible(str(body.get('by')))} {verb} it on {moment(event.at)}.", comment


def _settled(event: Event) -> tuple[str, list[str]]:
    return f"The question was settled: {event.body.get('status')}, after {event.body.get('waited_seconds', '?')} seconds.", []


def _minted(event: Event) -> tuple[str, list[str]]:
    return "One warrant was made out, for exactly this and for one use.", [f"warrant {event.body.get('warrant')}"]


def _executed(event: Event) -> tuple[str, list[str]]:
    return "It was done, under the agent's own role.", [str(event.body.get("executed_as"))]


def _verified(event: Event) -> tuple[str, list[str]]:
    body: Any = event.body
    said = _READ_BACK.get(str(body.get("verification")), "What was read back is not recorded.")
    seen = [exact(body["observed"])] if body.get("observed") else []
    return said, [*seen, *([f"read as {body['read_back_as']}"] if body.get("read_back_as") else []), *filter(None, [body.get("note")])]


def _other(event: Event) -> tuple[str, list[str]]:
    said = {name: value for name, value in event.body.items() if isinstance(value, str | int | bool)}
    return f"Recorded: {event.kind}.", [f"{name} {value}" for name, value in said.items()]


def _reasons(event: Event) -> list[str]:
    body: Any = event.body
    return [f"{each.get('reason')} ({each.get('policy')})" for each in body.get("reasons") or () if isinstance(each, dict)]


_TOLD: Mapping[str, Callable[[Event], tuple[str, list[str]]]] = {
    Kind.DECISION_MADE: _decided,
    Kind.INTENT_REFUSED: _refused,
    Kind.APPROVAL_REQUESTED: _asked,
    Kind.APPROVAL_MAILED: _mailed,
    Kind.APPROVAL_UNDELIVERABLE: _undeliverable,
    Kind.APPROVAL_ADVANCED: _asked_further,
    Kind.APPROVAL_ESCALATED: _asked_further,
    Kind.APPROVAL_REMINDED: _reminded,
    Kind.APPROVAL_OPENED: _opened,
    Kind.APPROVAL_ANSWERED: _answered,
    Kind.APPROVAL_DECIDED: _settled,
    Kind.WARRANT_MINTED: _minted,
    Kind.ACTION_EXECUTED: _executed,
    Kind.OUTCOME_VERIFIED: _verified,
    "action.undone": _undone,
}
