"""Facts for whoever signs a request: what they may state follows from who they are and what the charter says of them, never from what
they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remit.domain.authority import authority_of, no_authority, principal_of
from remit.domain.charter import Charter
from remit.domain.errors import NotFound, Reason
from remit.domain.intent import Requester
from remit.domain.memory import Confidentiality
from remit.domain.operation import Author, Operation, Settlement
from remit.domain.recall import Recollection, lower
from remit.domain.statement import OperationKind
from remit.usecases.facts import FactPorts, change_fact, charter_of
from remit.usecases.recall import Reader, recall, recall_as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDesk:
    """`account`: whose callers are heard; `roles`: the agent by the name of its role."""

    facts: FactPorts
    account: str
    roles: Mapping[str, str]


def state_fact(operation: Operation, caller: Requester, desk: FactDesk) -> Settlement:
    """Change a fact with the authority that the caller has. Raises NoAuthority, and as change_fact does."""
    charter = charter_of(operation.key.namespace, desk.facts)
    authority = authority_of(_principal(caller, desk), charter)
    if authority is None:
        raise no_authority(caller.arn, charter)
    return change_fact(operation, Author(name=caller.arn, authority=authority.name), desk.facts)


def take_up(namespace: str, claim: str, caller: Requester, desk: FactDesk) -> Settlement:
    """State what somebody suggested, or claimed against a higher authority, as one's own word. Raises NotFound, NoAuthority, and as
    change_fact does; whoever changes the fact at the same moment makes it a VersionConflict."""
    reader = reader_of(namespace, caller, desk)
    found = reader.store.claim(namespace, claim)
    if found is None or lower(found.labels.confidentiality, reader.clearance) is not found.labels.confidentiality:
        raise NotFound(f"claim: nothing of this id was claimed in {namespace}.", (Reason(policy="claim", reason="unknown"),))
    latest = reader.store.latest(found.key)
    kind = found.operation
    if kind is not OperationKind.DELETE:
        kind = OperationKind.ADD if latest is None or latest.retracts else OperationKind.UPDATE
    version = 0 if latest is None else latest.version
    operation = Operation(kind=kind, key=found.key, value=found.value, version=version, source=found.source)
    return state_fact(operation, caller, desk)


def reader_of(namespace: str, caller: Requester, desk: FactDesk) -> Reader:
    """The caller as a reader of one namespace; who has no authority there sees what is public. Raises InvalidFact."""
    clearance = _clearance(charter_of(namespace, desk.facts), caller, desk)
    return Reader(clearance=clearance, store=desk.facts.store, clock=desk.facts.clock)


def agents_context(agent: str, as_of: datetime | None, caller: Requester, desk: FactDesk) -> Recollection:
    """What the agent's model is shown, as far as the caller may see it too. Raises NotFound, InvalidFact."""
    charter = next((each for each in desk.facts.charters.values() if agent in each.agents), None)
    if charter is None:
        raise NotFound(f"There is no agent '{agent}' with a memory.", (Reason(policy="agent", reason="not an agent with a memory"),))
    memory = charter.agents[agent].memory
    memory = memory.model_copy(update={"clearance": lower(memory.clearance, _clearance(charter, caller, desk))})
    namespaces, facts = charter.namespaces_of(agent), desk.facts
    if as_of is None:
        return recall(namespaces, memory, facts.store, facts.clock)
    return recall_as_of(as_of, namespaces, memory, facts.store, facts.clock)


def _clearance(charter: Charter, caller: Requester, desk: FactDesk) -> Confidentiality:
    authority = authority_of(_principal(caller, desk), charter)
    return Confidentiality.PUBLIC if authority is None else authority.clearance


def _principal(caller: Requester, desk: FactDesk) -> str | None:
    return principal_of(caller.arn, desk.account, desk.roles)
