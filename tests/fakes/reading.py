"""Logs of logistics, from handing one in to what memory says afterwards: the real API, extractor, gate and asserter, in memory."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableLambda

from lambdas.extractor.graph import make_graph
from lambdas.extractor.prompt import RECORD, make_prompt
from lambdas.extractor.read import Extractor, Task, objections, read
from remit.domain.action import Failure
from remit.domain.errors import RemitError, Unavailable
from remit.domain.intent import Intent, Requester
from remit.domain.model import Json, JsonObject
from remit.domain.tool_spec import FACTS_ASSERT
from remit.domain.warrant import Receipt
from remit.ports import RunState
from remit.usecases.asserting import AssertFact
from remit.usecases.close import close
from remit.usecases.ending import Caught, Close, Part
from remit.usecases.extract import Extraction, ExtractPorts, HandedIn, extract, extraction
from remit.usecases.fact_desk import FactDesk
from remit.usecases.gate import Proposal, govern
from remit.usecases.runs import RunPorts
from tests.fakes.clock import CountingEntropy
from tests.fakes.closing import close_ports
from tests.fakes.logs import MemoryLogs
from tests.fakes.outside import DirectExecutor, MemoryWorkflows, TimedSpans, WokenGate, executor_ports
from tests.fakes.shipping import LOGISTICS, PAYLOADS, Shipping
from tests.fakes.tokens import make_purse
from tools.logistics.payloads import AssertFact as AssertPayload

ACCOUNT = "0" * 12
OLIVIA, TOM, EVE = (Requester(arn=f"arn:aws:iam::{ACCOUNT}:user/{name}") for name in ("olivia", "tom", "eve"))


def says(quote: str, value: str | None = "X", how: str = "decision", **more: object) -> JsonObject:
    """One statement as a model records it."""
    about: dict[str, Any] = {"namespace": "logistics", "subject": "zone-B", "predicate": "carrier"}
    given = {"says": how, "quote": quote, **about, "value": value, **more}
    return {name: field for name, field in given.items() if field is not None}


def recorded(*statements: JsonObject) -> AIMessage:
    usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    calls = [{"id": "1", "name": RECORD, "args": {"statements": [*statements]}}]
    return AIMessage("", tool_calls=calls, usage_metadata=usage)


class ReadingRoom(Shipping):
    """A machine stands in for statemachines/extract.asl.json: `breaks_off_after` so many statements it is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.logs, self.machines = MemoryLogs(), MemoryWorkflows()
        self.prompted: list[list[AnyMessage]] = []
        tools = {FACTS_ASSERT: AssertFact(LOGISTICS, self.fact_ports, self.logs)}
        self.executor = DirectExecutor(executor_ports("scribe", tools, PAYLOADS, self.uses, self.clock))

    @property
    def desk(self) -> ExtractPorts:
        runs = RunPorts(
            workflows={},
            machines=self.machines,
            records=self.records,
            clock=self.clock,
            entropy=CountingEntropy(),
            gate=WokenGate(),
            account=ACCOUNT,
            elsewhere={},
        )
        desk = FactDesk(facts=self.fact_ports, account=ACCOUNT, roles={})
        return ExtractPorts(charters={"logistics": LOGISTICS}, desk=desk, logs=self.logs, runs=runs)

    def extractor(self, answers: Sequence[AIMessage | Exception]) -> Extractor:
        waiting = [*answers]

        def answer(messages: Any) -> AIMessage:  # noqa: ANN401 (what LangChain hands a model)
            self.prompted.append([*messages])
            said = waiting.pop(0)
            if isinstance(said, Exception):
                raise said
            # Each answer is a message of its own.
            return said.model_copy(update={"id": None})

        return Extractor(
            agent="scribe",
            charter=LOGISTICS,
            payload=AssertPayload,
            prompt=make_prompt(LOGISTICS, "scribe.v1", "You read logs."),
            model_id="m",
            tool_size=100,
            graph=make_graph(RunnableLambda(answer), objections),
            logs=self.logs,
            clock=self.clock,
            spans=TimedSpans(self.clock),
            purse=make_purse(self.clock),
        )

    def hand_in(self, text: str, caller: Requester = OLIVIA, **given: str) -> str:
        return extract(HandedIn(text=text, **given), caller, self.desk)

    def seen(self, run: str, caller: Requester = OLIVIA) -> Extraction:
        return extraction(run, caller, self.desk)

    def read(self, text: str, *answers: AIMessage | Exception, caller: Requester = OLIVIA, **given: str) -> Extraction:
        """Hand a log in, and have its machine run to its end."""
        run = self.hand_in(text, caller, **given)
        self.run_machine(run, *answers)
        return self.seen(run, caller)

    def run_machine(self, run: str, *answers: AIMessage | Exception, breaks_off_after: int | None = None) -> None:
        _, start = self.machines.started[run]
        end = Close(run=run)
        try:
            answer = read(Task.model_validate({"run": run, "input": start["input"]}), self.extractor(answers))
        except RemitError as error:
            end = end.model_copy(update={"error": _raised(error)})
        else:
            parts = tuple(self._assert(run, proposed.model_dump(mode="json"), start) for proposed in answer.proposed[:breaks_off_after])
            if breaks_off_after is not None:
                return
            end = Close.model_validate({"run": run, "reasoning": answer.reasoning.model_dump(mode="json"), "parts": parts})
        outcome = close(end, close_ports(self.records))
        status = "FAILED" if outcome.outcome == "FAILED" else "SUCCEEDED"
        self.machines.states[run] = RunState(status=status, output=outcome.model_dump(mode="json"))

    def _assert(self, run: str, proposed: JsonObject, start: JsonObject) -> Part:
        given = {"run": run, "agent": start["agent"], "tool": FACTS_ASSERT, "requester": start["requester"]}
        intent = Intent.model_validate({**given, "step": proposed["step"], "payload": proposed["payload"]})
        said = self._governed(intent, proposed["call"])
        while isinstance(said, Failure) and said.error == Unavailable.code:
            said = self._governed(intent, proposed["call"])
        if isinstance(said, Failure):
            return Part(subject=intent.step, error=Caught(Error=said.error, Cause=said.model_dump_json()))
        return Part(subject=intent.step, receipt=said)

    def _governed(self, intent: Intent, call: Json) -> Receipt | Failure | None:
        """None while a human is asked."""
        before = len(self.tasks.told)
        govern(Proposal.model_validate({"task_token": intent.key, "intent": intent, "reasoning": call}), self.ports)
        return self.tasks.told[-1][1] if len(self.tasks.told) > before else None


def _raised(error: RemitError) -> Caught:
    return Caught(Error=type(error).__name__, Cause=Failure(error=error.code, message=error.message).model_dump_json())
