"""What a whole record holds: for each kind of entry, what has to stand before it in the same chain. A new kind gets its row here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from remit.domain.ledger import Entry, Kind
from remit.domain.model import Json, JsonObject, Model


class Need(Model):
    """An earlier entry of one of these kinds. `same` pairs a field of the entry with the field there that has to be equal, `having`
    are fixed values there. Only entries whose own body has `where` need it (None: any value but null)."""

    kinds: tuple[Kind, ...]
    same: tuple[tuple[str, str], ...] = ()
    having: JsonObject = Field(default_factory=dict)
    where: JsonObject = Field(default_factory=dict)


class Row(Model):
    """What a kind needs. `opens`: it may be the first of its chain. `once`: no two of the kind agree in these fields, or with no field
    there is but one in a chain."""

    needs: tuple[Need, ...] = ()
    opens: bool = False
    once: tuple[str, ...] | None = None


class Standing(StrEnum):
    CLOSED = "CLOSED"
    OPEN = "OPEN"
    # A chain that belongs to no run, such as an agent's, has no end.
    ENDLESS = "ENDLESS"


def _need(*kinds: Kind, having: JsonObject | None = None, where: JsonObject | None = None, **same: str) -> Need:
    return Need(kinds=kinds, same=tuple(same.items()), having=having or {}, where=where or {})


_STARTED = _need(Kind.RUN_STARTED)
_PROPOSED = _need(Kind.INTENT_PROPOSED, key="key")
_REQUESTED = _need(Kind.APPROVAL_REQUESTED, approval="approval")
_MINTED = _need(Kind.WARRANT_MINTED, warrant="warrant")

TABLE: Mapping[Kind, Row] = {
    Kind.RUN_STARTED: Row(opens=True, once=()),
    Kind.MODEL_CALLED: Row(needs=(_STARTED,)),
    Kind.INTENT_PROPOSED: Row(needs=(_STARTED,)),
    Kind.INTENT_REFUSED: Row(needs=(_PROPOSED,)),
    Kind.DECISION_MADE: Row(
        needs=(
            _PROPOSED,
            _need(Kind.APPROVAL_DECIDED, having={"status": "APPROVED"}, where={"approval": None}, key="approval"),
        )
    ),
    Kind.APPROVAL_REQUESTED: Row(
        needs=(
            _need(Kind.DECISION_MADE, having={"outcome": "ESCALATE"}, approval="key", route="route"),
            _need(Kind.INTENT_PROPOSED, approval="key", payload_digest="payload_digest"),
        ),
        once=("approval",),
    ),
    Kind.APPROVAL_MAILED: Row(needs=(_REQUESTED,)),
    Kind.APPROVAL_UNDELIVERABLE: Row(needs=(_REQUESTED,)),
    Kind.APPROVAL_OPENED: Row(needs=(_REQUESTED,)),
    Kind.APPROVAL_ANSWERED: Row(
        needs=(_need(Kind.APPROVAL_REQUESTED, Kind.APPROVAL_RENEWED, approval="approval", route="route", payload_digest="payload_digest"),)
    ),
    Kind.APPROVAL_ADVANCED: Row(needs=(_need(Kind.APPROVAL_ANSWERED, having={"verdict": "approve"}, approval="approval"),)),
    Kind.APPROVAL_ESCALATED: Row(needs=(_REQUESTED,)),
    Kind.APPROVAL_REMINDED: Row(needs=(_REQUESTED,)),
    # For one question in its run's chain, for all of an approver's in a chain of theirs.
    Kind.DEPUTY_APPOINTED: Row(opens=True),
    Kind.APPROVAL_DECIDED: Row(
        needs=(
            _need(Kind.APPROVAL_ANSWERED, having={"verdict": "approve"}, where={"status": "APPROVED"}, approval="approval", route="route"),
            _need(Kind.APPROVAL_ANSWERED, having={"verdict": "reject"}, where={"status": "REJECTED"}, approval="approval", route="route"),
        ),
        once=("approval", "round"),
    ),
    Kind.APPROVAL_HELD: Row(needs=(_REQUESTED,)),
    Kind.APPROVAL_RENEWED: Row(
        needs=(
            _need(Kind.APPROVAL_REQUESTED, approval="approval", payload_digest="payload_digest"),
            _need(Kind.DECISION_MADE, having={"outcome": "ESCALATE"}, approval="key", route="route"),
        ),
        once=("approval", "round"),
    ),
    Kind.APPROVAL_SUPERSEDED: Row(needs=(_REQUESTED,), once=("approval",)),
    Kind.APPROVAL_WITHDRAWN: Row(needs=(_REQUESTED,), once=("approval",)),
    Kind.WARRANT_MINTED: Row(
        needs=(
            _need(Kind.DECISION_MADE, having={"outcome": "ALLOW"}, warrant="key"),
            _need(Kind.INTENT_PROPOSED, warrant="key", agent="agent", tool="tool", payload_digest="payload_digest"),
        ),
        once=("warrant",),
    ),
    Kind.WARRANT_VOIDED: Row(needs=(_MINTED,), once=("warrant",)),
    Kind.ACTION_EXECUTED: Row(needs=(_MINTED,), once=("warrant",)),
    Kind.OUTCOME_VERIFIED: Row(
        needs=(
            _MINTED,
            _need(Kind.ACTION_EXECUTED, where={"verification": "MATCH"}, warrant="warrant"),
            _need(Kind.ACTION_EXECUTED, where={"verification": "DRIFT"}, warrant="warrant"),
        )
    ),
    Kind.MESSAGE_SENT: Row(
        needs=(
            _need(Kind.DECISION_MADE, having={"outcome": "ALLOW"}, key="key"),
            _need(Kind.INTENT_PROPOSED, key="key", sender="agent", kind="tool"),
        ),
        once=("key",),
    ),
    Kind.OUTCOME_REPORTED: Row(needs=(_need(Kind.OUTCOME_VERIFIED, warrant="warrant", verification="verification"),)),
    Kind.ACTION_UNDONE: Row(needs=(_need(Kind.OUTCOME_VERIFIED, having={"verification": "MATCH"}, warrant="warrant"),), once=("warrant",)),
    Kind.TRANSCRIPT_REDACTED: Row(needs=(_need(Kind.MODEL_CALLED),)),
    Kind.RUN_HELD: Row(needs=(_STARTED,)),
    Kind.RUN_FINISHED: Row(needs=(_STARTED,), once=()),
    Kind.AGENT_SUSPENDED: Row(opens=True),
    Kind.DELEGATION_REVOKED: Row(opens=True),
    Kind.FACT_CHANGED: Row(needs=(_need(Kind.FACT_CHANGED, where={"before": None}, before="version"),), opens=True, once=("version",)),
    # A claim that contradicts nothing that stands, such as a suggestion, may be the first word on a fact.
    Kind.FACT_CLAIMED: Row(needs=(_need(Kind.FACT_CHANGED, where={"before": None}, before="version"),), opens=True),
    Kind.FACT_HELD: Row(needs=(_need(Kind.FACT_CHANGED, version="version"),), once=("version",)),
    Kind.AGENT_RESUMED: Row(needs=(_need(Kind.AGENT_SUSPENDED, agent="agent"),)),
}

# What a closed run holds for each entry of a kind, whatever the order: a warrant without an outcome is an action that nobody looked at.
CLOSING: Mapping[Kind, Need] = {Kind.WARRANT_MINTED: _need(Kind.OUTCOME_VERIFIED, Kind.WARRANT_VOIDED, warrant="warrant")}


def standing(chain: Sequence[Entry]) -> Standing:
    kinds = {entry.kind for entry in chain}
    if Kind.RUN_STARTED not in kinds:
        return Standing.ENDLESS
    return Standing.CLOSED if Kind.RUN_FINISHED in kinds else Standing.OPEN


def missing(chain: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    """Each entry of a chain that lacks what it needs, and what that is. Fields may hold anything, or be gone."""
    index = _Index()
    for position, entry in enumerate(chain):
        row = TABLE[entry.kind]
        if position == 0 and not row.opens:
            yield entry, f"no chain begins with {entry.kind}"
        unmet = [need for need in row.needs if not index.meets(need, entry)]
        yield from ((entry, f"there is no {_named(need, entry)} before this {entry.kind}") for need in unmet)
        if row.once is not None and index.has(entry.kind, row.once, entry):
            yield entry, f"there is a {entry.kind} of the same {' and '.join(row.once) or 'run'} before this one"
        index.add(entry)
    if standing(chain) is Standing.CLOSED:
        yield from _unclosed(chain, index)


def _unclosed(chain: Sequence[Entry], index: "_Index") -> Iterator[tuple[Entry, str]]:
    for entry in chain:
        need = CLOSING.get(entry.kind)
        if need is not None and not index.meets(need, entry):
            yield entry, f"the run is closed and there is no {_named(need, entry)} for this {entry.kind}"


class _Index:
    """The entries so far, by kind."""

    def __init__(self) -> None:
        self._bodies: dict[Kind, list[JsonObject]] = {}

    def add(self, entry: Entry) -> None:
        self._bodies.setdefault(entry.kind, []).append(entry.body)

    def has(self, kind: Kind, fields: Iterable[str], entry: Entry) -> bool:
        same = [(field, entry.body.get(field)) for field in fields]
        return any(_fits(body, same) for body in self._bodies.get(kind, ()))

    def meets(self, need: Need, entry: Entry) -> bool:
        if not _applies(need, entry.body):
            return True
        wanted = [*((there, entry.body.get(here)) for here, there in need.same), *need.having.items()]
        return any(_fits(body, wanted) for kind in need.kinds for body in self._bodies.get(kind, ()))


def _applies(need: Need, body: JsonObject) -> bool:
    return all(body.get(field) is not None if value is None else body.get(field) == value for field, value in need.where.items())


def _fits(body: JsonObject, wanted: Iterable[tuple[str, Json]]) -> bool:
    return all(field in body and body[field] == value for field, value in wanted)


def _named(need: Need, entry: Entry) -> str:
    fields = [*((there, entry.body.get(here)) for here, there in need.same), *need.having.items()]
    return " or ".join(need.kinds) + (f" with {', '.join(f'{name} {value}' for name, value in fields)}" if fields else "")
