"""One governed action of each kind, asked for through the API of a deployed Remit, with all that it made AWS do."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cloud_calls.counting import Call, calls, counted, milliseconds
from remit.cli.demo.world import Record, World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.names import Names, action_workflow

_NAMES = Names(LOCAL_STAGE)
FUNCTIONS = {
    "api": _NAMES.function("api"),
    "gate": _NAMES.gate("refunds"),
    "executor": _NAMES.executor("refunds", "support"),
    "recorder": _NAMES.function("recorder"),
    "approvals": _NAMES.function("approvals"),
}
_ORDER = {"account_id": "A-100", "order_id": "O-9001", "currency": "USD", "reason": "counted"}
# Its own, from which it can refund again and again.
_SEED: Mapping[str, Sequence[Record]] = {
    "orders": [{"order_id": "O-9001", "account_id": "A-100", "currency": "USD", "total": 10**8, "refundable": 10**8, "version": 1}]
}
_SETTLED_SECONDS, _LOOK_SECONDS = 20.0, 0.2
# The polls of the API while it waits for the run's end depend on how fast the machine is.
_POLLS = {"states:DescribeExecution"}


@dataclass(frozen=True, slots=True)
class Action:
    """`calls` of each function by its role; `states` entered by the machine; milliseconds of each function."""

    outcome: str
    calls: Mapping[str, tuple[Call, ...]]
    states: tuple[str, ...]
    milliseconds: Mapping[str, int]

    @property
    def all_calls(self) -> tuple[Call, ...]:
        return tuple(call for found in self.calls.values() for call in found)


class Counter:
    """Counts what single actions make AWS do on one local cloud."""

    def __init__(self, state: CloudState, world: World, file: Path) -> None:
        session = local_session(state)
        self._world, self._file = world, file
        self._logs = session.client("logs", endpoint_url=state.endpoint)
        self._machines = session.client("stepfunctions", endpoint_url=state.endpoint)
        self._prefix = f"arn:aws:states:{state.region}:{state.account_id}:execution:{_NAMES.machine(action_workflow('refunds'))}"

    def allowed(self) -> Action:
        return self._action(lambda: self._ask(1_00))

    def denied(self) -> Action:
        return self._action(lambda: self._ask(6_000_00))

    def escalated(self) -> Action:
        """Asked, answered with yes, and done."""
        return self._action(self._approve)

    def warm(self) -> None:
        """What a first start costs is not an action's."""
        for _ in range(2):
            self._ask(1_00)
            self._approve()

    def _ask(self, amount: int) -> str:
        return self._world.client.act("support", "refunds.issue_refund", {**_ORDER, "amount": amount}).run

    def _approve(self) -> str:
        run = self._ask(600_00)
        _, question = self._world.question(run)
        self._world.answer(question, "approve", "counted")
        self._world.ended(run)
        return run

    def _action(self, ask: Callable[[], str]) -> Action:
        self._file.unlink(missing_ok=True)
        begun = int(time.time() * 1000)
        run = ask()
        ended = self._world.ended(run)
        found = self._settled()
        outcome = ended.outcome.outcome if ended.outcome else ended.status
        return Action(outcome, found, self._states(run), milliseconds(self._logs, [*FUNCTIONS.values()], begun))

    def _settled(self) -> Mapping[str, tuple[Call, ...]]:
        """What was written once nothing more is: a function goes on for a moment after the run has ended."""
        deadline, before = time.monotonic() + _SETTLED_SECONDS, -1
        while len(found := calls(self._file)) != before and time.monotonic() < deadline:
            before = len(found)
            time.sleep(_LOOK_SECONDS * 5)
        return {role: tuple(call for call in found if call.function == name and _counts(role, call)) for role, name in FUNCTIONS.items()}

    def _states(self, run: str) -> tuple[str, ...]:
        events = self._machines.get_execution_history(executionArn=f"{self._prefix}:{run}", maxResults=1000)["events"]
        return tuple(event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event)


@contextmanager
def counting(state: CloudState, world: World) -> Iterator[Counter]:
    """A counter whose functions are warm."""
    lambdas = local_session(state).client("lambda", endpoint_url=state.endpoint)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.jsonl"
        with counted([*FUNCTIONS.values()], lambdas, file):
            world.seed({"refunds": _SEED})
            counter = Counter(state, world, file)
            counter.warm()
            yield counter


def _counts(role: str, call: Call) -> bool:
    return not (role == "api" and (call.call in _POLLS or call.call == "dynamodb:Query"))
