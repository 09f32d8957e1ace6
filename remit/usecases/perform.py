"""An executor's work: consume the warrant, act once under the agent's own role, read the outcome back under another."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from remit.domain.action import failure_of
from remit.domain.errors import RemitError, Unavailable, WarrantRefused
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Payload, parse_payload
from remit.domain.warrant import Receipt, Verification, Warrant
from remit.execution_ports import AgentIdentity, AgentSession, Performed, ReadSession, WarrantUses
from remit.ports import Clock, Span, Spans
from remit.toolkit import ReadTool, Tool, ToolFailed


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


def run_of(event: JsonObject) -> str | None:
    """The run that an order says it is of, for the log: nothing has been checked yet."""
    warrant = event.get("warrant")
    run = warrant.get("run") if isinstance(warrant, dict) else None
    return run if isinstance(run, str) else None


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
    performance = _performance(ports.tools[warrant.tool], payload, warrant, ports)
    now = ports.clock.now()
    return performance.receipt(performance.act() if ports.uses.consume(warrant, now) else performance.finish(now))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Performance:
    """One use of a tool: who acts, and who says how it went. They are the same only where looking is the action."""

    tool: Tool[Any]
    payload: Payload
    warrant: Warrant
    acting: AgentSession
    reading: ReadSession
    spans: Spans

    def act(self) -> Effect:
        with self._span("tool") as acting:
            effect = self._execute()
            acting.note(outcome="refused" if effect.refused else "done")
        return replace(effect, milliseconds=acting.milliseconds)

    def finish(self, now: datetime) -> Effect:
        """For a repeat: whoever used the warrant may have broken off before acting. Where there is no trace it is done now, and a tool
        does nothing twice under one key; that it is refused proves nothing then."""
        if now >= self.warrant.expires_at or self._read_back() is not None:
            return Effect()
        return replace(self.act(), refused=False)

    def receipt(self, effect: Effect) -> Receipt:
        """Whether it was done is the read-back's word alone. Raises Unavailable while that says nothing."""
        expected = self.tool.expected(self.payload, self.reading.context)
        with self._span("verify") as looking:
            observed = self._read_back()
            verification = Verification.MATCH if self.tool.matches(expected, observed) else Verification.DRIFT
            looking.note(outcome=verification.value)
        if observed is None and not effect.refused:
            raise Unavailable(f"{self.warrant.tool} was begun and its effect is not to be seen (yet). {effect.note}".strip())
        return Receipt(
            warrant=self.warrant.id,
            executed_as=self.acting.arn,
            read_back_as=self.reading.arn,
            session_tags=dict(self.acting.tags),
            source_identity=self.acting.source_identity,
            verification=verification,
            expected=expected,
            observed=observed,
            note=effect.note,
            tool_ms=effect.milliseconds,
            read_back_ms=looking.milliseconds,
        )

    def _span(self, name: str) -> AbstractContextManager[Span]:
        return self.spans.span(name, run=self.warrant.run, agent=self.warrant.agent, tool=self.warrant.tool)

    def _execute(self) -> Effect:
        try:
            self.tool.execute(self.payload, self.acting.context)
        except ToolFailed as failure:
            return Effect(refused=True, note=str(failure))
        except Exception as error:  # noqa: BLE001 (whatever broke, only the read-back can tell now whether it was done)
            return Effect(note=f"{type(error).__name__}: {error}")
        return Effect()

    def _read_back(self) -> JsonObject | None:
        try:
            return self.tool.read_back(self.payload, self.reading.context)
        except Exception as error:
            raise Unavailable(f"The outcome could not be read back: {type(error).__name__}: {error}") from error


def _performance(tool: Tool[Any], payload: Payload, warrant: Warrant, ports: ExecutorPorts) -> _Performance:
    acting = ports.identity.assume(warrant)
    reading = ReadSession(acting.arn, acting.context.reading()) if isinstance(tool, ReadTool) else ports.identity.read_as(warrant)
    return _Performance(tool=tool, payload=payload, warrant=warrant, acting=acting, reading=reading, spans=ports.spans)
