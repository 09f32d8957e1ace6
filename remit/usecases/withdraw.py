"""Take an action back while it waits for a human: whoever asked for it no longer wants it."""

from remit.domain.action import failure_of
from remit.domain.errors import NotFound, Reason, Withdrawn
from remit.domain.intent import Requester
from remit.usecases.ending import Caught, Close, record_end
from remit.usecases.runs import RunPorts, RunView, view


def withdraw(run: str, by: Requester, ports: RunPorts) -> RunView:
    """End the run if it waits for a human; otherwise it goes on, or stays as it ended. Returns how it stands then.

    An answer that comes later finds that nobody waits, and nothing is done. Raises NotFound for a run that is not the caller's,
    Unavailable.
    """
    seen = view(run, ports)
    if seen.entries[0].body["requester"] != by.model_dump(mode="json"):
        # Not that it exists: a run's name is nobody else's to learn.
        raise NotFound(f"There is no run '{run}'.")
    if seen.state.status == "RUNNING" and seen.question is not None:
        _stop(seen, ports)
    return view(run, ports)


def _stop(seen: RunView, ports: RunPorts) -> None:
    why = "Whoever asked for it took it back."
    failure = failure_of(Withdrawn(why, (Reason(policy="run.withdrawn", reason=why),)))
    ports.machines.stop(seen.workflow, seen.run, failure)
    # Its machine can record no end any more.
    record_end(Close(run=seen.run, error=Caught(Error=failure.error, Cause=failure.model_dump_json())), ports.records)
