"""Start runs, and tell where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from remit.delegation_ports import RequireDelegation, UseDelegation
from remit.domain.authority import check_speaks_for, same_principal
from remit.domain.canonical import canonical, digest
from remit.domain.delegation import Delegator, named
from remit.domain.errors import Conflict, InvalidRequest, NotFound, Reason, UnknownPerson
from remit.domain.history import Caller
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.proportion import StatedScope
from remit.names import action_workflow
from remit.ports import Clock, Entropy, Gate, RunState, Workflows
from remit.record_ports import Change, Records

PATIENCE = timedelta(seconds=20)
# A state holds 256 KiB, and what the run adds to it needs room.
_LARGEST_START = 200_000
_LOOK_EVERY_SECONDS = 0.25
_NO_LONGER_ASKED = {Kind.APPROVAL_DECIDED, Kind.APPROVAL_SUPERSEDED, Kind.APPROVAL_WITHDRAWN}


class WorkflowInfo(Model):
    """A deployed workflow: its domain with the groups of people that its charter knows, and its reasoning agent if it has one."""

    domain: str
    agent: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPorts:
    """`elsewhere`: who of the `account` may ask in an agent's name, by agent."""

    workflows: Mapping[str, WorkflowInfo]
    machines: Workflows
    records: Records
    clock: Clock
    entropy: Entropy
    gate: Gate
    account: str
    elsewhere: Mapping[str, tuple[str, ...]]


class Call(Model):
    """Who calls and on whose behalf, and the caller's own name for this request, so that a repeat is the same request."""

    requester: Requester
    delegator: Delegator | None = None
    idempotency_key: str | None = None


class RunView(Model):
    """A run as it stands: the machine's status and output, and the ledger."""

    run: str
    workflow: str
    state: RunState
    entries: tuple[Entry, ...]

    @property
    def question(self) -> JsonObject | None:
        """The approval that the run waits for, if it waits for one."""
        return next(iter(open_questions(self.entries).values()), None)


def open_questions(entries: Iterable[Entry]) -> dict[str, JsonObject]:
    """The approvals that a run waits for, by id."""
    waiting: dict[str, JsonObject] = {}
    for entry in entries:
        if entry.kind in {Kind.APPROVAL_REQUESTED, Kind.APPROVAL_RENEWED}:
            waiting[str(entry.body["approval"])] = entry.body
        elif entry.kind in _NO_LONGER_ASKED:
            waiting.pop(str(entry.body["approval"]), None)
    return waiting


def start_run(workflow: str, given: JsonObject, call: Call, ports: RunPorts) -> str:
    """Start a workflow that reasons. Returns the run's id. Raises InvalidRequest, UnknownPerson, DelegationEnded."""
    info = ports.workflows.get(workflow)
    if info is None or info.agent is None:
        known = ", ".join(sorted(name for name, each in ports.workflows.items() if each.agent))
        raise _invalid("workflow", f"'{workflow}' is not a workflow of this deployment; there is: {known}")
    blank: JsonObject = {"attempt": 1, "reasoning": {"conversation": []}, "refusal": None, "receipt": None}
    start: JsonObject = {"agent": info.agent, "input": given, "asked_by": [], **blank}
    return open_run(workflow, info, start, call, ports)


def propose(agent: str, tool: str, payload: JsonObject, call: Call, ports: RunPorts, *, scope: StatedScope | None = None) -> str:
    """Start one governed action for an agent that runs elsewhere, within the scope if one is stated. Returns the run's id. Raises Denied
    for a caller who does not speak for the agent, and as start_run does."""
    check_speaks_for(agent, call.requester, ports.elsewhere.get(agent, ()), ports.account)
    workflow = action_workflow(tool.partition(".")[0])
    info = ports.workflows.get(workflow)
    if info is None:
        raise _invalid("tool", f"'{tool}' belongs to no domain of this deployment")
    stated: JsonObject = {} if scope is None else scope.recorded
    return open_run(workflow, info, {"agent": agent, "intent": {"tool": tool, "payload": payload}, **stated}, call, ports)


