"""What came of a call, for the model that made it: the same words whatever the agent is made with."""

import json
from typing import Any, NamedTuple

from remit.answers import Act, Reason
from remit.client_errors import ClientError, Unavailable, Unreachable

_ADVICE = {
    "REFUSED": "Nothing was done. The reasons say what stands in the way; another way may be open.",
    "FAILED": "It is not known whether this was done. Do not repeat it: say so to whoever asked you.",
    "RUNNING": "It is under way and not known to be done. Do not say that it is done.",
}


class Told(NamedTuple):
    """`text` is for the model. `failed`: it was refused, or is not known to be done."""

    text: str
    failed: bool


def told(act: Act) -> Told:
    """DONE with what the read-back saw, WAITING with who was asked, and a refusal with its reasons."""
    if act.outcome == "DONE":
        receipt = act.receipt
        seen = {} if receipt is None else {"verification": receipt.verification, "observed": receipt.observed}
        return _told({"outcome": "DONE", **seen, "run": act.run}, failed=False)
    said = {"outcome": act.outcome, "error": act.error, "message": act.message, "reasons": _reasons(act.reasons)}
    advice = _waiting(act) if act.outcome == "WAITING" else _ADVICE.get(act.outcome, _ADVICE["FAILED"])
    return _told({**said, "advice": advice, "run": act.run}, failed=act.over)


def told_of_error(error: ClientError) -> Told:
    """A call that the API did not take, or gave no answer to."""
    nothing = not isinstance(error, Unavailable | Unreachable)
    said = {"outcome": "REFUSED" if nothing else "UNKNOWN", "error": error.code, "message": error.message}
    advice = _ADVICE["REFUSED" if nothing else "FAILED"]
    return _told({**said, "reasons": _reasons(error.reasons), "advice": advice}, failed=True)


def _waiting(act: Act) -> str:
    until = f" until {act.expires_at:%d %b %Y %H:%M} UTC" if act.expires_at else ""
    return f"Not done: {act.route} has been asked to approve it and may answer{until}. Do not say that it is done."


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"policy": reason.policy, "reason": reason.reason} for reason in reasons]


def _told(said: dict[str, Any], *, failed: bool) -> Told:
    return Told(json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False), failed)
