"""Every way through a machine: with what it can arrive at each state, and which actions it has certainly completed by then.

The states of the machine are explored with all that matters of their data, as a model checker does (Clarke, Grumberg and Peled,
Model Checking, 1999). So what holds at every visit of a state holds on every path to it, and a visit at which it does not hold is a
path that shows why.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from remit.domain.asl.acts import intent_of, tool_of
from remit.domain.asl.condition import equalities, read_condition
from remit.domain.asl.document import INPUT, Document, Origin, filled, parse_path
from remit.domain.asl.flow import Parts, after, after_error, part
from remit.domain.asl.machine import Located, Machine
from remit.domain.asl.states import Choice, Fail, Map, Parallel, Scope, State, Task, Wait
from remit.domain.model import Json

_MOST_VISITS = 20_000
Known = tuple[Origin, str, Json]


class TooManyWays(Exception):
    """There are more ways through the machine than can be looked at."""


class Done(NamedTuple):
    """An action that was completed in a state: the tool, where its payload came from, and the longest pause since, in seconds."""

    state: str
    tool: str
    payload: Document
    pause: int = 0


class Point(NamedTuple):
    """What is certain at one moment: the data, the actions done so far in their order, and values that a Choice has made sure of."""

    document: Document
    done: tuple[Done, ...] = ()
    known: frozenset[Known] = frozenset()


class Visit(NamedTuple):
    """An arrival at a state, by the states before it."""

    state: str
    point: Point
    way: tuple[str, ...] = ()


def walk(machine: Machine, required: Collection[str], pauses: Mapping[str, int]) -> tuple[Visit, ...]:
    """Every visit, with what is required somewhere: other actions are not kept in mind. `pauses` are the seconds that a Wait state takes
    from the deployment, by their names in the file. Raises TooManyWays."""
    walker = _Walker(machine, required, pauses)
    begin = Visit(machine.definition.start_at, Point(Document.of({(): Origin(INPUT)})))
    walker.explore(begin)
    return tuple(walker.visits)


class _Walker:
    def __init__(self, machine: Machine, required: Collection[str], pauses: Mapping[str, int]) -> None:
        self._states, self._required, self._pauses = machine.states, required, pauses
        self.visits: list[Visit] = []

    def explore(self, begin: Visit) -> list[Point]:
        """Visit everything that can be reached in the scope; what holds at each of its ends."""
        ahead, seen, ends = deque([begin]), set[tuple[str, Point]](), list[Point]()
        while ahead:
            visit = ahead.popleft()
            if visit[:2] in seen:
                continue
            seen.add((visit.state, visit.point))
            self._note(visit)
            for target, point, step in self._onward(visit):
                if target is None:
                    ends.append(point)
                else:
                    ahead.append(Visit(target, point, (*visit.way, step)))
        return ends

    def _note(self, visit: Visit) -> None:
        if len(self.visits) >= _MOST_VISITS:
            raise TooManyWays
        self.visits.append(visit)

    def _onward(self, visit: Visit) -> Iterator[tuple[str | None, Point, str]]:
        """(next state or none, what holds there, how this step is called in the way)."""
        located, point = self._states[visit.state], visit.point
        state = located.state
        if isinstance(state, Fail):
            return
        if isinstance(state, Choice):
            yield from self._chosen(located, state, point)
            return
        for result in self._results(visit, located):
            yield getattr(state, "next", None), result, visit.state
        for catcher in getattr(state, "catch", ()):
            forgotten = _forget(point, visit.state)._replace(document=after_error(located, catcher, point.document))
            yield catcher.next, forgotten, f"{visit.state} (caught)"

    def _chosen(self, located: Located, choice: Choice, point: Point) -> Iterator[tuple[str | None, Point, str]]:
        given, document = part(point.document, choice.input_path), after(located, point.document)
        for rule in choice.choices:
            seen = {(_origin_of(variable, given, point), kind, value) for variable, kind, value in equalities(read_condition(rule))}
            known = point.known | {(origin, kind, value) for origin, kind, value in seen if origin is not None}
            yield str(rule["Next"]), Point(document, point.done, frozenset(known)), located.name
        if choice.default is not None:
            yield choice.default, point._replace(document=document), located.name

    def _results(self, visit: Visit, located: Located) -> Iterator[Point]:
        """What holds after the state did its work: several, if branches can end differently."""
        state, point = located.state, _forget(visit.point, visit.state)
        if isinstance(state, Map):
            self._explore_items(state, visit, point)
        if isinstance(state, Parallel):
            yield from self._joined(state, visit, located, point)
        else:
            done = (*self._aged(state, point.done), *self._done(located, point.document))
            yield Point(after(located, point.document), done, point.known)

    def _explore_items(self, state: Map, visit: Visit, point: Point) -> None:
        document = part(point.document, state.input_path)
        item: Parts = {(): Origin(visit.state, ("(item)",))}
        selected = item if state.item_selector is None else filled(state.item_selector, document, visit.state)
        self._enter(state.item_processor, visit, point._replace(document=Document.of(selected)))

    def _joined(self, state: Parallel, visit: Visit, located: Located, point: Point) -> Iterator[Point]:
        """Every branch has come to one of its ends, so what each of them did is done."""
        document = part(point.document, state.input_path)
        given = document if state.parameters is None else Document.of(filled(state.parameters, document, visit.state))
        ends = [dict.fromkeys(self._enter(branch, visit, point._replace(document=given))) for branch in state.branches]
        for combination in product(*ends):
            result = {(index, *path): origin for index, end in enumerate(combination) for path, origin in end.document.parts}
            known = point.known.union(*(end.known for end in combination))
            yield Point(after(located, point.document, {(): None, **result}), _together(point, combination), known)

    def _enter(self, scope: Scope, visit: Visit, point: Point) -> list[Point]:
        return self.explore(Visit(scope.start_at, point, (*visit.way, visit.state)))

    def _aged(self, state: State, done: tuple[Done, ...]) -> Iterator[Done]:
        seconds = state.seconds if isinstance(state, Wait) else None
        pause = self._pauses.get(seconds, 0) if isinstance(seconds, str) else seconds or 0
        return (each._replace(pause=max(each.pause, pause)) for each in done)

    def _done(self, located: Located, document: Document) -> Iterator[Done]:
        """What the state itself has now completed, if that is required somewhere."""
        task = located.state
        tool = tool_of(task) if isinstance(task, Task) else None
        if isinstance(task, Task) and tool is not None and tool in self._required:
            yield Done(located.name, tool, Document.of(intent_at(located.name, task, document).below(("payload",))))


def intent_at(state: str, task: Task, document: Document) -> Document:
    """The intent that the task puts to the gate when it gets this data."""
    return Document.of(filled(intent_of(task), part(document, task.input_path), state))


def _origin_of(variable: str, document: Document, point: Point) -> Origin | None:
    path = parse_path(variable)
    origin = None if path is None else document.origin(path)
    # Only what a required action said can ever be asked for.
    return origin if origin and any(done.state == origin.made_by for done in point.done) else None


def _together(before: Point, ends: Iterable[Point]) -> tuple[Done, ...]:
    """Each action once, in the order of the branches, with the longest pause that any of them made since."""
    done = {each.state: each for each in before.done}
    for each in (each for end in ends for each in end.done):
        known = done.get(each.state, each)
        done[each.state] = known._replace(pause=max(known.pause, each.pause))
    return tuple(done.values())


def _forget(point: Point, state: str) -> Point:
    """What is no longer certain when the state does its work once more."""
    done = tuple(each._replace(payload=each.payload.forget(state)) for each in point.done if each.state != state)
    known = frozenset(each for each in point.known if each[0].made_by != state)
    return Point(point.document.forget(state), done, known)
