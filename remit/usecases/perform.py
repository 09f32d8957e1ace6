"""An executor's work: consume the warrant, act once under the agent's own role, read the outcome back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from remit.domain.action import failure_of
from remit.domain.errors import RemitError, Unavailable, WarrantRefused
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Payload, parse_payload
from remit.domain.warrant import Receipt, Verification, Warrant
from remit.ports import AgentIdentity, AgentSession, Clock, Performed, Spans, WarrantUses
from remit.toolkit import Tool, ToolContext, ToolFailed


class Order(Model):
    """What the gate sends: the warrant and the payload it was minted for."""

    warrant: Warrant
    payload: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What executing told: a clear refusal, or at most a hint; and how long it took."""

    refused: bool = False
    note: str = ""
    milliseconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorPorts:
    """One agent's executor: its tools, with the payload model of each, and nobody else's."""

    agent: str
    tools: Mapping[str, Tool[Any]]
    payloads: Mapping[str, type[Payload]]
    uses: WarrantUses
    identity: AgentIdentity
    clock: Clock
    spans: Spans


def attempt(event: JsonObject, ports: ExecutorPorts) -> Performed:
    """The executor's whole answer to whatever it was sent: a receipt, or a failure and nothing done by this call."""
    try:
        return Performed(receipt=perform(Order.model_validate(event), ports))
    except ValidationError:
        return Performed(failure=failure_of(WarrantRefused("An executor takes a warrant and a payload, and nothing else.")))
    except RemitError as error:
        return Performed(failure=failure_of(error))


def perform(order: Order, ports: ExecutorPorts) -> Receipt:
    """Act at most once per warrant. Raises WarrantRefused, InvalidPayload, or Unavailable while the outcome cannot be told."""
    warrant = order.warrant
    warrant.check(ports.agent, order.payload)
    if warrant.tool not in ports.tools:
        raise WarrantRefused(f"The executor of '{ports.agent}' does not carry '{warrant.tool}'.")
    payload = parse_payload(ports.payloads[warrant.tool], order.payload)
    session = ports.identity.assume(warrant)
    first = ports.uses.consume(warrant, ports.clock.now())
    return _do(ports.tools[warrant.tool], payload, session, warrant, ports.spans, first=first)


def _do(tool: Tool[Any], payload: Payload, session: AgentSession, warrant: Warrant, spans: Spans, *, first: bool) -> Receipt:
    effect = _act(tool, payload, session.context, warrant, spans) if first else Effect()
    expected = tool.expected(payload, session.context)
    with spans.span("verify", agent=warrant.agent, tool=warrant.tool) as looking:
        observed = _read_back(tool, payload, session.context)
    if observed is None and not effect.refused:
        raise Unavailable(f"{warrant.tool} was begun and its effect is not to be seen (yet). {effect.note}".strip())
    return Receipt(
        warrant=warrant.id,
        executed_as=session.arn,
        verification=Verification.MATCH if tool.matches(expected, observed) else Verification.DRIFT,
        expected=expected,
        observed=observed,
        note=effect.note,
        tool_ms=effect.milliseconds,
        read_back_ms=looking.milliseconds,
    )


def _act(tool: Tool[Any], payload: Payload, context: ToolContext, warrant: Warrant, spans: Spans) -> Effect:
    with spans.span("tool", agent=warrant.agent, tool=warrant.tool) as acting:
        effect = _execute(tool, payload, context)
        acting.note(outcome="refused" if effect.refused else "done")
    return replace(effect, milliseconds=acting.milliseconds)


def _execute(tool: Tool[Any], payload: Payload, context: ToolContext) -> Effect:
    try:
        tool.execute(payload, context)
    except ToolFailed as failure:
        return Effect(refused=True, note=str(failure))
    except Exception as error:  # noqa: BLE001 (whatever broke, only the read-back can tell now whether it was done)
        return Effect(note=f"{type(error).__name__}: {error}")
    return Effect()


def _read_back(tool: Tool[Any], payload: Payload, context: ToolContext) -> JsonObject | None:
    try:
        return tool.read_back(payload, context)
    except Exception as error:
        raise Unavailable(f"The outcome could not be read back: {type(error).__name__}: {error}") from error
