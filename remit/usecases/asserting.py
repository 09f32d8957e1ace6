"""Do what a warrant of `facts.assert` is for: keep what a log says, with the authority that the gate has checked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from remit.domain.assertion import Assertion, value_of
from remit.domain.charter import Charter
from remit.domain.errors import NotFound, NotSaid, Refusal, Unavailable, VersionConflict
from remit.domain.model import Json, JsonObject
from remit.domain.operation import Author, Operation, Result, Settlement
from remit.domain.statement import Claim, ClaimKind, OperationKind, Statement
from remit.domain.warrant import Warrant
from remit.execution_ports import AgentIdentity, AgentSession, ReadSession
from remit.fact_ports import FactStore
from remit.log_ports import Logs
from remit.toolkit import ReadContext, Tool, ToolContext, ToolFailed, Use
from remit.usecases.facts import FactPorts, change_fact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 10
_STATED = {OperationKind.ADD: Result.ADDED, OperationKind.UPDATE: Result.UPDATED, OperationKind.DELETE: Result.RETRACTED}
_CLAIMED = {ClaimKind.CONFLICT: Result.CONFLICT, ClaimKind.SUGGESTION: Result.SUGGESTION}


class AssertFact(Tool[Assertion]):
    """In one charter's memory. The log is read once more: what it does not say at that place is refused here too."""

    def __init__(self, charter: Charter, ports: FactPorts, logs: Logs) -> None:
        self._charter, self._ports, self._logs = charter, ports, logs

    def execute(self, payload: Assertion, context: ToolContext) -> None:
        try:
            payload.check_said(self._logs.read(self._charter.domain, payload.log))
            assert_fact(payload, context.key, self._ports)
        except (Refusal, NotFound) as refused:
            raise ToolFailed(refused.message) from refused

    def expected(self, payload: Assertion, use: Use) -> JsonObject:
        return {"fact": payload.key.id, "value": typed(payload, self._charter)}

    def read_back(self, payload: Assertion, context: ReadContext) -> JsonObject | None:
        return kept_as(payload, context.key, self._charter, self._ports.store)

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        return observed is not None and expected.items() <= observed.items()


class Itself(AgentIdentity):
    """Memory is Remit's own, and no agent's role reaches it for writing: whoever does so is nobody's session but itself."""

    def __init__(self, name: str, dynamodb: "DynamoDBClient") -> None:
        self._name, self._dynamodb = name, dynamodb

    def assume(self, warrant: Warrant) -> AgentSession:
        return AgentSession(self._name, ToolContext(dynamodb=self._dynamodb, tables={}, key=warrant.id, run=warrant.run))

    def read_as(self, warrant: Warrant) -> ReadSession:
        return ReadSession(self._name, self.assume(warrant).context.reading())


def typed(payload: Assertion, charter: Charter) -> Json:
    """The value as one of the predicate's type. Raises NotSaid for a predicate that the charter does not have."""
    spec = charter.predicates.get(payload.predicate)
    if spec is None:
        raise NotSaid(f"predicate: the charter {charter.domain} has no '{payload.predicate}'")
    return value_of(payload.value, spec.type)


def operation_of(payload: Assertion, kind: OperationKind, charter: Charter, action: str | None = None) -> Operation:
    return Operation(
        kind=kind,
        key=payload.key,
        value=typed(payload, charter),
        source=payload.source,
        suggested=payload.suggests,
        action=action,
    )


def assert_fact(payload: Assertion, action: str, ports: FactPorts) -> Settlement | None:
    """Whether it adds, supersedes or retracts follows from what stands; None for a retraction of nothing. Raises as change_fact does."""
    charter, author = ports.charters[payload.namespace], Author(name=payload.speaker, authority=payload.authority)
    for _ in range(_TRIES):
        kind = _kind(payload, ports.store.latest(payload.key))
        if kind is None:
            return None
        try:
            return change_fact(operation_of(payload, kind, charter, action), author, ports)
        except (VersionConflict, NotFound):
            continue
    raise Unavailable(f"{payload.key.id} is being written to by too many at once")


def kept_as(payload: Assertion, action: str, charter: Charter, store: FactStore) -> JsonObject | None:
    """What came of the action, as memory says; None if there is no trace of it."""
    value = typed(payload, charter)
    told: JsonObject = {"fact": payload.key.id, "value": value}
    versions = store.versions(payload.key)
    for statement in (each for each in versions if each.action == action):
        return {**told, "value": statement.value, "result": _STATED[statement.operation].value, "version": statement.version}
    for claim in _claims(payload, value, action, store):
        return {**told, "value": claim.value, "result": _CLAIMED[claim.kind].value, "claim": claim.id}
    latest = versions[-1] if versions else None
    stands = None if latest is None or latest.retracts else latest
    if payload.suggests or (stands.value if stands else None) != value:
        return None
    return {**told, "result": Result.NOOP.value, "version": latest.version if latest else 0}


def _kind(payload: Assertion, latest: Statement | None) -> OperationKind | None:
    stands = latest is not None and not latest.retracts
    if payload.retracts:
        return OperationKind.DELETE if stands else None
    return OperationKind.UPDATE if stands else OperationKind.ADD


def _claims(payload: Assertion, value: Json, action: str, store: FactStore) -> Iterator[Claim]:
    """The action's own; or, of the same person and authority, the same that was claimed before and is not claimed twice."""
    of_the_key = [claim for claim in store.claims(payload.namespace) if claim.key == payload.key]
    yield from (claim for claim in of_the_key if claim.action == action)
    for claim in reversed(of_the_key):
        if (claim.value, claim.author, claim.authority) == (value, payload.speaker, payload.authority) and _fits(claim, payload):
            yield claim


def _fits(claim: Claim, payload: Assertion) -> bool:
    """What is decided under an authority that only suggests is a suggestion too."""
    kept = claim.kind is ClaimKind.SUGGESTION or not payload.suggests
    return kept and (claim.operation is OperationKind.DELETE) == payload.retracts
