"""What callers send and get."""

from typing import Annotated

from pydantic import Field

from remit.domain.errors import RemitError
from remit.domain.model import JsonObject, Model
from remit.usecases.runs import RunView

Given = Annotated[str, Field(min_length=1, max_length=100)]


class StartRun(Model):
    workflow: Given
    input: JsonObject


class AskForAction(Model):
    """One governed action, for an agent that runs elsewhere."""

    agent: Given
    tool: Given
    payload: JsonObject


def run_body(seen: RunView) -> JsonObject:
    """GET /runs/{run}."""
    entries: list[JsonObject] = [entry.model_dump(mode="json") for entry in seen.entries]
    return {"run": seen.run, "workflow": seen.workflow, "status": seen.state.status, "outcome": seen.state.output, "entries": [*entries]}


def action_body(seen: RunView) -> JsonObject:
    """POST /intents: the outcome, or the question that a human has yet to answer."""
    question = seen.question
    if seen.state.output is not None:
        return {"run": seen.run, **seen.state.output}
    if seen.state.status != "RUNNING":
        return {"run": seen.run, "outcome": "FAILED", "error": "Remit.Unavailable", "message": f"The run {seen.state.status.lower()}."}
    if question is not None:
        return {"run": seen.run, "outcome": "WAITING", **{name: question[name] for name in ("approval", "route", "reasons", "expires_at")}}
    return {"run": seen.run, "outcome": "RUNNING"}


def error_body(error: RemitError) -> JsonObject:
    return {"error": error.code, "message": error.message, "reasons": [reason.model_dump(mode="json") for reason in error.reasons]}
