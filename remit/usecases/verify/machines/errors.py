"""What can go wrong in each state: every name exists, a refusal is not tried again, and nothing ends the machine unheard."""

from collections.abc import Iterator, Sequence

from remit.domain.asl.acts import Function, function_of, tool_of
from remit.domain.asl.machine import Located, Machine
from remit.domain.asl.states import Catcher, Retrier, Task
from remit.domain.errors import Denied, PreconditionRunning, Refusal, RemitError, Unavailable
from remit.domain.finding import Finding
from remit.usecases.verify.machines.subject import MachineFile

_EVERYTHING, _FAILED, _LATE = "States.ALL", "States.TaskFailed", "States.Timeout"
_OF_STATES = {_EVERYTHING, _FAILED, _LATE} | {
    f"States.{name}"
    for name in (
        *("BranchFailed", "DataLimitExceeded", "HeartbeatTimeout", "IntrinsicFailure", "NoChoiceMatched", "ParameterPathFailure"),
        *("Permissions", "ResultPathMatchFailure", "Runtime"),
    )
}
_MOST_ATTEMPTS = 100


def badly_handled(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    """The first thing that is wrong with how each state handles errors."""
    for located in machine.states.values():
        handlers = _handlers(located)
        checks = (_names(located, handlers, file), _order(located, handlers, file), _retries(located, file))
        finding = next(filter(None, checks), None)
        if finding is None and isinstance(located.state, Task):
            finding = _uncaught(located, located.state, machine, file) or _impatient(located, located.state, file)
        if finding:
            yield finding


def _tree(root: type[RemitError]) -> Iterator[type[RemitError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


# By the name that the gate answers with, and by the class, as a function reports what it raises.
_OURS = {name for error in _tree(RemitError) for name in (error.code, error.__name__)}
_NEVER_AGAIN = tuple(error.code for error in _tree(Refusal) if error is not Refusal)
# As the gate reports them, and as a function that raised one: trying again does not change a no.
_REFUSED = {name for error in _tree(Refusal) for name in (error.code, error.__name__)}
_CERTAIN = (Denied.code, *_NEVER_AGAIN, _LATE)
_PASSING = {Unavailable.code, Unavailable.__name__, PreconditionRunning.code}
# How Step Functions names what happens to a function that did not answer: it was throttled, ran out of time, or its process ended.
_OF_LAMBDA = ("Lambda.", "Sandbox.", "Runtime.")


def _handlers(located: Located) -> Sequence[Retrier | Catcher]:
    return (*getattr(located.state, "retry", ()), *getattr(located.state, "catch", ()))


def _names(located: Located, handlers: Sequence[Retrier | Catcher], file: MachineFile) -> Finding | None:
    unknown = [name for each in handlers for name in each.error_equals if not _exists(name)]
    if not unknown:
        return None
    return file.at(located, "unknown-error", f"nothing ever fails with '{unknown[0]}'", "Name an error of remit/domain/errors.py")


def _exists(name: str) -> bool:
    return name in _OURS or name in _OF_STATES or name.startswith(_OF_LAMBDA)


def _order(located: Located, handlers: Sequence[Retrier | Catcher], file: MachineFile) -> Finding | None:
    for kind in (Retrier, Catcher):
        last = [each for each in handlers if isinstance(each, kind)][-1:]
        early = [each for each in handlers if isinstance(each, kind) and _EVERYTHING in each.error_equals and [each] != last]
        crowded = [each for each in handlers if _EVERYTHING in each.error_equals and len(each.error_equals) > 1]
        if early or crowded:
            what = "States.ALL takes every error, so what stands beside or after it is never looked at"
            return file.at(located, "handler-out-of-reach", what, "Put States.ALL alone and last")
    return None


def _retries(located: Located, file: MachineFile) -> Finding | None:
    acts = isinstance(located.state, Task) and function_of(located.state) is Function.GATE
    for retrier in getattr(located.state, "retry", ()):
        if isinstance(retrier.max_attempts, int) and retrier.max_attempts > _MOST_ATTEMPTS:
            what = f"it is tried {retrier.max_attempts} times more after {retrier.error_equals[0]}"
            return file.at(located, "unbounded-retry", what, f"Make its MaxAttempts at most {_MOST_ATTEMPTS}")
        final = [name for name in retrier.error_equals if name in _REFUSED or (acts and not _may_pass(name))]
        if final:
            what = f"it is tried again after {final[0]}, which trying again does not change"
            return file.at(
                located, "retried-refusal", what, f"Retry {Unavailable.code}, {PreconditionRunning.code} and Lambda's own errors only"
            )
    return None


def _may_pass(name: str) -> bool:
    return name in _PASSING or name.startswith(_OF_LAMBDA)


def _uncaught(located: Located, task: Task, machine: Machine, file: MachineFile) -> Finding | None:
    """A recorder that fails leaves nothing to go on with."""
    function = function_of(task)
    if function is Function.RECORDER:
        return None
    catchers = [catcher for each in _outwards(located, machine) for catcher in getattr(each.state, "catch", ())]
    errors = (*(_CERTAIN if function is Function.GATE else (_LATE,)), "any other error")
    escaped = [error for error in errors if not any(_catches(catcher, error) for catcher in catchers)]
    if not escaped:
        return None
    what = f"{escaped[0]} is not caught here: it would end the machine, and nobody would record it"
    return file.at(located, "uncaught", what, "Catch States.ALL last, and go on to the recorder")


def _outwards(located: Located, machine: Machine) -> Iterator[Located]:
    """The state, and the Map or Parallel states around it."""
    yield located
    if located.around:
        yield from _outwards(machine.states[located.around], machine)


def _catches(catcher: Catcher, error: str) -> bool:
    named = set(catcher.error_equals)
    return error in named or _EVERYTHING in named or (_FAILED in named and error != _LATE)


def _impatient(located: Located, task: Task, file: MachineFile) -> Finding | None:
    """A required step that is still running means wait."""
    if function_of(task) is not Function.GATE:
        return None
    tool = tool_of(task)
    requiring = [name for name in (file.tools if tool is None else (tool,)) if file.charter.tools[name].requires]
    if not requiring or any(PreconditionRunning.code in retrier.error_equals for retrier in task.retry):
        return None
    what = f"it does not wait while a step that {requiring[0]} requires is still running"
    return file.at(located, "impatient", what, f"Retry {PreconditionRunning.code}, with pauses and a bound")
