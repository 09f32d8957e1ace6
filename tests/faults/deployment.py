"""Gate, executor, approvals and recorder of the refunds domain as they are deployed, over the real adapters, each as its own process."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws

from remit.adapters.aws import CONFIG, INVOKE_CONFIG
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_facts import DynamoFacts
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_undoings import DynamoUndoings
from remit.adapters.dynamodb_uses import DynamoUses
from remit.adapters.lambda_functions import LambdaExecutor, LambdaGate
from remit.adapters.policy_store import CONFIG as STORE_CONFIG
from remit.adapters.policy_store import PolicyStore
from remit.adapters.ses import SesMailer
from remit.adapters.stepfunctions import StepFunctionsTasks
from remit.adapters.sts import AssumedAgent
from remit.adapters.system import SystemEntropy
from remit.adapters.verifiedpermissions import VerifiedPermissionsEngine
from remit.usecases.answer import ApprovalPorts
from remit.usecases.ask import Asking
from remit.usecases.close import ClosePorts
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from remit.usecases.judge import Judge
from remit.usecases.perform import ExecutorPorts, attempt
from remit.usecases.tell import Telling
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, make_table, make_tables
from tests.fakes.gate import PAYLOADS, POLICIES, REFUNDS
from tests.fakes.outside import Counts, TimedSpans
from tests.faults.service import Answered, Cloud, Killed, path_of
from tools.refunds.actions import TOOLS

_LINK = re.compile(r"/approvals/(\w+)\?token=([\w-]+)")
_ROLE = "arn:aws:iam::123456789012:role/remit-test-refunds-support"


@dataclass
class Deployment:
    """`tasks` are the waiting tasks by token, with their answers; `wakings` are the approvals that the gate was woken for; `links` are
    what came by mail."""

    cloud: Cloud
    clock: FixedClock = field(default_factory=FixedClock)
    tasks: dict[str, tuple[str, dict[str, Any]] | None] = field(default_factory=dict)
    wakings: list[dict[str, Any]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cloud.others |= {"lambda": self._invoke, "sfn": self._answer_task, "sesv2": self._mail}
        self.dynamodb = boto3.client("dynamodb", config=CONFIG)
        make_tables(self.dynamodb, NAMES)
        for name, table in REFUNDS.tables.items():
            make_table(self.dynamodb, NAMES.business_table("refunds", name), table.key)
        permissions = boto3.client("verifiedpermissions", config=STORE_CONFIG)
        self._store = permissions.create_policy_store(validationSettings={"mode": "STRICT"})["policyStoreId"]
        permissions.put_schema(policyStoreId=self._store, definition={"cedarJson": json.dumps(POLICIES.policy_schema)})
        for policy in POLICIES.policies:
            permissions.create_policy(policyStoreId=self._store, definition={"static": {"statement": policy.statement}})
        self._permissions, self._machines = permissions, boto3.client("stepfunctions", config=CONFIG)
        self._invoking, self._waking = boto3.client("lambda", config=INVOKE_CONFIG), boto3.client("lambda", config=CONFIG)
        self._ses, self._sts = boto3.client("sesv2", config=CONFIG), boto3.client("sts", config=CONFIG)
        self.processes: dict[str, Any] = {}

    def call(self, function: str, work: "Callable[[Any], Any]", ports: "Callable[[], Any]") -> Any:  # noqa: ANN401
        """Have a function's process do it: what it keeps in memory is gone once it was killed."""
        caller, self.cloud.within = self.cloud.within, function
        try:
            if function not in self.processes:
                self.processes[function] = ports()
            return work(self.processes[function])
        except Killed:
            self.processes.pop(function, None)
            raise
        finally:
            self.cloud.within = caller

    def gate(self) -> GatePorts:
        clock, records = self.clock, self.records()
        store = PolicyStore(self._permissions, self._store, clock)
        return GatePorts(
            judge=Judge(
                charter=REFUNDS,
                payloads=PAYLOADS,
                facts=DynamoFacts(self.dynamodb, NAMES, REFUNDS, clock),
                history=RecordedHistory(records, clock),
                engine=VerifiedPermissionsEngine(store),
                clock=clock,
            ),
            records=records,
            undoings=DynamoUndoings(self.dynamodb, NAMES),
            executor=LambdaExecutor(self._invoking, NAMES, "refunds"),
            tasks=StepFunctionsTasks(self._machines),
            asking=Asking(
                approvals=DynamoApprovals(self.dynamodb, NAMES),
                records=records,
                mailer=SesMailer(self._ses, "remit@example.com", NAMES),
                entropy=SystemEntropy(),
                clock=clock,
                public_url="https://remit.example",
            ),
            spans=TimedSpans(clock),
            meter=Counts(),
        )

    def executor(self) -> ExecutorPorts:
        return ExecutorPorts(
            agent="support",
            tools=TOOLS,
            payloads=PAYLOADS,
            uses=DynamoUses(self.dynamodb, NAMES),
            identity=AssumedAgent(self._sts, f"{_ROLE}-agent", f"{_ROLE}-reader", REFUNDS, NAMES),
            clock=self.clock,
            spans=TimedSpans(self.clock),
        )

    def approvals(self) -> ApprovalPorts:
        return ApprovalPorts(
            approvals=DynamoApprovals(self.dynamodb, NAMES),
            records=self.records(),
            gate=LambdaGate(self._waking, NAMES),
            clock=self.clock,
            entropy=SystemEntropy(),
            account="000000000000",
            known={"refunds": REFUNDS.known_approvers()},
        )

    def recorder(self) -> ClosePorts:
        records = self.records()
        mailer = SesMailer(self._ses, "remit@example.com", NAMES)
        return ClosePorts(records=records, telling=Telling(records=records, mailer=mailer, routes={"refunds": ("cfo@example.com",)}))

    def records(self) -> DynamoRecords:
        return DynamoRecords(self.dynamodb, NAMES, self.clock)

    def _invoke(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        if "executor" not in path_of(request):
            self.wakings.append(json.loads(body))
            return Answered(202, {}, b"")
        try:
            performed = self.call("executor", lambda ports: attempt(json.loads(body), ports), self.executor)
        except Killed:
            return Answered(200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorType": "Runtime.ExitError"}')
        return Answered(200, {}, performed.model_dump_json().encode())

    def _answer_task(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        said = json.loads(body)
        token = said["taskToken"]
        if self.tasks.get(token, ()) is not None:
            return Answered(400, {}, b'{"__type": "TaskTimedOut", "message": "Task timed out"}')
        if operation != "SendTaskHeartbeat":
            self.tasks[token] = (operation, said)
        return Answered(200, {}, b"{}")

    def _mail(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        self.links += [(link[1], link[2]) for link in _LINK.finditer(json.loads(body)["Content"]["Simple"]["Body"]["Text"]["Data"])]
        return Answered(200, {}, b'{"MessageId": "m-1"}')


@contextmanager
def deployed() -> Iterator[Deployment]:
    """On a cloud of its own."""
    with mock_aws(), Cloud().running() as cloud:
        yield Deployment(cloud)