def asked(agent: str, run: str, caller: Requester, ports: RunPorts) -> RunView:
    """An action that the caller has asked for in the agent's name. Raises Denied for a caller who does not speak for the agent, and
    NotFound for every other run, as for one that there is not."""
    check_speaks_for(agent, caller, ports.elsewhere.get(agent, ()), ports.account)
    entries = _entries(run, ports)
    opening = entries[0].body
    by = Requester.model_validate(opening["requester"])
    if "intent" not in opening or opening["agent"] != agent or not same_principal(by.arn, caller.arn, ports.account):
        raise _no_run(run)
    return _seen(run, entries, ports)


def view(run: str, ports: RunPorts) -> RunView:
    """Raises NotFound for an unknown run."""
    return _seen(run, _entries(run, ports), ports)


def _entries(run: str, ports: RunPorts) -> tuple[Entry, ...]:
    entries = ports.records.entries(run)
    if not entries or entries[0].kind is not Kind.RUN_STARTED:
        raise _no_run(run)
    return entries


def _no_run(run: str) -> NotFound:
    return NotFound(f"There is no run '{run}'.")


def _seen(run: str, entries: tuple[Entry, ...], ports: RunPorts) -> RunView:
    workflow = str(entries[0].body["workflow"])
    return RunView(run=run, workflow=workflow, state=ports.machines.state(workflow, run) or RunState(status="RUNNING"), entries=entries)


def settled(run: str, ports: RunPorts) -> RunView:
    """The run once it has ended or waits for a human, or as it stands when patience ends."""
    deadline = ports.clock.now() + PATIENCE
    seen = view(run, ports)
    while seen.state.status == "RUNNING" and seen.question is None and ports.clock.now() < deadline:
        ports.clock.pause(_LOOK_EVERY_SECONDS)
        seen = view(run, ports)
    return seen


def open_run(workflow: str, info: WorkflowInfo, start: JsonObject, call: Call, ports: RunPorts) -> str:
    """Record the run and start its machine; a repeat is the same run. Raises as start_run does."""
    _check_known(call.delegator, info)
    caller: JsonObject = Caller(requester=call.requester, delegator=call.delegator).model_dump(mode="json")
    run = run_id(call, ports.entropy)
    opening = Draft(
        kind=Kind.RUN_STARTED,
        body={"workflow": workflow, "domain": info.domain, **caller, "start_digest": _digest(start), **_given(start)},
    )
    try:
        ports.records.open_run(run, opening, _uses(call.delegator, run, workflow))
    except Conflict:
        _same_request(run, opening, ports.records)
    ports.machines.start(workflow, run, {"run": run, **caller, **start})
    return run


def _check_known(delegator: Delegator | None, info: WorkflowInfo) -> None:
    if delegator is not None and not set(delegator.groups).intersection(info.groups):
        why = f"The charter of '{info.domain}' knows no group of {delegator.name}."
        raise UnknownPerson(why, (Reason(policy=f"{info.domain}.matrix", reason=why),))


def _uses(delegator: Delegator | None, run: str, workflow: str) -> list[Change]:
    """The run rests on the delegation from its first entry on, so that whoever revokes it finds the run."""
    if delegator is None:
        return []
    return [RequireDelegation(delegation=delegator.delegation), UseDelegation(delegation=named(delegator), run=run, workflow=workflow)]


def _digest(start: JsonObject) -> str:
    try:
        size = len(canonical(start))
    except UnicodeEncodeError as error:
        raise _invalid("body", "holds half of a surrogate pair, which is no text") from error
    if size > _LARGEST_START:
        raise _invalid("body", f"is larger than {_LARGEST_START} bytes, and a state machine could not hold it")
    return digest(start)


def _given(start: JsonObject) -> JsonObject:
    return {name: start[name] for name in ("agent", "input", "intent", "scope") if name in start}


def run_id(call: Call, entropy: Entropy) -> str:
    """The same for every repeat of a request that has a name of its own."""
    unique = entropy.token() if call.idempotency_key is None else call.idempotency_key
    return f"run-{digest([call.requester.arn, unique])[:32]}"


def _same_request(run: str, opening: Draft, records: Records) -> None:
    if records.entries(run)[0].body != opening.body:
        raise _invalid("Idempotency-Key", "this key was used for another request")


def _invalid(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {message}", (Reason(policy=field, reason=message),))
