"""Deliver what an agent may say to another: in the ledger with its cause, and as the first entry of the run that it opens."""

from dataclasses import dataclass

from remit.delegation_ports import UseDelegation
from remit.domain.charter import Charter
from remit.domain.decision import Decision
from remit.domain.delegation import named
from remit.domain.intent import Intent
from remit.domain.ledger import Draft, Kind, chain
from remit.domain.message import Ancestor, Envelope, MessageSpec, child_run, opening_of, start_of
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt, Verification
from remit.record_ports import Change, OpenRun
from remit.usecases.judge import Judge


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its ledger entry, what has to change with it, and what its sender gets for a receipt."""

    draft: Draft
    changes: tuple[Change, ...]
    receipt: Receipt


def said_by(intent: Intent, decision: Decision, judge: Judge) -> Said:
    """The message that the decision allows. Nobody but the gate delivers it, so there is nothing to read back."""
    spec = judge.charter.tools[intent.tool].message
    if spec is None:
        raise ValueError(f"{intent.tool} is no message")
    envelope, ancestors = _envelope(intent, decision, spec), _ancestors(intent, decision, judge)
    sent: JsonObject = {"key": intent.key, "run": intent.run, **envelope.model_dump(mode="json")}
    return Said(
        draft=Draft(kind=Kind.MESSAGE_SENT, body=sent),
        changes=() if spec.opens is None else _opening(envelope, spec.opens, intent, ancestors, judge),
        receipt=_receipt(envelope, intent, ancestors, judge.charter),
    )


def _envelope(intent: Intent, decision: Decision, spec: MessageSpec) -> Envelope:
    return Envelope(
        message=intent.key,
        kind=intent.tool,
        sender=intent.agent,
        to=spec.to,
        content=intent.payload,
        labels=decision.carried.labels,
        cause=decision.lineage.message if decision.lineage else None,
        opened=child_run(intent) if spec.opens else None,
    )


def _ancestors(intent: Intent, decision: Decision, judge: Judge) -> tuple[Ancestor, ...]:
    """Who asked for the run that the message opens: the sender, and whoever asked them."""
    asked_by = decision.lineage.ancestors if decision.lineage else ()
    controller = judge.charter.agents[intent.agent].mode == "controller"
    return (*asked_by, Ancestor(run=intent.run, agent=intent.agent, controller=controller))


def _opening(envelope: Envelope, workflow: str, intent: Intent, ancestors: tuple[Ancestor, ...], judge: Judge) -> tuple[Change, ...]:
    """The recipient's run, and its use of the delegation: whoever revokes that finds the run."""
    draft = opening_of(envelope, workflow, judge.charter.domain, intent, ancestors)
    (entry,) = chain(child_run(intent), None, [draft], judge.clock.now())
    if intent.delegator is None:
        return (OpenRun(entry=entry),)
    return OpenRun(entry=entry), UseDelegation(delegation=named(intent.delegator), run=entry.run, workflow=workflow)


def _receipt(envelope: Envelope, intent: Intent, ancestors: tuple[Ancestor, ...], charter: Charter) -> Receipt:
    observed: JsonObject = {"message": envelope.message, "to": envelope.to}
    if envelope.opened is not None:
        observed |= {"run": envelope.opened, "start": start_of(envelope, intent, ancestors)}
    gate = f"gate/{charter.domain}"
    return Receipt(
        warrant=intent.key, executed_as=gate, read_back_as=gate, verification=Verification.MATCH, expected=observed, observed=observed
    )
