"""Take an action back while it waits for a human: whoever asked for it no longer wants it."""

from collections.abc import Iterator

from remit.domain.action import Failure, failure_of
from remit.domain.errors import Conflict, NotFound, Reason, Withdrawn
from remit.domain.intent import Requester
from remit.domain.ledger import Kind
from remit.usecases.ending import Caught, Close, end_waiting, has_ended, record_end
from remit.usecases.runs import RunPorts, RunView, asked, open_questions, view


def withdraw(run: str, by: Requester, ports: RunPorts) -> RunView:
    """End the run, with all that it asked for, if it or one of those waits for a human; otherwise it goes on, or stays as it ended.
    Returns how it stands then.

    An answer that comes later finds that nobody waits, and nothing is done. Harmless to repeat. Raises NotFound for a run that is not
    the caller's, Unavailable.
    """
    seen = view(run, ports)
    if seen.entries[0].body["requester"] != by.model_dump(mode="json"):
        # Not that it exists: a run's name is nobody else's to learn.
        raise NotFound(f"There is no run '{run}'.")
    return _withdrawn(seen, ports)


def withdraw_asked(agent: str, run: str, by: Requester, ports: RunPorts) -> RunView:
    """The same for an action that was asked for in the agent's name. Raises as `asked` does, Unavailable."""
    return _withdrawn(asked(agent, run, by, ports), ports)


def _withdrawn(seen: RunView, ports: RunPorts) -> RunView:
    if seen.state.status == "RUNNING":
        _take_back(list(_tree(seen, ports)), ports)
    return view(seen.run, ports)


def _tree(seen: RunView, ports: RunPorts) -> Iterator[RunView]:
    """The run and all that it asked for, whoever asks before whom they ask."""
    yield seen
    for entry in seen.entries:
        if entry.kind is Kind.MESSAGE_SENT and entry.body.get("opened"):
            yield from _tree(view(str(entry.body["opened"]), ports), ports)


def _take_back(tree: list[RunView], ports: RunPorts) -> None:
    """First that the whole of it has ended, which one write says: no gate mints or asks for anything below it any more."""
    why = "Whoever asked for it took it back."
    failure = failure_of(Withdrawn(why, (Reason(policy="run.withdrawn", reason=why),)))
    waiting = [approval for seen in tree for approval in open_questions(seen.entries)]
    if not has_ended(tree[0].entries):
        if not waiting:
            return
        try:
            end_waiting(tree[0].run, failure, waiting, ports.records)
        except Conflict:
            # Somebody has answered meanwhile, and what was asked is being done.
            return
    for seen in tree:
        if seen.state.status == "RUNNING":
            _stop(seen, failure, ports)


def _stop(seen: RunView, failure: Failure, ports: RunPorts) -> None:
    """Its machine can record no end any more, and its questions are its gate's to close."""
    ports.machines.stop(seen.workflow, seen.run, failure)
    record_end(Close(run=seen.run, error=Caught(Error=failure.error, Cause=failure.model_dump_json())), ports.records)
    for approval in open_questions(seen.entries):
        ports.gate.resume(str(seen.entries[0].body["domain"]), seen.run, approval)
