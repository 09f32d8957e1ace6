"""What the templates of mails and pages see: text only, and none of it invisible."""

from datetime import datetime

from remit.domain.approval import Approval
from remit.domain.decision import FactUsed
from remit.domain.errors import Reason
from remit.domain.model import Json
from remit.domain.unsettled import Unsettled
from remit.domain.visible import exact, visible
from remit.domain.warrant import Verification

_WHAT = {
    Verification.DRIFT: "{tool} is not as it was intended.",
    Verification.UNKNOWN: "{tool} was begun, and whether it was done is not known.",
}


def view(approval: Approval) -> dict[str, object]:
    return {
        "sentence": approval.wording.sentence,
        "fields": approval.wording.fields,
        "payload": exact(approval.intent.payload),
        "digest": approval.payload_digest,
        "tool": approval.intent.tool,
        "run": approval.intent.run,
        "requester": visible(approval.intent.requester.arn),
        "route": approval.route,
        "reasons": [_reason(reason) for reason in approval.reasons],
        "facts": [_fact(fact) for fact in approval.facts],
        "asked": moment(approval.requested_at),
        "expires": moment(approval.expires_at),
    }


def outcome_view(run: str, outcome: Unsettled) -> dict[str, object]:
    return {
        "what": _WHAT[outcome.verification].format(tool=outcome.tool),
        "intended": exact(outcome.intended),
        "seen": "Nothing." if outcome.seen is None else exact(outcome.seen),
        "note": visible(outcome.note),
        "warrant": outcome.warrant,
        "agent": outcome.agent,
        "tool": outcome.tool,
        "run": run,
    }


def moment(when: datetime) -> str:
    return when.strftime("%-d %B %Y, %H:%M UTC")


def _reason(reason: Reason) -> dict[str, str]:
    return {"policy": reason.policy, "reason": visible(reason.reason)}


def _fact(fact: FactUsed) -> dict[str, object]:
    said = ", ".join(f"{name} {_value(value)}" for name, value in fact.attributes.items())
    return {"name": fact.name, "id": visible(fact.id), "version": fact.version, "said": said}


def _value(value: Json) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return "{" + ", ".join(map(_value, value)) + "}"
        case _:
            return visible(str(value))
