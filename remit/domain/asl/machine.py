"""A machine out of its file: every state by its name, in its scope, with its line."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from remit.domain.asl.condition import read_condition
from remit.domain.asl.source import AslError, Place, Source
from remit.domain.asl.states import Choice, Definition, Map, Parallel, Pass, Scope, State, Task, Wait

_LONGEST_NAME = 80
_TYPES = {"Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Map", "Parallel"}
_WORDS = {
    "extra_forbidden": "it is no field that is known here",
    "missing": "it is missing",
    "model_type": "it is no object",
    "model_attributes_type": "it is no object",
    "too_short": "there has to be at least one",
    "union_tag_not_found": "the state has no Type",
}


@dataclass(frozen=True, slots=True)
class Located:
    """A state, with the line that it begins on, the scope that it is in, and the Map or Parallel around that, if any."""

    name: str
    state: State
    line: int
    scope: Scope
    around: str | None

    @property
    def following(self) -> Iterator[tuple[str, str]]:
        """(field, name) of every state that this one can lead to."""
        for field, name in (("Next", getattr(self.state, "next", None)), ("Default", getattr(self.state, "default", None))):
            if name is not None:
                yield field, name
        yield from (("Catch", catcher.next) for catcher in getattr(self.state, "catch", ()))
        if isinstance(self.state, Choice):
            yield from (("Choices", str(rule.get("Next"))) for rule in self.state.choices)


@dataclass(frozen=True, slots=True)
class Machine:
    definition: Definition
    states: dict[str, Located]

    def tasks(self) -> Iterator[tuple[Located, Task]]:
        return ((located, located.state) for located in self.states.values() if isinstance(located.state, Task))

    def scopes(self) -> Iterator[Scope]:
        """The machine's own, and every one inside a Map or Parallel."""
        return iter({id(located.scope): located.scope for located in self.states.values()}.values())


def read_machine(text: str) -> Machine:
    """Raises AslError with the line and a sentence if it is no JSON, or no state machine in which every name leads somewhere."""
    source = Source(text)
    try:
        definition = Definition.model_validate(source.data)
    except ValidationError as error:
        raise _invalid(source, error.errors(include_url=False)[0]) from error
    states: dict[str, Located] = {}
    for place, located in _located(definition, (), None, source):
        if located.name in states:
            raise AslError(located.line, f"the state '{located.name}' is there twice: on line {states[located.name].line} too")
        _check(place, located, source)
        states[located.name] = located
    return Machine(definition, states)


def _located(scope: Scope, place: Place, around: str | None, source: Source) -> Iterator[tuple[Place, Located]]:
    if scope.start_at not in scope.states:
        raise AslError(source.line((*place, "StartAt")), f"StartAt names '{scope.start_at}', which is no state here")
    for name, state in scope.states.items():
        here = (*place, "States", name)
        yield here, Located(name, state, source.line(here), scope, around)
        if isinstance(state, Map):
            yield from _located(state.item_processor, (*here, "ItemProcessor"), name, source)
        if isinstance(state, Parallel):
            for index, branch in enumerate(state.branches):
                yield from _located(branch, (*here, "Branches", index), name, source)


def _check(place: Place, located: Located, source: Source) -> None:
    name, state = located.name, located.state
    if len(name) > _LONGEST_NAME:
        raise AslError(located.line, f"the state's name '{name}' is longer than {_LONGEST_NAME} characters")
    for field, target in located.following:
        if target not in located.scope.states:
            raise AslError(source.line((*place, field)), f"{name} leads to '{target}' by its {field}, which is no state here")
    if isinstance(state, Choice):
        _check_rules(place, state, source)
    if isinstance(state, Task | Pass | Wait | Map | Parallel) and (state.next is None) != state.end:
        raise AslError(located.line, f'{name} has to have either a Next or "End": true')


def _check_rules(place: Place, choice: Choice, source: Source) -> None:
    for index, rule in enumerate(choice.choices):
        try:
            read_condition(rule)
        except ValueError as error:
            raise AslError(source.line((*place, "Choices", index)), f"{place[-1]}.Choices.{index}: {error}") from error


def _invalid(source: Source, detail: ErrorDetails) -> AslError:
    """The first thing that is wrong, in words. Pydantic puts a state's type into the way to it, which the file has not."""
    place = tuple(part for index, part in enumerate(detail["loc"]) if not _is_type(detail["loc"], index))
    where = ".".join(map(str, place[1:] if place[:1] == ("States",) and place[1:] else place))
    if detail["type"] == "union_tag_invalid":
        problem = f"'{detail.get('ctx', {}).get('tag')}' is no type of state"
    else:
        problem = _WORDS.get(detail["type"], detail["msg"])
    return AslError(source.line(place), f"{where or 'the machine'}: {problem}")


def _is_type(place: Place, index: int) -> bool:
    """Whether this part is the tag of a state: it stands where a field is looked for, two after States."""
    return index > 1 and place[index - 2] == "States" and place[index] in _TYPES
