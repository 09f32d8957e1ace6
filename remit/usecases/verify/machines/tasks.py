"""Each state by itself: it acts through the gate or not at all, and in bounded time."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from remit.domain.asl.acts import WAIT_FOR_TOKEN, Function, function_of, hands_out_token, intent_of, machine_of, payload_of, tool_of
from remit.domain.asl.machine import Located, Machine
from remit.domain.asl.states import Map, Task, Wait
from remit.domain.finding import Finding
from remit.domain.model import Json, JsonObject
from remit.usecases.verify.machines.subject import MachineFile

_INTENT = ("run", "step", "agent", "tool", "payload", "requester")
_OPEN = re.compile(r"\$\{[^}]*\}")
_FILLED = {*Function, "${GovernTimeoutSeconds}", "${ChildTimeoutSeconds}", "${MaxAttempts}"}
# All that comes back from a run that was asked for: how it ended, and what it answered by a message. What its model says besides does not.
_COMES_BACK = {f"$.Output.{field}" for field in ("outcome", "answer", "error", "message", "reasons")}
_ASKED_BY = {"$.asked_by", "$$.Execution.Input.asked_by"}
_Check = Callable[[Located, Task, MachineFile], Finding | None]


def badly_made(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    """The first thing that is wrong with each state that is not right."""
    for located, task in machine.tasks():
        yield from (finding for finding in (next(filter(None, (check(located, task, file) for check in _CHECKS)), None),) if finding)
    for located in machine.states.values():
        if isinstance(located.state, Map) and not located.state.max_concurrency:
            todo = "Give it a MaxConcurrency of at least 1"
            yield file.at(located, "unbounded-map", "nothing bounds how many items are worked on at once", todo)
        if isinstance(located.state, Wait) and located.state.seconds is None and located.state.timestamp is None:
            todo = "Give it its Seconds, as a number or as a ${Name} that the deployment puts in"
            yield file.at(located, "unbounded-wait", "how long it waits is only known from the data, which nothing bounds", todo)
    yield from _shared_steps(machine, file)
    yield from _unfilled(file)


def _governed(located: Located, task: Task, file: MachineFile) -> Finding | None:
    if function_of(task) or machine_of(task) in file.opened:
        return None
    called = task.parameters.get("FunctionName", task.resource) if isinstance(task.parameters, dict) else task.resource
    what = f"it calls {called}, which is neither the gate nor a reasoner nor the recorder: nobody governs that"
    return file.at(located, "ungoverned-act", what, "Make it a tool of the charter, and let the gate govern it")


def _awaited(located: Located, task: Task, file: MachineFile) -> Finding | None:
    if function_of(task) is not Function.GATE or task.resource == WAIT_FOR_TOKEN:
        return None
    what = "it calls the gate and goes on before the gate has answered"
    return file.at(located, "gate-not-awaited", what, f"Make its Resource {WAIT_FOR_TOKEN}")


def _comes_back(located: Located, task: Task, file: MachineFile) -> Finding | None:
    if machine_of(task) is None:
        return None
    taken = ["all of it"] if task.result_selector is None else [*_paths(task.result_selector)]
    beside = [path for path in taken if path not in _COMES_BACK]
    if not beside:
        return None
    what = f"of what comes back from the run it takes {beside[0]}, which nobody governs"
    return file.at(located, "ungoverned-answer", what, f"Give it a ResultSelector of {', '.join(sorted(_COMES_BACK))} only")


def _paths(selector: Json) -> Iterator[Json]:
    """What a selector takes; a constant takes nothing."""
    for name, value in selector.items() if isinstance(selector, dict) else ():
        if name.endswith(".$"):
            yield value
        else:
            yield from _paths(value)


def _keeps_token(located: Located, task: Task, file: MachineFile) -> Finding | None:
    alone = function_of(task) is not Function.GATE and task.resource == WAIT_FOR_TOKEN
    if not alone and not hands_out_token(task):
        return None
    what = "it hands a task token to somebody other than the gate, who could answer in its place"
    return file.at(located, "token-given-away", what, 'Pass the token on as the gate\'s "task_token.$" only')


def _timed(located: Located, task: Task, file: MachineFile) -> Finding | None:
    if task.timeout_seconds is not None:
        return None
    chosen = "its time limit comes from the data, which nothing bounds" if task.timeout_seconds_path else "it may take for ever"
    return file.at(located, "no-timeout", chosen, "Give it TimeoutSeconds")


def _whole_intent(located: Located, task: Task, file: MachineFile) -> Finding | None:
    if function_of(task) is not Function.GATE:
        return None
    given = {name.removesuffix(".$") for name in intent_of(task) or {}}
    missing = [name for name in _INTENT if name not in given]
    if not missing:
        return None
    return file.at(located, "incomplete-intent", f"its intent lacks {', '.join(missing)}", "Give the gate the whole intent")


def _known_tool(located: Located, task: Task, file: MachineFile) -> Finding | None:
    tool = tool_of(task)
    if tool is None or tool in file.tools:
        return None
    whose = f"the agent '{file.agent}'" if file.agent and tool in file.charter.tools else "the charter"
    return file.at(located, "unknown-tool", f"it governs {tool}, which {whose} does not have", "Name a tool of the agent")


def _fitting_payload(located: Located, task: Task, file: MachineFile) -> Finding | None:
    tool, payload = tool_of(task), (intent_of(task) or {}).get("payload")
    if tool is None or not isinstance(payload, dict):
        return None
    fields = file.payloads[tool].model_fields
    given = {name.removesuffix(".$") for name in payload}
    missing = [name for name, field in fields.items() if field.is_required() and name not in given]
    wrong = [f"lacks {name}" for name in missing] + [f"has {name}, which is no field" for name in sorted(given - fields.keys())]
    if not wrong:
        return None
    what = f"the payload that it makes for {tool} {wrong[0]}, so the gate would always refuse it"
    return file.at(located, "payload-that-never-fits", what, f"Make it as {file.payloads[tool].__name__} says")


def _tells_its_tree(located: Located, task: Task, file: MachineFile) -> Finding | None:
    told = payload_of(task).get("asked_by.$")
    if function_of(task) is not Function.REASONER or not file.charter.draws_on_trees or told in _ASKED_BY:
        return None
    what = "it lets a model reason without saying which runs asked for this one, so that nothing would be drawn from their tree"
    return file.at(located, "tree-untold", what, 'Give the reasoner "asked_by.$": "$.asked_by"')


_CHECKS: tuple[_Check, ...] = (
    *(_governed, _awaited, _comes_back, _keeps_token, _timed),
    *(_whole_intent, _known_tool, _fitting_payload, _tells_its_tree),
)


def _unfilled(file: MachineFile) -> Iterator[Finding]:
    """What nobody fills in is deployed as it is written."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        for name in _OPEN.findall(line):
            if name not in _FILLED | file.pauses.keys() | file.opened.keys():
                what, todo = f"nobody fills in {name}", "Name one of the stacks', or a pause of the workflow in its charter"
                yield Finding(file=file.name, line=number, rule="unknown-substitution", what=what, todo=todo)


def _shared_steps(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    """An action is known by its step: the second of two would be answered with the receipt of the first."""
    named: dict[str, list[Located]] = defaultdict(list)
    for located, task in machine.tasks():
        intent: JsonObject = intent_of(task) or {}
        if isinstance(intent.get("step"), str):
            named[str(intent["step"])].append(located)
    for step, (first, *others) in named.items():
        for located in others:
            what = f"its step is '{step}', as that of {first.name}: for the same payload it would get that one's receipt, and do nothing"
            yield file.at(located, "shared-step", what, "Give each acting state a step of its own")
