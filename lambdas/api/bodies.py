"""What callers send and get."""

from typing import Annotated

from pydantic import Field

from remit.domain.action import failure_of
from remit.domain.errors import RemitError
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject, Model
from remit.domain.proportion import StatedScope
from remit.domain.trace import trace_of
from remit.prices import list_prices
from remit.usecases.agents import AgentView
from remit.usecases.runs import RunView
from remit.usecases.undo import UndoView

Given = Annotated[str, Field(min_length=1, max_length=100)]


class StartRun(Model):
    workflow: Given
    input: JsonObject


class AskAsAgent(Model):
    """One governed action, for the agent that the path names."""

    tool: Given
    payload: JsonObject
    scope: StatedScope | None = None


class AskForAction(AskAsAgent):
    """The same, for an agent that the body names."""

    agent: Given


class Because(Model):
    """Why an agent is stopped, or let go on."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Redact(Because):
    """Why what models were asked and answered is taken away; `call` is the entry of the one call that it is about."""

    call: Annotated[int, Field(ge=0)] | None = None


def agents_body(views: tuple[AgentView, ...]) -> JsonObject:
    """GET /agents."""
    listed: list[JsonObject] = [view.model_dump(mode="json") for view in views]
    return {"agents": [*listed]}


def run_body(seen: RunView) -> JsonObject:
    """GET /runs/{run}: how it stands, the run as one record, and the entries that it is told by."""
    entries: list[JsonObject] = [entry.model_dump(mode="json") for entry in seen.entries]
    trace: JsonObject = trace_of(seen.entries, list_prices()).model_dump(mode="json")
    stands: JsonObject = {"run": seen.run, "workflow": seen.workflow, "status": seen.state.status, "outcome": _outcome(seen)}
    return {**stands, "trace": trace, "entries": [*entries]}


def action_body(seen: RunView, poll: str) -> JsonObject:
    """What came of an action, or the question that a human has yet to answer, and where to ask again: relative to the address of the
    request, whatever name the API has for its caller."""
    outcome, question = _outcome(seen), seen.question
    if outcome is not None:
        return {"run": seen.run, **outcome}
    if question is not None:
        asked = {name: question[name] for name in ("approval", "route", "reasons", "expires_at")}
        return {"run": seen.run, "outcome": "WAITING", "poll": poll, **asked}
    return {"run": seen.run, "outcome": "RUNNING", "poll": poll}


def undo_body(seen: UndoView) -> JsonObject:
    """POST and GET /runs/{run}/undo."""
    steps: list[JsonObject] = [step.model_dump(mode="json", exclude={"undo"}) for step in seen.steps]
    attempt = seen.attempt
    last: JsonObject | None = None
    if attempt is not None:
        last = {"run": attempt.run, "status": attempt.state.status, "outcome": _outcome(attempt), "question": attempt.question}
    return {"run": seen.run, "attempt": last, "steps": [*steps]}


def error_body(error: RemitError) -> JsonObject:
    return failure_of(error).model_dump(mode="json")


def _outcome(seen: RunView) -> JsonObject | None:
    """What came of it, as the recorder told the machine; None while it runs."""
    state = seen.state
    if state.status == "RUNNING" or state.output is not None:
        return state.output
    nothing: JsonObject = {"reasons": [], "receipt": None, "say": None}
    for end in (entry.body for entry in seen.entries if entry.kind is Kind.RUN_FINISHED):
        # It was stopped from outside, which its machine cannot tell.
        return {**end, **nothing}
    error = state.error or f"States.{state.status}"
    return {"outcome": "FAILED", "error": error, "message": state.cause, **nothing}
