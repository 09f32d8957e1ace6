"""What each event of a question to humans says in the ledger. `approval` is the key of the intent, and so of the decision to ask."""

from remit.domain.approval import Approval
from remit.domain.ballot import Answer
from remit.domain.ledger import Draft, Kind
from remit.domain.link import Link
from remit.domain.model import JsonObject


def requested(approval: Approval) -> Draft:
    body: JsonObject = {
        **_about(approval),
        "approvers": list(approval.eligible),
        "quorum": approval.stages[0].quorum,
        "stages": len(approval.stages),
        "reasons": [reason.model_dump(mode="json") for reason in approval.reasons],
        "payload_digest": approval.payload_digest,
        "expires_at": approval.expires_at.isoformat(),
    }
    return Draft(kind=Kind.APPROVAL_REQUESTED, body=body)


def held(approval: Approval) -> Draft:
    """A fact that it rests on has changed: it takes no answers until the gate has decided anew."""
    return Draft(kind=Kind.APPROVAL_HELD, body={**_about(approval), **_changed(approval)})


def superseded(approval: Approval) -> Draft:
    """The gate decided anew, and nobody has to answer."""
    return Draft(kind=Kind.APPROVAL_SUPERSEDED, body={**_about(approval), **_changed(approval)})


def withdrawn(approval: Approval) -> Draft:
    """Nobody waits for the answer any more."""
    return Draft(kind=Kind.APPROVAL_WITHDRAWN, body=_about(approval))


def renewed(approval: Approval) -> Draft:
    """The gate decided anew, and asks again."""
    return Draft(kind=Kind.APPROVAL_RENEWED, body={**requested(approval).body, **_changed(approval)})


def advanced(approval: Approval) -> Draft:
    """A stage has agreed; these are asked next."""
    body: JsonObject = {"approvers": list(approval.eligible), "quorum": approval.stages[approval.stage].quorum}
    return Draft(kind=Kind.APPROVAL_ADVANCED, body={**_about(approval), **body})


def timed(was: Approval, approval: Approval) -> Draft:
    """Nobody answered for so long, or too few can be reached: another level is asked as well, or those asked are asked again."""
    if approval.level == was.level:
        return Draft(kind=Kind.APPROVAL_REMINDED, body=_about(approval))
    added = [approver for approver in approval.eligible if approver not in was.eligible]
    body: JsonObject = {"level": approval.level, "approvers": [*added], "because": "unreachable" if was.stranded else "silence"}
    return Draft(kind=Kind.APPROVAL_ESCALATED, body={**_about(approval), **body})


def mailed(approval: Approval, to: str, message_id: str) -> Draft:
    return Draft(kind=Kind.APPROVAL_MAILED, body={**_about(approval), "to": to, "message_id": message_id})


def undeliverable(approval: Approval, to: str, why: str) -> Draft:
    return Draft(kind=Kind.APPROVAL_UNDELIVERABLE, body={**_about(approval), "to": to, "why": why})


def opened(approval: Approval, link: Link) -> Draft:
    """The page behind a link was fetched for the first time, by a person or by a program that looks at links. It decides nothing."""
    return Draft(kind=Kind.APPROVAL_OPENED, body={**_about(approval), "by": link.by})


def answered(approval: Approval, answer: Answer) -> Draft:
    said: JsonObject = {"verdict": answer.verdict.value, "comment": answer.comment, "payload_digest": answer.payload_digest}
    return Draft(kind=Kind.APPROVAL_ANSWERED, body={**_about(approval), **answer.voice.model_dump(mode="json"), **said})


def decided(approval: Approval) -> Draft:
    """All that had to answer have, or one has said no."""
    last = approval.answers[-1]
    body: JsonObject = {
        **_about(approval),
        "status": approval.status.value,
        "answered_by": [answer.voice.by for answer in approval.answers],
        "comment": last.comment,
        "waited_seconds": int((last.at - approval.requested_at).total_seconds()),
    }
    return Draft(kind=Kind.APPROVAL_DECIDED, body=body)


def _about(approval: Approval) -> JsonObject:
    return {"approval": approval.id, "route": approval.route, "stage": approval.stage, "round": approval.round}


def _changed(approval: Approval) -> JsonObject:
    """Which facts, and from which version to which: not what they say."""
    return {"changes": [{"id": each.id, "was": each.was["version"], "now": (each.now or {}).get("version")} for each in approval.changes]}
