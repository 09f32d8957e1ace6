"""What was done in a run and is not as intended, or not known: as its ledger tells it."""

from collections.abc import Iterable, Sequence

from remit.domain.labels import UNKNOWN, Labels, joined
from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Verification


class Unsettled(Model):
    """An action whose read-back did not say MATCH. `intended` is the payload, or what the read-back had to say where it said something;
    `labels` what that and what was seen carry: the worst, where it is not said."""

    warrant: str
    agent: str
    tool: str
    verification: Verification
    intended: JsonObject
    seen: JsonObject | None = None
    note: str = ""
    labels: Labels = UNKNOWN


def unsettled(written: Sequence[Entry]) -> tuple[Unsettled, ...]:
    """Every warrant that was not taken back, without an outcome that matched, oldest first. One that nobody could read back is UNKNOWN,
    recorded so or not."""
    void = {str(entry.body["warrant"]) for entry in written if entry.kind is Kind.WARRANT_VOIDED}
    outcomes = {str(entry.body["warrant"]): entry.body for entry in written if entry.kind is Kind.OUTCOME_VERIFIED and _known(entry)}
    minted = [entry.body for entry in written if entry.kind is Kind.WARRANT_MINTED and entry.body["warrant"] not in void]
    payloads, labels = _payloads(written), _labels(written)
    told = (_told(warrant, outcomes.get(str(warrant["warrant"])), payloads, labels) for warrant in minted)
    return tuple(each for each in told if each.verification is not Verification.MATCH)


def _known(entry: Entry) -> bool:
    return entry.body["verification"] != Verification.UNKNOWN.value


def _payloads(written: Iterable[Entry]) -> dict[str, JsonObject]:
    """By intent's key, which is its warrant's id."""
    return {str(entry.body["key"]): _object(entry.body["payload"]) for entry in written if entry.kind is Kind.INTENT_PROPOSED}


def _labels(written: Iterable[Entry]) -> dict[str, Labels]:
    """What the payload carried when its warrant was decided on, by the same."""
    decided = (entry.body for entry in written if entry.kind is Kind.DECISION_MADE and "carried" in entry.body)
    return {str(body["key"]): Labels.model_validate(_object(body["carried"])["labels"]) for body in decided}


def _told(minted: JsonObject, outcome: JsonObject | None, payloads: dict[str, JsonObject], labels: dict[str, Labels]) -> Unsettled:
    warrant = str(minted["warrant"])
    told = outcome or {}
    return Unsettled(
        warrant=warrant,
        agent=str(minted.get("agent")),
        tool=str(minted.get("tool")),
        verification=Verification(str(told.get("verification", Verification.UNKNOWN.value))),
        intended=_object(told["expected"]) if "expected" in told else payloads.get(warrant, {}),
        seen=None if told.get("observed") is None else _object(told["observed"]),
        note=str(told.get("note") or ""),
        labels=joined([labels.get(warrant, UNKNOWN), *([Labels.model_validate(told["labels"])] if "labels" in told else [])]),
    )


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
