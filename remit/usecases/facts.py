"""Change what is held to be true, and read it. Whoever changes a fact does it with a verified authority; whoever reads for a model gets
only what stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.domain.canonical import digest
from remit.domain.charter import Charter
from remit.domain.errors import Conflict, Unavailable, invalid_fact
from remit.domain.fact_key import FactKey, FactRef, key_of
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject
from remit.domain.operation import Author, Known, Operation, Settlement, settle
from remit.domain.statement import Claim, Statement
from remit.fact_ports import FactStore, RecordClaim, RecordStatement
from remit.ports import Clock
from remit.record_ports import Change, Records

_TRIES = 40
_LONGEST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPorts:
    """`charters`: by namespace, the charter that declares it."""

    charters: Mapping[str, Charter]
    store: FactStore
    records: Records
    clock: Clock


def change_fact(operation: Operation, author: Author, ports: FactPorts) -> Settlement:
    """Settle the operation against what stands, and record what comes of it; if another writer is first, settle it again.

    Raises InvalidFact, NoAuthority, NotFound, VersionConflict, or Unavailable; then nothing is recorded.
    """
    charter = charter_of(operation.key.namespace, ports)
    for attempt in range(_TRIES):
        settlement = settle(operation, author, _known(operation, ports), charter, ports.clock.now())
        if _is_recorded(settlement, ports):
            return settlement
        ports.clock.pause(min(0.01 * 2**attempt, _LONGEST_PAUSE_SECONDS))
    raise Unavailable(f"{operation.key.id} is being written to by too many at once")


def charter_of(namespace: str, ports: FactPorts) -> Charter:
    """The charter that declares the namespace. Raises InvalidFact."""
    charter = ports.charters.get(namespace)
    if charter is None:
        raise invalid_fact("namespace", f"no charter declares '{namespace}'")
    return charter


def chain_of(key: FactKey) -> str:
    """A fact's own chain in the ledger: only those who write to the same fact wait for each other."""
    return f"fact-{key.id}"


def _known(operation: Operation, ports: FactPorts) -> Known:
    sources = tuple(_source(ref, place, ports) for place, ref in enumerate(operation.derived_from))
    latest = ports.store.latest(operation.key)
    return Known(latest=latest, held=latest is not None and _is_held(latest, ports), sources=sources)


def _source(ref: FactRef, place: int, ports: FactPorts) -> Statement | None:
    try:
        key = key_of(ref.id)
    except ValueError as error:
        raise invalid_fact(f"derived_from.{place}", f"'{ref.id}' is no fact's id") from error
    latest = None if key is None else ports.store.latest(key)
    return None if latest is None or _is_held(latest, ports) else latest


def _is_held(latest: Statement, ports: FactPorts) -> bool:
    """Only what is derived can be."""
    return bool(latest.derived_from) and ports.store.hold(latest.key) is not None


def _is_recorded(settlement: Settlement, ports: FactPorts) -> bool:
    """False if another writer was first."""
    change = _change(settlement)
    if change is None or (isinstance(change, RecordClaim) and _is_known(change.claim, ports)):
        return True
    key, draft = _entry(settlement)
    try:
        ports.records.commit(chain_of(key), [change], [draft])
    except Conflict:
        return False
    return True


def _is_known(claim: Claim, ports: FactPorts) -> bool:
    return ports.store.claim(claim.key.namespace, claim.id) is not None


def _change(settlement: Settlement) -> Change | None:
    if settlement.statement is not None:
        return RecordStatement(statement=settlement.statement, before=settlement.before)
    return None if settlement.claim is None else RecordClaim(claim=settlement.claim)


def _entry(settlement: Settlement) -> tuple[FactKey, Draft]:
    """What the ledger says of it: all but the value, which may be long or secret; the digest is over all of it."""
    kind = Kind.FACT_CHANGED if settlement.claim is None else Kind.FACT_CLAIMED
    recorded = settlement.claim or settlement.statement
    if recorded is None:
        raise ValueError(f"nothing is recorded of a {settlement.result}")
    whole = recorded.model_dump(mode="json")
    stood = None if settlement.before is None else settlement.before.version
    about: JsonObject = {"result": settlement.result.value, "fact": recorded.key.id, "before": stood, "digest": digest(whole)}
    return recorded.key, Draft(kind=kind, body={**about, **{name: field for name, field in whole.items() if name not in {"key", "value"}}})
