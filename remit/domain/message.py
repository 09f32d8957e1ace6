"""What one agent says to another, and the run that it opens: the only channel between agents, and each message a governed action."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, ValidationError

from remit.domain.canonical import digest
from remit.domain.errors import Denied, Reason
from remit.domain.history import Caller, History
from remit.domain.identifiers import Name
from remit.domain.intent import Intent
from remit.domain.labels import UNKNOWN, Labels
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject, Model

# An agent asks one that asks one that …: no further.
DEEPEST = 5


class MessageSpec(Model):
    """A tool that says something to another agent. One that `opens` a workflow asks it of whoever reasons there, in a run of their own; one
    that opens none answers whoever asked."""

    to: Name
    opens: Name | None = None


class Ancestor(Model):
    """A run that a run was asked for by, and whose it is. A controller starts what it may not do itself."""

    run: str
    agent: str
    controller: bool = False


class Lineage(Model):
    """Where a run comes from: who asked for it, the outermost first; by which message, and what that carries."""

    ancestors: Annotated[tuple[Ancestor, ...], Field(min_length=1)]
    message: str
    labels: Labels

    @property
    def root(self) -> str:
        """The run that the whole tree began with."""
        return self.ancestors[0].run

    @property
    def asker(self) -> Ancestor:
        return self.ancestors[-1]


class Envelope(Model):
    """A message as it is delivered: the content is the payload that the gate has checked, the labels are those that the sender's run worked
    under. `cause` is the message that the sender's run began with, `opened` the run that this one begins."""

    message: str
    kind: str
    sender: str
    to: str
    content: JsonObject
    labels: Labels
    cause: str | None = None
    opened: str | None = None


def lineage_of(opening: JsonObject) -> Lineage | None:
    """By how a run was opened; None for one that nobody asked for. What cannot be read may be anybody's: raises Denied."""
    if "lineage" not in opening:
        return None
    try:
        return Lineage.model_validate(opening["lineage"])
    except ValidationError as error:
        why = "The run's record does not say whole who asked for it."
        raise Denied(why, (Reason(policy="run.record", reason=why),)) from error


def labels_of(opening: JsonObject) -> Labels | None:
    """What the message carries that a run was opened by."""
    if "lineage" not in opening:
        return None
    try:
        return Lineage.model_validate(opening["lineage"]).labels
    except ValidationError:
        return UNKNOWN


def narrowing(lineage: Lineage | None) -> tuple[str, ...]:
    """The agents that have to be allowed what a run does besides the one that does it: whoever asked for it, but for controllers."""
    return () if lineage is None else tuple(dict.fromkeys(each.agent for each in lineage.ancestors if not each.controller))


def check_message(spec: MessageSpec, intent: Intent, history: History, lineage: Lineage | None) -> None:
    """Raises Denied for an answer to somebody who did not ask, for a question that goes in a circle or too deep, or for a repetition."""
    if spec.opens is not None and "intent" in history.opening:
        raise _denied("message.unawaited", "Only a workflow that waits for the answer can ask.")
    if spec.opens is None and (lineage is None or lineage.asker.agent != spec.to):
        raise _denied("message.addressee", f"This run was not asked for by '{spec.to}', so there is nothing to answer them.")
    asked_by = () if lineage is None else lineage.ancestors
    if spec.opens is not None and spec.to in {intent.agent, *(each.agent for each in asked_by)}:
        raise _denied("message.loop", f"Agent '{spec.to}' waits for the answer that this would ask of them: it would go in a circle.")
    if spec.opens is not None and len(asked_by) >= DEEPEST:
        raise _denied("message.depth", f"A question is passed on {DEEPEST} times at most.")
    if any(step.key != intent.key and step.tool == intent.tool and step.payload == intent.payload for step in history.done):
        raise _denied("message.repeated", "The very same was said in this run before: saying it again brings nothing new.")


def child_run(intent: Intent) -> str:
    """The run that a message opens: one for each message, whoever delivers it."""
    return f"run-{digest([intent.run, intent.key])[:32]}"


def opening_of(envelope: Envelope, workflow: str, domain: str, intent: Intent, ancestors: Sequence[Ancestor]) -> Draft:
    """The first entry of the run that a message opens: in the name of the caller of the run it comes from."""
    lineage = Lineage(ancestors=tuple(ancestors), message=envelope.message, labels=envelope.labels)
    caller = Caller(requester=intent.requester, delegator=intent.delegator)
    body: JsonObject = {"workflow": workflow, "domain": domain, **caller.model_dump(mode="json"), "agent": envelope.to}
    return Draft(kind=Kind.RUN_STARTED, body={**body, "input": heard(envelope), "lineage": lineage.model_dump(mode="json")})


def start_of(envelope: Envelope, intent: Intent, ancestors: Sequence[Ancestor]) -> JsonObject:
    """What the machine of that run is started with."""
    asked_by: list[JsonObject] = [each.model_dump(mode="json") for each in ancestors]
    caller = Caller(requester=intent.requester, delegator=intent.delegator).model_dump(mode="json")
    blank: JsonObject = {"attempt": 1, "reasoning": {"conversation": []}, "refusal": None, "receipt": None}
    return {"run": envelope.opened, **caller, "agent": envelope.to, "input": heard(envelope), "asked_by": [*asked_by], **blank}


def heard(envelope: Envelope) -> JsonObject:
    """What the recipient's model is told of a message."""
    return {"from": envelope.sender, "kind": envelope.kind, "content": envelope.content}


def _denied(policy: str, why: str) -> Denied:
    return Denied(why, (Reason(policy=policy, reason=why),))
