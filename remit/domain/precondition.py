"""What has to be complete in a run before a tool may act, and whether it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from remit.domain.errors import PreconditionRunning, PreconditionUnmet, Reason
from remit.domain.history import History, Step
from remit.domain.identifiers import ToolName
from remit.domain.model import Json, JsonObject, Model


def _scalar(value: object) -> object:
    if not isinstance(value, bool | int | str):
        raise PydanticCustomError("scalar", "Input should be a text, a whole number, true or false")
    return value


Scalar = Annotated[bool | int | str, BeforeValidator(_scalar)]


class Requirement(Model):
    """`times` completed actions of `tool` in the same run, the latest of them, no older than `within_seconds`.

    `outcome` is what their read-backs have to say, field by field. `same` makes them about the same subject: a field of this tool's
    payload, and the field of theirs that has to be equal.
    """

    tool: ToolName
    outcome: dict[str, Scalar] = Field(default_factory=dict)
    same: dict[str, str] = Field(default_factory=dict)
    times: Annotated[int, Field(ge=1, le=10)] = 1
    within_seconds: Annotated[int, Field(ge=1, le=366 * 86_400)] | None = None

    def concerns(self, step: Step, payload: JsonObject) -> bool:
        """Whether the step is one of the required tool, about the subject of this payload."""
        return step.tool == self.tool and all(equal(payload.get(own), step.payload.get(theirs)) for own, theirs in self.same.items())


def check(requirements: Iterable[Requirement], payload: JsonObject, history: History) -> None:
    """Raises PreconditionRunning while a required step is not over, and PreconditionUnmet if one is missing."""
    requirements = tuple(requirements)
    for requirement in requirements:
        _check_over(requirement, payload, history)
    for requirement in requirements:
        _check_met(requirement, payload, history)


def cycle(requires: Mapping[str, Sequence[Requirement]], start: str) -> tuple[str, ...]:
    """The tools by which one requires itself in the end, first and last the same; empty if it does not."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    ahead = [start]
    while ahead:
        tool = ahead.pop(0)
        for requirement in requires.get(tool, ()):
            if requirement.tool == start:
                return (*ways[tool], start)
            if requirement.tool not in ways:
                ways[requirement.tool] = (*ways[tool], requirement.tool)
                ahead.append(requirement.tool)
    return ()


def equal(one: Json, other: Json) -> bool:
    """Whether two values are the same in JSON, where true is not 1. What is not there equals nothing."""
    return one is not None and type(one) is type(other) and one == other


def _check_over(requirement: Requirement, payload: JsonObject, history: History) -> None:
    for step in history.steps:
        if step.running and requirement.concerns(step, payload):
            raise PreconditionRunning(f"{requirement.tool} has begun in this run and is not over yet: wait for it, and ask again.")


def _check_met(requirement: Requirement, payload: JsonObject, history: History) -> None:
    done = [step for step in history.done if requirement.concerns(step, payload)]
    # One that says otherwise takes away what was said before it.
    contrary = max((index for index, step in enumerate(done) if not _says(requirement, step)), default=-1)
    fitting = [step for step in done[contrary + 1 :] if _fresh(requirement, step, history)]
    if len(fitting) < requirement.times:
        raise _unmet(requirement, _lack(requirement, done, contrary, len(fitting)))


def _says(requirement: Requirement, step: Step) -> bool:
    return all(equal(step.observed.get(field), wanted) for field, wanted in requirement.outcome.items())


def _fresh(requirement: Requirement, step: Step, history: History) -> bool:
    if requirement.within_seconds is None:
        return True
    return step.done_at is not None and history.as_of - step.done_at <= timedelta(seconds=requirement.within_seconds)


def _lack(requirement: Requirement, done: Sequence[Step], contrary: int, fitting: int) -> str:
    if contrary == len(done) - 1 and done:
        said = ", ".join(f"{field} = {_word(done[-1].observed.get(field))}" for field in requirement.outcome)
        return f"the last one says {said}"
    stale = len(done) - contrary - 1 - fitting
    late = f", and {stale} too long ago" if stale else ""
    return f"there is {fitting or 'none'}{late}"


def _unmet(requirement: Requirement, lack: str) -> PreconditionUnmet:
    why = f"{requirement.tool} has to be complete before this{_terms(requirement)}; in this run {lack}."
    return PreconditionUnmet(why, (Reason(policy=f"requires.{requirement.tool}", reason=why),))


def _terms(requirement: Requirement) -> str:
    terms = [f"{requirement.times} times"] if requirement.times > 1 else []
    terms += [f"with {field} = {_word(value)}" for field, value in requirement.outcome.items()]
    terms += [f"for the same {field}" for field in requirement.same]
    terms += [f"at most {requirement.within_seconds} seconds ago"] if requirement.within_seconds else []
    return f" ({', '.join(terms)})" if terms else ""


def _word(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
