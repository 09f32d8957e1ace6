"""What the templates of mails and pages see: text only, and none of it invisible."""

from datetime import datetime

from remit.domain.approval import Approval
from remit.domain.ballot import Answer, Verdict
from remit.domain.decision import FactUsed
from remit.domain.errors import Reason
from remit.domain.fact_change import FactChange
from remit.domain.labels import Labels
from remit.domain.memory import Confidentiality, Integrity
from remit.domain.model import Json, JsonObject
from remit.domain.situation import Situation, Stands
from remit.domain.unsettled import Unsettled
from remit.domain.visible import exact, visible
from remit.domain.warrant import Verification

_WHAT = {
    Verification.DRIFT: "{tool} is not as it was intended.",
    Verification.UNKNOWN: "{tool} was begun, and whether it was done is not known.",
}


_TITLES = {
    Stands.OPEN: "Approval needed",
    Stands.SIGN_IN: "Answer this as who you are",
    Stands.ANSWERED: "Nothing is asked of you now",
    Stands.DECIDED: "Already decided: {decision}",
    Stands.EXPIRED: "Expired",
    Stands.SUPERSEDED: "A fact this rests on changed",
    Stands.WITHDRAWN: "Taken back",
    Stands.RENEWED: "Asked anew: a fact this rests on changed",
    Stands.HELD: "On hold: a fact this rests on changed",
    Stands.SUSPENDED: "The agent has been stopped",
}
_SAID = {
    Stands.OPEN: "It waits for an answer.",
    Stands.SIGN_IN: "A link is not enough here: sign in, or use remit approvals approve or reject.",
    Stands.ANSWERED: "You have answered, or this stage has been agreed without you; others are still being asked. {agreed}",
    Stands.DECIDED: "There is nothing left to answer.",
    Stands.EXPIRED: "Nobody answered in time. Nothing has been done, and nothing will be.",
    Stands.WITHDRAWN: "Whoever asked for this waits for it no longer. Nothing has been done, and nothing will be.",
    Stands.SUPERSEDED: "So the question has come to nothing: the policies decided anew, and nobody has to answer.",
    Stands.RENEWED: "This is the question as it was. Whoever is needed now has another mail, with what has changed.",
    Stands.HELD: "It takes no answers until the policies have decided anew. If you are still needed, you get another mail.",
    Stands.SUSPENDED: "By {by}, on {at}: {why} Nothing can be answered until it is let go on.",
}
_INTEGRITY = {
    Integrity.OWNER: "Nothing but the owner's own word has shaped it.",
    Integrity.INTERNAL: "Nothing but what is the company's own has shaped it.",
    Integrity.EXTERNAL: "Its run has read what comes from outside the company, and whoever wrote that may have shaped it.",
}
_CONFIDENTIALITY = {
    Confidentiality.PUBLIC: "Its run has seen nothing but what is public.",
    Confidentiality.INTERNAL: "Its run has seen what is internal.",
    Confidentiality.SECRET: "Its run has seen what is secret.",
}
_DONE = {Verdict.APPROVE: "Approved", Verdict.REJECT: "Rejected"}


def situation_view(situation: Situation) -> dict[str, object]:
    """What is to be said of a question, and of the answers to it, by now."""
    words = _words(situation)
    return {
        **view(situation.approval),
        "open": situation.stands is Stands.OPEN,
        "sign_in": situation.stands is Stands.SIGN_IN,
        "title": _TITLES[situation.stands].format(**words),
        "said": _SAID[situation.stands].format(**words).strip(),
        "answers": [_answer(answer) for answer in situation.answers],
    }


def _words(situation: Situation) -> dict[str, str]:
    approval, stopped = situation.approval, situation.suspension
    stage, here = approval.stages[approval.stage], len(situation.answers) - len(approval.answers)
    return {
        "decision": approval.status.value.lower(),
        "agreed": f"{here} of {stage.quorum} have agreed." if stage.quorum > 1 and here >= 0 else "",
        "by": visible(stopped.by) if stopped else "",
        "at": moment(stopped.at) if stopped else "",
        "why": f"{visible(stopped.reason).rstrip('.')}." if stopped else "",
    }


def _answer(answer: Answer) -> dict[str, str]:
    return {
        "verdict": _DONE[answer.verdict],
        "by": visible(answer.voice.by),
        "known_as": "the mailed link" if answer.voice.known_as == "link" else visible(answer.voice.known_as),
        "at": moment(answer.at),
        "comment": visible(answer.comment),
    }


def _change(change: FactChange) -> dict[str, str]:
    return {"id": visible(change.id), "was": _side(change.was), "now": "Nothing stands." if change.now is None else _side(change.now)}


def _side(attributes: JsonObject) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in attributes.items())


def withheld_view(approval: Approval) -> dict[str, object]:
    """What may be said of a question in a mail where its payload stays out of it: neither that, nor what was looked up for it."""
    intent = approval.intent
    return {
        "sentence": f"The agent “{visible(intent.agent)}” wants to use {intent.tool}.",
        "policies": [reason.policy for reason in approval.reasons],
        **_about(approval),
    }


def view(approval: Approval) -> dict[str, object]:
    return {
        **_about(approval),
        "open": True,
        "sentence": approval.wording.sentence,
        "fields": approval.wording.fields,
        "payload": exact(approval.intent.payload),
        "reasons": [_reason(reason) for reason in approval.reasons],
        "facts": [_fact(fact) for fact in approval.facts],
        "changes": [_change(change) for change in approval.changes],
        "asked": moment(approval.requested_at),
    }


def _about(approval: Approval) -> dict[str, object]:
    return {
        "digest": approval.payload_digest,
        "tool": approval.intent.tool,
        "run": approval.intent.run,
        "requester": visible(approval.intent.requester.arn),
        "route": approval.route,
        "labels": label_views(approval.labels),
        "expires": moment(approval.expires_at),
    }


def label_views(labels: Labels) -> list[dict[str, str]]:
    """What content carries, in words and by its names."""
    return [
        {"said": _INTEGRITY[labels.integrity], "label": f"integrity: {labels.integrity.value}"},
        {"said": _CONFIDENTIALITY[labels.confidentiality], "label": f"confidentiality: {labels.confidentiality.value}"},
    ]


def outcome_view(run: str, outcome: Unsettled) -> dict[str, object]:
    return {
        "what": _WHAT[outcome.verification].format(tool=outcome.tool),
        "labels": label_views(outcome.labels),
        **({} if outcome.labels.withheld else _outcome(outcome)),
        "warrant": outcome.warrant,
        "agent": outcome.agent,
        "tool": outcome.tool,
        "run": run,
    }


def _outcome(outcome: Unsettled) -> dict[str, object]:
    return {
        "intended": exact(outcome.intended),
        "seen": "Nothing." if outcome.seen is None else exact(outcome.seen),
        "note": visible(outcome.note),
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
