"""Take a person's delegation back: no run is started on it any more, and those that rest on it are stopped."""

from dataclasses import dataclass

from remit.delegation_ports import Delegations, Revoke, RunUse
from remit.domain.action import failure_of
from remit.domain.delegation import Delegation, Revocation, ended
from remit.domain.errors import Conflict, NotFound
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Kind
from remit.domain.model import Model
from remit.ports import Clock, Gate, Workflows
from remit.record_ports import Records
from remit.usecases.ending import Caught, Close, record_end
from remit.usecases.runs import open_questions


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationPorts:
    delegations: Delegations
    records: Records
    machines: Workflows
    gate: Gate
    clock: Clock


class Revoked(Model):
    """A delegation that is no more; `stopped` are the runs that were under way on it."""

    delegation: Delegation
    stopped: tuple[str, ...]


def of_person(name: str, ports: DelegationPorts) -> tuple[Delegation, ...]:
    """The person's delegations that runs were started on, the last to expire first."""
    return ports.delegations.of_person(name)


def revoke(delegation: str, reason: str, by: Requester, ports: DelegationPorts) -> Revoked:
    """End the delegation, then every run that uses it; repeating it stops what is left. Raises NotFound, Unavailable."""
    found = _found(delegation, ports)
    if found.revoked is None:
        _record(Revocation(delegation=found.id, reason=reason, by=by.arn, at=ports.clock.now()), found, ports)
    stopped = tuple(use.run for use in ports.delegations.runs(delegation) if _stop(use, ports))
    return Revoked(delegation=_found(delegation, ports), stopped=stopped)


def _found(delegation: str, ports: DelegationPorts) -> Delegation:
    found = ports.delegations.get(delegation)
    if found is None:
        raise NotFound(f"There is no delegation '{delegation}'.")
    return found


def _record(revocation: Revocation, delegation: Delegation, ports: DelegationPorts) -> None:
    draft = Draft(kind=Kind.DELEGATION_REVOKED, body={**revocation.model_dump(mode="json", exclude={"at"}), "person": delegation.person})
    try:
        # The delegation's own chain in the ledger: it belongs to no run.
        ports.records.commit(f"delegation-{delegation.id}", [Revoke(revocation=revocation, delegation=delegation)], [draft])
    except Conflict:
        # Somebody else was first with the same: the runs are stopped all the same.
        return


def _stop(use: RunUse, ports: DelegationPorts) -> bool:
    """Whether the run was under way. Its end is recorded here, as its machine can do no more; its questions are its gate's to close."""
    failure = failure_of(ended("was revoked"))
    state = ports.machines.state(use.workflow, use.run)
    if state is None or state.status not in {"RUNNING", "ABORTED"}:
        return False
    ports.machines.stop(use.workflow, use.run, failure)
    record_end(Close(run=use.run, error=Caught(Error=failure.error, Cause=failure.model_dump_json())), ports.records)
    entries = ports.records.entries(use.run)
    for approval in open_questions(entries):
        ports.gate.resume(str(entries[0].body["domain"]), use.run, approval)
    return state.status == "RUNNING"
