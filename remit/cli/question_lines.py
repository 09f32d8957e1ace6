"""What became of questions to humans, each entry in words."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from remit.cli.words import Body, when


class Line(NamedTuple):
    """One entry in words: what it is, the headline, and what more there is to know."""

    name: str
    headline: str
    details: Iterable[str] = ()


def _requested(body: Body) -> Line:
    return Line(
        "question",
        f"to {body.get('route', '?')}: {', '.join(body.get('approvers') or ())}",
        [f"open until {when(body.get('expires_at'))}"],
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
    headline = f"{body.get('to', '?')} for {body.get('approver', '?')} until {when(body.get('until'))}"
    return Line("deputy", headline, [f"appointed by {body.get('by', '?')}"])


def _settled(body: Body) -> Line:
    return Line("approval", f"{body.get('status', '?')} by {', '.join(body.get('answered_by') or ())}")


def _held_question(body: Body) -> Line:
    return Line("held", "takes no answers until the gate has decided anew", _changes(body))


def _renewed(body: Body) -> Line:
    asked = _requested(body)
    return Line("question", f"anew {asked.headline}", [*_changes(body), *asked.details])


def _superseded(body: Body) -> Line:
    return Line("superseded", f"the question to {body.get('route', '?')}", _changes(body))


def _withdrawn(_: Body) -> Line:
    return Line("withdrawn", "nobody waits for the answer any more")


def _changes(body: Body) -> list[str]:
    return [f"{each.get('id')} v{each.get('was')} {_instead(each.get('now'))}" for each in body.get("changes") or ()]


def _held_run(body: Body) -> Line:
    fact = body.get("fact") or {}
    return Line("held", f"{fact.get('id', '?')} v{fact.get('version', '?')} {_instead(body.get('now'))}")


def _instead(now: object) -> str:
    return f"→ v{now}" if now else "stands no more"


QUESTIONS: dict[str, Callable[[Body], Line]] = {
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
}
