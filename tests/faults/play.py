"""One governed action from its proposal to its run's end, with the retries that Step Functions, Lambda and people make."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from remit.domain.ballot import Verdict
from remit.domain.errors import LinkRefused
from remit.domain.history import Caller
from remit.domain.intent import Intent
from remit.domain.ledger import Draft, Kind
from remit.names import action_workflow
from remit.usecases.answer import Given, answer, look, opened
from remit.usecases.close import close
from remit.usecases.ending import Close, Outcome
from remit.usecases.gate import Proposal, govern, resume
from tests.faults.deployment import Deployment
from tests.faults.service import Killed

GOVERN = json.loads(Path("statemachines/action.asl.json").read_text())["States"]["Govern"]
# As Lambda does with what it was handed to do later, and as a person does with a page that did not answer.
_TRIES = 3


class Stuck(Exception):
    """Nothing more would ever happen but the end of the task's time."""


@dataclass
class Run:
    """Started through the API, and governed as by the machine behind POST /intents."""

    deployment: Deployment
    intent: Intent
    verdict: Verdict | None = None

    def opened(self) -> None:
        caller, domain = Caller(requester=self.intent.requester).model_dump(mode="json"), self.deployment.business.domain
        draft = Draft(kind=Kind.RUN_STARTED, body={"workflow": action_workflow(domain), "domain": domain, **caller})
        self.deployment.records().open_run(self.intent.run, draft)

    def ended(self) -> Outcome:
        """Raises Stuck."""
        return self._close(self.governed())

    def governed(self) -> dict[str, Any]:
        """What the task comes to. Raises Stuck."""
        tries = [0] * len(GOVERN["Retry"])
        for number in count():
            answered = self._task(f"{self.intent.key}/{number}")
            error = answered.get("error", {}).get("Error")
            retrier = next((index for index, each in enumerate(GOVERN["Retry"]) if error in each["ErrorEquals"]), None)
            if retrier is None or tries[retrier] >= GOVERN["Retry"][retrier]["MaxAttempts"]:
                return answered
            self.deployment.clock.pause(GOVERN["Retry"][retrier]["IntervalSeconds"] * 2 ** tries[retrier])
            tries[retrier] += 1
        raise AssertionError

    def _task(self, token: str) -> dict[str, Any]:
        """One attempt of the task, as far as the task's own answer or the function's failure."""
        self.deployment.tasks[token] = None
        proposal = Proposal(task_token=token, intent=self.intent)
        broken = self._invoke("gate", lambda ports: govern(proposal, ports), self.deployment.gate)
        if self.deployment.tasks[token] is None and broken is None:
            self._human()
        answered = self.deployment.tasks[token]
        if answered is not None:
            return _told(*answered)
        if broken is not None:
            return {"error": {"Error": broken, "Cause": ""}}
        raise Stuck(f"{self.intent.run} waits for nobody")

    def _invoke(self, function: str, work: Callable[[Any], object], ports: Callable[[], Any]) -> str | None:
        """The error's name, if the function did not come to its end."""
        try:
            self.deployment.call(function, work, ports)
        except Killed:
            return "Sandbox.Timedout"
        except Exception as error:  # noqa: BLE001 - as Lambda reports whatever a function raises
            return type(error).__name__
        return None

    def _human(self) -> None:
        """Opens the page and answers it, again and again until somebody has heard; then the gate is woken."""
        if self.verdict is None or not self.deployment.links:
            return
        approval, token = self.deployment.links[0]
        said = Given(token=token, verdict=self.verdict, comment="As I was told.")
        for _ in range(_TRIES):
            self._invoke("approvals", lambda ports: opened(look(approval, token, ports), ports), self.deployment.approvals)
            broken = self._invoke("approvals", lambda ports: answer(approval, said, ports), self.deployment.approvals)
            if broken in {None, LinkRefused.__name__}:
                break
        while self.deployment.wakings:
            self._wake(str(self.deployment.wakings.pop(0)["approval"]))

    def _wake(self, approval: str) -> None:
        for _ in range(_TRIES):
            if self._invoke("gate", lambda ports: resume(approval, ports), self.deployment.gate) is None:
                break

    def _close(self, answered: dict[str, Any]) -> Outcome:
        end = Close.model_validate({"run": self.intent.run, **answered})
        told: list[Outcome] = []
        for _ in range(6):
            self.deployment.clock.pause(1)
            if self._invoke("recorder", lambda ports: told.append(close(end, ports)), self.deployment.recorder) is None:
                return told[-1]
        raise Stuck(f"nobody recorded the end of {self.intent.run}")


def _told(operation: str, said: dict[str, Any]) -> dict[str, Any]:
    if operation == "SendTaskSuccess":
        return {"receipt": json.loads(said["output"])}
    return {"error": {"Error": said["error"], "Cause": said["cause"]}}
