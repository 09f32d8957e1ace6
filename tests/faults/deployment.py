"""Gate, executor, approvals and recorder of one domain as they are deployed, over the real adapters, each as its own process."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws

from lambdas.mailbox.store import MailStore
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
from remit.domain.model import JsonObject
from remit.execution_ports import Performed
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
from tests.fakes.mail import operations
from tests.fakes.outside import Counts, TimedSpans
from tests.faults.business import EVERY, Business
from tests.faults.service import Answered, Cloud, Killed, Kind, path_of

_LINK = re.compile(r"/approvals/(\w+)\?token=([\w-]+)")
_ROLE = "arn:aws:iam::123456789012:role/remit-test"
_REMIT = "remit@example.com"
MAIL_STORE = "mail"


@dataclass
class Deployment:
    """`tasks` are the waiting tasks by token, with their answers; `wakings` are the approvals that the gate was woken for; `links` are
    what came by mail, and `letters` counts the mails to customers. Remit's own tables are there already."""

    cloud: Cloud
    business: Business
    clock: FixedClock = field(default_factory=FixedClock)
    tasks: dict[str, tuple[str, dict[str, Any]] | None] = field(default_factory=dict)
    wakings: list[dict[str, Any]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    letters: int = 0

    def __post_init__(self) -> None:
        self.dynamodb = boto3.client("dynamodb", config=CONFIG)
        for name, table in self.business.charter.tables.items():
            make_table(self.dynamodb, self.table(name), table.key, indexes=table.indexes)
        permissions = boto3.client("verifiedpermissions", config=STORE_CONFIG)
        self._store = permissions.create_policy_store(validationSettings={"mode": "STRICT"})["policyStoreId"]
        permissions.put_schema(policyStoreId=self._store, definition={"cedarJson": json.dumps(self.business.policies.policy_schema)})
        for policy in self.business.policies.policies:
            permissions.create_policy(policyStoreId=self._store, definition={"static": {"statement": policy.statement}})
        self._permissions, self._machines = permissions, boto3.client("stepfunctions", config=CONFIG)
        self._invoking, self._waking = boto3.client("lambda", config=INVOKE_CONFIG), boto3.client("lambda", config=CONFIG)
        self._s3 = boto3.client("s3", config=CONFIG)
        self._ses, self._sts = boto3.client("sesv2", config=CONFIG), boto3.client("sts", config=CONFIG)
        self.processes: dict[str, Any] = {}

    def begin(self, fault: tuple[int, Kind] | None) -> None:
        """From here on this deployment is the one that the cloud has, and the call of that number fails so."""
        self.cloud.others |= {"lambda": self._invoke, "sfn": self._answer_task, "sesv2": self._mail}
        self.cloud.begin(fault)

    def forget(self) -> None:
        """What waits, and what came by mail."""
        for kept in (self.tasks, self.wakings, self.links):
            kept.clear()

    def table(self, name: str) -> str:
        return NAMES.business_table(self.business.domain, name)

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
        clock, records, charter = self.clock, self.records(), self.business.charter
        # Read once by a process: were it read again now and then, calls would not have the same number in each playing.
        store = PolicyStore(self._permissions, self._store, FixedClock())
        return GatePorts(
            judge=Judge(
                charter=charter,
                payloads=self.business.payloads,
                facts=DynamoFacts(self.dynamodb, NAMES, charter, clock),
                history=RecordedHistory(records, clock),
                engine=VerifiedPermissionsEngine(store),
                clock=clock,
            ),
            records=records,
            undoings=DynamoUndoings(self.dynamodb, NAMES),
            executor=LambdaExecutor(self._invoking, NAMES, self.business.domain),
            tasks=StepFunctionsTasks(self._machines),
            asking=Asking(
                approvals=DynamoApprovals(self.dynamodb, NAMES),
                records=records,
                mailer=SesMailer(self._ses, _REMIT, NAMES),
                entropy=SystemEntropy(),
                clock=clock,
                public_url="https://remit.example",
            ),
            spans=TimedSpans(clock),
            meter=Counts(),
        )

    def executor(self) -> ExecutorPorts:
        business = self.business
        role = f"{_ROLE}-{business.domain}-{business.agent}"
        return ExecutorPorts(
            agent=business.agent,
            tools=business.tools,
            payloads=business.payloads,
            uses=DynamoUses(self.dynamodb, NAMES),
            identity=AssumedAgent(self._sts, f"{role}-agent", f"{role}-reader", business.charter, NAMES),
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
            known={self.business.domain: self.business.charter.known_approvers()},
        )

    def recorder(self) -> ClosePorts:
        records = self.records()
        mailer = SesMailer(self._ses, _REMIT, NAMES)
        return ClosePorts(
            records=records, telling=Telling(records=records, mailer=mailer, routes={self.business.domain: ("cfo@example.com",)})
        )

    def records(self) -> DynamoRecords:
        return DynamoRecords(self.dynamodb, NAMES, self.clock)

    def mailbox(self) -> Mapping[str, Callable[[JsonObject], JsonObject]]:
        return operations(MailStore(self._s3, MAIL_STORE))

    def _invoke(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        called, given = path_of(request), json.loads(body)
        if "executor" not in called and "service" not in called:
            self.wakings.append(given)
            return Answered(202, {}, b"")
        try:
            return Answered(200, {}, self._answer(called, given))
        except Killed:
            return Answered(200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorType": "Runtime.ExitError"}')
        except (BotoCoreError, ClientError):
            return Answered(200, {"X-Amz-Function-Error": "Unhandled"}, b'{"errorType": "ClientError"}')

    def _answer(self, called: str, given: JsonObject) -> bytes:
        if "executor" in called:
            performed: Performed = self.call("executor", lambda ports: attempt(given, ports), self.executor)
            return performed.model_dump_json().encode()
        (named,) = (each for each in ("read", "list", "delete") if f"service-{each}/" in called)
        return json.dumps(self.call("mailbox", lambda ports: ports[named](given), self.mailbox)).encode()

    def _answer_task(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        said = json.loads(body)
        token = said["taskToken"]
        if self.tasks.get(token, ()) is not None:
            return Answered(400, {}, b'{"__type": "TaskTimedOut", "message": "Task timed out"}')
        if operation != "SendTaskHeartbeat":
            self.tasks[token] = (operation, said)
        return Answered(200, {}, b"{}")

    def _mail(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        mail = json.loads(body)
        self.letters += mail["FromEmailAddress"] != _REMIT
        self.links += [(link[1], link[2]) for link in _LINK.finditer(mail["Content"]["Simple"]["Body"]["Text"]["Data"])]
        return Answered(200, {}, b'{"MessageId": "m-1"}')


@contextmanager
def deployed() -> Iterator[Mapping[str, Deployment]]:
    """Each domain, on one cloud."""
    with mock_aws(), Cloud().running() as cloud:
        make_tables(boto3.client("dynamodb", config=CONFIG), NAMES)
        boto3.client("s3", config=CONFIG).create_bucket(Bucket=MAIL_STORE)
        yield {business.domain: Deployment(cloud, business) for business in EVERY}
