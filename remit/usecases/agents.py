"""Stop an agent, at once and without a deployment, and let it go on again; each is in the ledger with who and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from remit.domain.agent import Suspension
from remit.domain.catalogue import Catalogue
from remit.domain.errors import Conflict, InvalidRequest, NotFound, Reason
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Kind
from remit.domain.model import Model
from remit.ports import Clock
from remit.record_ports import Change, Records, Reinstate, Suspend


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPorts:
    """`domains` has the domain of every deployed agent, `catalogues` tells what one of them may call."""

    domains: Mapping[str, str]
    catalogues: Callable[[str], Catalogue]
    records: Records
    clock: Clock


class AgentView(Model):
    """An agent as it stands; `suspended` is None while it may act."""

    agent: str
    domain: str
    suspended: Suspension | None = None


def agents(ports: AgentPorts) -> tuple[AgentView, ...]:
    """All deployed agents, by name."""
    stopped = {suspension.agent: suspension for suspension in ports.records.suspensions()}
    return tuple(AgentView(agent=name, domain=domain, suspended=stopped.get(name)) for name, domain in sorted(ports.domains.items()))


def offered(agent: str, ports: AgentPorts) -> Catalogue:
    """What the agent may call. A stopped agent's calls are refused, and its catalogue stays what it is. Raises NotFound."""
    _check_known(agent, ports)
    return ports.catalogues(agent)


def suspend(agent: str, reason: str, by: Requester, ports: AgentPorts) -> Suspension:
    """Stop the agent's next action, also one that waits for approval. Raises NotFound, and InvalidRequest if it is stopped already."""
    suspension = Suspension(agent=agent, reason=reason, by=by.arn, at=ports.clock.now())
    _commit(agent, Suspend(suspension=suspension), _draft(Kind.AGENT_SUSPENDED, agent, reason, by), ports)
    return suspension


def resume(agent: str, reason: str, by: Requester, ports: AgentPorts) -> None:
    """Let the agent act again. Raises NotFound, and InvalidRequest if it is not stopped."""
    _commit(agent, Reinstate(agent=agent), _draft(Kind.AGENT_RESUMED, agent, reason, by), ports)


def _commit(agent: str, change: Change, draft: Draft, ports: AgentPorts) -> None:
    _check_known(agent, ports)
    try:
        # The agent's own chain in the ledger: it belongs to no run.
        ports.records.commit(f"agent-{agent}", [change], [draft])
    except Conflict as error:
        why = f"'{agent}' is in that state already"
        raise InvalidRequest(f"agent: {why}", (Reason(policy="agent", reason=why),)) from error


def _check_known(agent: str, ports: AgentPorts) -> None:
    if agent not in ports.domains:
        raise NotFound(f"There is no agent '{agent}' in this deployment.")


def _draft(kind: Kind, agent: str, reason: str, by: Requester) -> Draft:
    return Draft(kind=kind, body={"agent": agent, "reason": reason, "by": by.arn})
