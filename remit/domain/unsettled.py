"""What was done in a run and is not as intended, or not known: as its ledger tells it."""

from collections.abc import Iterable, Sequence

from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Verification


class Unsettled(Model):
    """An action whose read-back did not say MATCH. `intended` is the payload, or what the read-back had to say where it said something."""

    warrant: str
    agent: str
    tool: str
    verification: Verification
    intended: JsonObject
    seen: JsonObject | None = None
    note: str = ""


def unsettled(written: Sequence[Entry]) -> tuple[Unsettled, ...]:
    """Every warrant that was not taken back, without an outcome that matched, oldest first. One that nobody could read back is UNKNOWN,
    recorded so or not."""
    void = {str(entry.body["warrant"]) for entry in written if entry.kind is Kind.WARRANT_VOIDED}
    outcomes = {str(entry.body["warrant"]): entry.body for entry in written if entry.kind is Kind.OUTCOME_VERIFIED and _known(entry)}
    minted = [entry.body for entry in written if entry.kind is Kind.WARRANT_MINTED and entry.body["warrant"] not in void]
    payloads = _payloads(written)
    told = (_told(warrant, outcomes.get(str(warrant["warrant"])), payloads) for warrant in minted)
    return tuple(each for each in told if each.verification is not Verification.MATCH)


def _known(entry: Entry) -> bool:
    return entry.body["verification"] != Verification.UNKNOWN.value


def _payloads(written: Iterable[Entry]) -> dict[str, JsonObject]:
    """By intent's key, which is its warrant's id."""
    return {str(entry.body["key"]): _object(entry.body["payload"]) for entry in written if entry.kind is Kind.INTENT_PROPOSED}


def _told(minted: JsonObject, outcome: JsonObject | None, payloads: dict[str, JsonObject]) -> Unsettled:
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
    )


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
