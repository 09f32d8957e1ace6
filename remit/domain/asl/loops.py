"""Loops: each has to pass a Choice that lets it go on only while a counter is small, and a state that counts.

A cycle is bounded by a counter if, wherever the cycle's component goes, the counter is kept or raised and nothing else, and no way leads
back to the Choice without raising it. What such a Choice lets pass is taken away, and the rest is looked at again: loops can be nested.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from remit.domain.asl.condition import ceilings, ceilings_of_the_rest, read_condition
from remit.domain.asl.document import INPUT, Document, Origin, parse_path
from remit.domain.asl.flow import after, after_error
from remit.domain.asl.machine import Located, Machine
from remit.domain.asl.states import Choice

_COUNTS = re.compile(r"States\.MathAdd\(\s*(\$[\w.]+)\s*,\s*[1-9][0-9]*\s*\)")
_UNTOUCHED = Document.of({(): Origin(INPUT)})


class _Edge(NamedTuple):
    """A way from one state to the next, the variables that are small on it, and what becomes of the data."""

    source: str
    target: str
    small: frozenset[str]
    data: Document


def unbounded_loops(machine: Machine) -> Iterator[tuple[str, ...]]:
    """For each loop that nothing bounds, its states in order, the first once more at the end."""
    edges = [edge for located in machine.states.values() for edge in _edges(located)]
    return _unbounded(edges)


def _unbounded(edges: Sequence[_Edge]) -> Iterator[tuple[str, ...]]:
    for component in _components(edges):
        inside = [edge for edge in edges if {edge.source, edge.target} <= component]
        bounding = _bounding(inside)
        if bounding:
            yield from _unbounded([edge for edge in inside if edge not in bounding])
        else:
            yield _cycle(inside)


def _bounding(inside: Sequence[_Edge]) -> list[_Edge]:
    """The ways on which some counter is small, and to which no way leads back without raising it."""
    return [edge for edge in inside if any(_counts_down(edge, counter, inside) for counter in edge.small)]


def _counts_down(edge: _Edge, counter: str, inside: Sequence[_Edge]) -> bool:
    changes = {each: _change(each, counter) for each in inside}
    idle = [each for each, change in changes.items() if change == "kept"]
    return "lost" not in changes.values() and edge.source not in _reached(edge.target, idle) and changes[edge] == "kept"


def _change(edge: _Edge, counter: str) -> str:
    path = parse_path(counter)
    origin = None if path is None else edge.data.origin(path)
    if origin == Origin(INPUT, path or ()):
        return "kept"
    counted = _COUNTS.fullmatch(str(origin.path[-1])) if origin and origin.made_by == edge.source and origin.path else None
    return "raised" if counted and counted[1] == counter else "lost"


def _edges(located: Located) -> Iterator[_Edge]:
    data = after(located, _UNTOUCHED)
    state, name = located.state, located.name
    if isinstance(state, Choice):
        rules = [read_condition(rule) for rule in state.choices]
        yield from (_Edge(name, str(rule["Next"]), ceilings(read), data) for rule, read in zip(state.choices, rules, strict=True))
        if state.default is not None:
            yield _Edge(name, state.default, ceilings_of_the_rest(rules), data)
    elif getattr(state, "next", None):
        yield _Edge(name, str(getattr(state, "next", "")), frozenset(), data)
    for catcher in getattr(state, "catch", ()):
        yield _Edge(name, catcher.next, frozenset(), after_error(located, catcher, _UNTOUCHED))


def _components(edges: Sequence[_Edge]) -> Iterator[frozenset[str]]:
    """The largest sets of states of which each can be reached from each other, by at least one way."""
    reached = {state: _reached(state, edges, itself=False) for edge in edges for state in (edge.source,)}
    cyclic = {state for state, others in reached.items() if state in others}
    found = {frozenset(each for each in cyclic if each in reached[state] and state in reached[each]) for state in cyclic}
    yield from sorted(found, key=min)


def _reached(start: str, edges: Sequence[_Edge], *, itself: bool = True) -> Collection[str]:
    found, ahead = ({start} if itself else set[str]()), [start]
    while ahead:
        here = ahead.pop()
        further = {edge.target for edge in edges if edge.source == here} - found
        found |= further
        ahead += further
    return found


def _cycle(inside: Sequence[_Edge]) -> tuple[str, ...]:
    """Some shortest way around, from the component's first state."""
    start = inside[0].source
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    ahead = [start]
    while ahead:
        here = ahead.pop(0)
        for edge in inside:
            if edge.source == here and edge.target == start:
                return (*ways[here], start)
            if edge.source == here and edge.target not in ways:
                ways[edge.target] = (*ways[here], edge.target)
                ahead.append(edge.target)
    return (start,)
