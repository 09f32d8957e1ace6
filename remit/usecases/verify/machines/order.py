"""All ways through a machine: every act in its run's name and after what its tool requires, every end recorded, every loop bounded."""

import json
from collections.abc import Iterator, Sequence

from remit.domain.asl.acts import Function, function_of, intent_of, machine_of, tool_of
from remit.domain.asl.document import CONTEXT, INPUT, Document, Origin, constant, filled
from remit.domain.asl.flow import part
from remit.domain.asl.graph import ways
from remit.domain.asl.loops import unbounded_loops
from remit.domain.asl.machine import Located, Machine
from remit.domain.asl.states import Fail, Succeed, Task
from remit.domain.asl.walk import Done, Point, TooManyWays, Visit, intent_at, walk
from remit.domain.finding import Finding
from remit.domain.precondition import Requirement
from remit.usecases.verify.machines.subject import MachineFile, way

_RUN = {Origin(INPUT, ("run",)), Origin(CONTEXT, ("$$", "Execution", "Name"))}


def disorder(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    loops = tuple(unbounded_loops(machine))
    for loop in loops:
        what = f"nothing bounds how often it goes round: {way(loop)}"
        todo = "Count in a Pass state with States.MathAdd, and let a Choice go on only while the count is small"
        yield file.at(machine.states[loop[0]], "unbounded-loop", what, todo)
    yield from _unrecorded(machine, file)
    if not loops:
        yield from _on_all_ways(machine, file)


def unproven(machine: Machine, file: MachineFile) -> Iterator[tuple[Located, Sequence[str]]]:
    """The states whose tool the file does not say, with the tools that require something and could be chosen there."""
    requiring = [tool for tool in file.tools if file.charter.tools[tool].requires]
    for located, task in machine.tasks():
        intent = intent_of(task)
        # What undoes requires nothing, and the gate lets it be chosen in no other way than to undo.
        if requiring and intent is not None and tool_of(task) is None and "undoes.$" not in intent:
            yield located, requiring


def _unrecorded(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    recorders = [located.name for located, task in machine.tasks() if function_of(task) is Function.RECORDER]
    for name, states in ways(machine, without=recorders).items():
        state = machine.states[name].state
        if isinstance(state, Succeed | Fail) or getattr(state, "end", False):
            what = f"the run can end here and nobody records how: {way(states)}"
            yield file.at(machine.states[name], "unrecorded-end", what, "Let every way to an end pass the recorder")
            return


def _on_all_ways(machine: Machine, file: MachineFile) -> Iterator[Finding]:
    required = {requirement.tool for tool in file.charter.tools.values() for requirement in tool.requires}
    try:
        visits = walk(machine, required, file.pauses)
    except TooManyWays:
        start = machine.states[machine.definition.start_at]
        yield file.at(start, "too-many-ways", "there are too many ways through the machine to prove anything of it", "Make it simpler")
        return
    seen = {visit.state for visit in visits}
    for located in machine.states.values():
        if located.name not in seen:
            yield file.at(located, "unreachable-state", "nothing ever leads here", "Lead to it, or remove it")
    yield from _first_of_each(machine, visits, file)


def _first_of_each(machine: Machine, visits: Sequence[Visit], file: MachineFile) -> Iterator[Finding]:
    """What is wrong with a state, shown on a shortest way on which it is."""
    faulty: set[str] = set()
    for visit in visits:
        located = machine.states[visit.state]
        task = located.state
        if isinstance(task, Task) and visit.state not in faulty:
            for finding in _findings(located, task, visit, machine, file):
                faulty.add(visit.state)
                yield finding
                break


def _findings(located: Located, task: Task, visit: Visit, machine: Machine, file: MachineFile) -> Iterator[Finding]:
    if function_of(task) is Function.GATE:
        yield from _in_whose_name(located, task, visit, file)
        yield from _before_its_turn(located, task, visit, file)
    if machine_of(task) is not None:
        yield from _not_asked_for(located, task, visit, machine, file)


def _not_asked_for(located: Located, task: Task, visit: Visit, machine: Machine, file: MachineFile) -> Iterator[Finding]:
    """A run begins as the message says that opened it: its name and its whole input are the gate's."""
    started = Document.of(filled(task.parameters, part(visit.point.document, task.input_path), located.name))
    name, given = started.origin(("Name",)), started.origin(("Input",))
    asking = machine.states.get(name.made_by) if name else None
    tool = tool_of(asking.state) if asking and isinstance(asking.state, Task) else None
    message = file.charter.tools[tool].message if tool else None
    opens = file.opened.get(str(machine_of(task)))
    by_message = message is not None and opens is not None and message.opens == opens
    if by_message and name and (name, given) == (Origin(name.made_by, ("observed", "run")), Origin(name.made_by, ("observed", "start"))):
        return
    what = f"it starts a run that no message of this way opened: {_shown(visit)}"
    todo = "Let the gate govern a message that opens the workflow, and hand on its observed.run as Name.$ and observed.start as Input.$"
    yield file.at(located, "run-not-asked-for", what, todo)


def _in_whose_name(located: Located, task: Task, visit: Visit, file: MachineFile) -> Iterator[Finding]:
    intent = intent_at(located.name, task, visit.point.document)
    agents = {Origin(INPUT, ("agent",))} | ({constant(file.agent)} if file.agent else set())
    told = [("run", _RUN), ("agent", agents), ("requester", {Origin(INPUT, ("requester",))})]
    # The gate undoes as nobody but the agent whose action it was.
    for field, allowed in told if intent.origin(("undoes",)) is None else (told[0], told[2]):
        if intent.origin((field,)) not in allowed:
            what = f"its {field} is not the one that the run was started with: {_shown(visit)}"
            yield file.at(located, "borrowed-identity", what, f'Hand the gate "{field}.$": "$.{field}" as the run\'s input has it')


def _before_its_turn(located: Located, task: Task, visit: Visit, file: MachineFile) -> Iterator[Finding]:
    tool = tool_of(task)
    if tool is None:
        return
    payload = intent_at(located.name, task, visit.point.document)
    for requirement in file.charter.tools[tool].requires:
        if lack := _lack(requirement, Done(located.name, tool, payload), visit.point):
            what = f"{tool} requires {requirement.tool}, and {lack}: {_shown(visit)}"
            yield file.at(located, "precondition-unproven", what, "Put the required step, and a Choice on what it says, on every way here")


def _lack(requirement: Requirement, act: Done, point: Point) -> str | None:
    """What is not certain of the requirement, if anything."""
    steps = [done for done in point.done if done.tool == requirement.tool]
    about = [done for done in steps if _same(requirement, act, done)]
    if len(about) < requirement.times:
        subject = f" for the same {', '.join(requirement.same)}" if steps and requirement.same else ""
        often = f" {requirement.times} times" if requirement.times > 1 else ""
        return f"this way does not complete it{often}{subject}"
    late = [done for done in about[-requirement.times :] if requirement.within_seconds and done.pause > requirement.within_seconds]
    if late:
        return f"{late[0].state} is followed by a pause of {late[0].pause} seconds, where {requirement.within_seconds} are the most"
    unsure = [
        (done, field) for done in about[-requirement.times :] for field in requirement.outcome if not _sure(requirement, done, field, point)
    ]
    if not unsure:
        return None
    done, field = unsure[0]
    return f"no Choice on this way makes sure that what {done.state} observed has {field} = {json.dumps(requirement.outcome[field])}"


def _sure(requirement: Requirement, done: Done, field: str, point: Point) -> bool:
    value = requirement.outcome[field]
    return (Origin(done.state, ("observed", field)), type(value).__name__, value) in point.known


def _same(requirement: Requirement, act: Done, done: Done) -> bool:
    for own, theirs in requirement.same.items():
        mine = act.payload.origin(("payload", own))
        if mine is None or mine != done.payload.origin((theirs,)):
            return False
    return True


def _shown(visit: Visit) -> str:
    return way((*visit.way, visit.state))
