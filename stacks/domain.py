"""One charter: its tables and policies, its gate, its agents, its workflows and its alarms."""

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from remit.domain import measure as of
from remit.domain.charter import Charter
from remit.domain.permission import ReadAction
from remit.names import action_workflow, extract_workflow, machine_variable, undo_workflow
from remit.policies import PolicySet
from stacks.acknowledge import acknowledge_wildcard
from stacks.arns import Arns
from stacks.bundling import Bundle, asserter_bundle, executor_bundle, extractor_bundle, gate_bundle, reasoner_bundle
from stacks.constructs.agent_role import AgentRoles, Boundaries
from stacks.constructs.alarms import Alarms
from stacks.constructs.function import Function
from stacks.constructs.mail import MailThatComesBack
from stacks.constructs.memory import citations, claims, history, memory, partitions
from stacks.constructs.policy_store import PolicyStore
from stacks.constructs.sender import Sender
from stacks.constructs.table import Table
from stacks.constructs.tokens import tokens_of
from stacks.constructs.workflow import Workflow, starts
from stacks.stages import Stage

_CLOSING_SECONDS = 300
# Before anything is refused for want of budget, somebody hears of it.
_BUDGET_PERCENT = 80


class DomainStack(Stack):
    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, public_url: str, charter: Charter, policy_set: PolicySet
    ) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names, self._charter, self._arns = stage, stage.names, charter, Arns(self, stage.names)
        for name, table in charter.tables.items():
            physical = self._names.business_table(charter.domain, name)
            Table(self, f"Table-{name}", stage=stage, name=physical, key=table.partition, sort=table.sort, indexes=table.indexes)
        for name, sender in charter.senders.items():
            Sender(self, f"Sender-{name}", stage=stage, address=sender.address)
        store = PolicyStore(self, "Policies", stage=stage, policy_set=policy_set)
        boundaries = Boundaries(self, "Boundaries", arns=self._arns, charter=charter)
        executors = [self._executor(agent, boundaries) for agent in charter.acting_agents()]
        executors += [self._asserter(charter.scribe)] if charter.scribe else []
        reasoners = {agent: self._reasoner(agent) for agent in charter.reasoning_agents()}
        gate = self._gate(store, public_url, executors, gate_bundle(charter, policy_set.shadow))
        MailThatComesBack(self, "ComesBack", domain=charter.domain, gate=gate)
        self._machines(gate, reasoners)
        self._alarms(Alarms(self, "Alarms", stage=stage, topic=self._arns.alarms()))
        CfnOutput(self, "PolicyStoreId", value=store.id)

    def _gate(self, store: PolicyStore, public_url: str, executors: list[Function], bundle: Bundle) -> Function:
        stage, charter, arns = self._stage, self._charter, self._arns
        environment = {
            "REMIT_DOMAIN": charter.domain,
            "POLICY_ENGINE": stage.engine,
            "POLICY_STORE_ID": store.id,
            "MAIL_SENDER": stage.mail_sender,
            "PUBLIC_URL": public_url,
            "ACCOUNT": self.account,
        }
        gate = Function(self, "Gate", stage=stage, name=self._names.gate(charter.domain), bundle=bundle, environment=environment)
        gate.allow(arns.table("actions"), "dynamodb:GetItem", "dynamodb:PutItem")
        gate.allow(arns.table("approvals"), "dynamodb:GetItem", "dynamodb:PutItem")
        gate.allow(arns.table("answers"), "dynamodb:GetItem")
        gate.allow(arns.table("warrants"), "dynamodb:PutItem")
        gate.allow([arns.table("agents"), arns.table("delegations"), arns.table("ended")], "dynamodb:ConditionCheckItem")
        gate.allow(arns.table("budgets"), "dynamodb:UpdateItem")
        # A run that a message opens rests on the same person's sign-in.
        gate.allow([arns.table("delegations")] if charter.groups and charter.opened_workflows() else [], "dynamodb:PutItem")
        gate.allow(arns.table("uses"), "dynamodb:PutItem")
        gate.append_to(arns.table("ledger"))
        gate.allow(self._fact_tables(), "dynamodb:BatchGetItem")
        namespaces = charter.fact_namespaces()
        gate.permit(memory(arns, namespaces, ReadAction.BATCH_GET))
        gate.permit(partitions(arns, namespaces, "dynamodb:ConditionCheckItem"))
        gate.permit(partitions(arns, citations(namespaces), "dynamodb:PutItem", "dynamodb:DeleteItem"))
        reads = ("ListPolicies", "GetPolicy", "GetSchema")
        gate.allow(store.arn, "verifiedpermissions:IsAuthorized", *(f"verifiedpermissions:{read}" for read in reads))
        gate.allow([executor.arn for executor in executors], "lambda:InvokeFunction")
        gate.allow([arns.mail_identity(stage.mail_sender), arns.mail_settings()], "ses:SendEmail")
        machines = [arns.machine(workflow) for workflow in (*charter.workflows, *self._behind_the_api())]
        gate.allow(machines, "states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat")
        return gate

    def _executor(self, agent: str, boundaries: Boundaries) -> Function:
        charter, names, arns = self._charter, self._names, self._arns
        acts, looks = arns.role(names.agent_role(charter.domain, agent)), arns.role(names.reader_role(charter.domain, agent))
        executor = Function(
            self,
            f"Executor-{agent}",
            stage=self._stage,
            name=names.executor(charter.domain, agent),
            bundle=executor_bundle(charter),
            environment={"REMIT_DOMAIN": charter.domain, "REMIT_AGENT": agent, "AGENT_ROLE_ARN": acts, "READER_ROLE_ARN": looks},
        )
        executor.allow(arns.table("warrants"), "dynamodb:ConditionCheckItem")
        executor.allow(arns.table("uses"), "dynamodb:GetItem", "dynamodb:PutItem")
        executor.allow([acts, looks], "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
        AgentRoles(self, f"Agent-{agent}", arns=arns, charter=charter, agent=agent, executor=executor, boundaries=boundaries)
        return executor

    def _asserter(self, scribe: str) -> Function:
        """It stands in an executor's place: the gate finds it by the same name, and it consumes warrants as they all do."""
        charter, names, arns = self._charter, self._names, self._arns
        environment = {"REMIT_DOMAIN": charter.domain, "LOGS_BUCKET": names.logs(self.account, self.region)}
        name, bundle = names.executor(charter.domain, scribe), asserter_bundle(charter)
        asserter = Function(self, "Asserter", stage=self._stage, name=name, bundle=bundle, environment=environment)
        asserter.allow(arns.table("warrants"), "dynamodb:ConditionCheckItem")
        asserter.allow(arns.table("uses"), "dynamodb:GetItem", "dynamodb:PutItem")
        namespaces = [*charter.namespaces]
        standing = [f"dynamodb:{action}" for action in ("GetItem", "PutItem", "DeleteItem", "ConditionCheckItem")]
        asserter.permit(partitions(arns, namespaces, *standing))
        asserter.permit(partitions(arns, history(namespaces), "dynamodb:Query", "dynamodb:PutItem"))
        asserter.permit(partitions(arns, claims(namespaces), "dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem"))
        asserter.append_to(arns.table("ledger"))
        self._reads_logs(asserter)
        return asserter

    def _extractor(self, scribe: str) -> Function:
        """What anybody may have written is read by whoever can do nothing."""
        stage, charter = self._stage, self._charter
        extractor = Function(
            self,
            "Extractor",
            stage=stage,
            name=self._names.extractor(charter.domain),
            bundle=extractor_bundle(charter),
            environment={
                "REMIT_DOMAIN": charter.domain,
                "MODEL_ID": stage.model_id,
                "LOGS_BUCKET": self._names.logs(self.account, self.region),
            },
            seconds=240,
            memory=1024,
        )
        extractor.allow(self._arns.model(stage.model_id), "bedrock:InvokeModel")
        self._reads_logs(extractor)
        self._draws_tokens(extractor, scribe)
        return extractor

    def _reads_logs(self, function: Function) -> None:
        own = self._arns.logs(f"kept/{self._charter.domain}/")
        function.allow(own, "s3:GetObject")
        acknowledge_wildcard(function.role, own, "Logs are named after what they say, which is not known before.")

    def _reasoner(self, agent: str) -> Function:
        stage, charter = self._stage, self._charter
        reasoner = Function(
            self,
            f"Reasoner-{agent}",
            stage=stage,
            name=self._names.reasoner(charter.domain, agent),
            bundle=reasoner_bundle(charter),
            environment={
                "REMIT_DOMAIN": charter.domain,
                "REMIT_AGENT": agent,
                "MODEL_ID": stage.model_id,
                "TRANSCRIPTS_BUCKET": self._names.transcripts(self.account, self.region),
            },
            seconds=120,
            memory=1024,
        )
        reasoner.allow(self._arns.model(stage.model_id), "bedrock:InvokeModel")
        reasoner.permit(memory(self._arns, charter.namespaces_of(agent), ReadAction.QUERY))
        own = self._arns.transcripts(f"{charter.domain}/{agent}/")
        reasoner.allow(own, "s3:PutObject")
        acknowledge_wildcard(reasoner.role, own, "Transcripts are named after their run and content, which are not known before.")
        self._draws_tokens(reasoner, agent)
        return reasoner

    def _draws_tokens(self, thinker: Function, agent: str) -> None:
        charter = self._charter
        if charter.bounds_tokens:
            thinker.permit(tokens_of(self._arns, agent, *([charter.domain] if charter.shares_tokens else [])))

    def _machines(self, gate: Function, reasoners: dict[str, Function]) -> None:
        common = {"GateArn": gate.arn, "RecorderArn": self._arns.recorder()}
        scribe = self._charter.scribe
        extracts = {"ExtractorArn": self._extractor(scribe).arn} if scribe else {}
        for workflow, file in self._behind_the_api().items():
            functions = common | (extracts if file == "extract" else {})
            self._machine(workflow, Path(f"statemachines/{file}.asl.json"), functions, {}, ())
        for name, spec in self._charter.workflows.items():
            pauses = {f"{pause}Seconds": self._stage.pause(seconds) for pause, seconds in spec.pauses.items()}
            definition = Path(f"statemachines/{name}.asl.json")
            text = definition.read_text(encoding="utf-8")
            functions = common | ({"ReasonerArn": reasoners[spec.agent].arn} if "${ReasonerArn}" in text else {})
            opens = starts(text, self._charter.opened_by(spec.agent))
            self._machine(name, definition, functions, {"MaxAttempts": spec.attempts, **pauses}, opens)

    def _alarms(self, alarms: Alarms) -> None:
        charter = self._charter
        for agent in charter.agents:
            alarms.at(f"denials-{agent}", of.DENIALS, {"Agent": agent}, threshold=self._stage.denial_spike)
        for agent in charter.day_limits():
            alarms.at(f"budget-{agent}", of.BUDGET_USED, {"Agent": agent}, threshold=_BUDGET_PERCENT, statistic="Maximum")
        for tool in charter.tools:
            alarms.at(f"unverified-{charter.domain}-{tool.partition('.')[2]}", of.UNVERIFIED_OUTCOMES, {"Tool": tool})
        alarms.at(f"gate-errors-{charter.domain}", of.GATE_ERRORS, {"Domain": charter.domain})
        alarms.on_errors_of(f"gate-raised-{charter.domain}", self._names.gate(charter.domain))

    def _behind_the_api(self) -> dict[str, str]:
        """The workflows that no charter names, with their files."""
        undo = {undo_workflow(self._charter.domain): "undo"} if self._charter.undoes else {}
        extract = {extract_workflow(self._charter.domain): "extract"} if self._charter.scribe else {}
        return {action_workflow(self._charter.domain): "action", **undo, **extract}

    def _machine(self, workflow: str, definition: Path, functions: dict[str, str], numbers: dict[str, int], opens: tuple[str, ...]) -> None:
        Workflow(
            self,
            f"Workflow-{workflow}",
            stage=self._stage,
            name=self._names.machine(workflow),
            definition=definition,
            functions=functions,
            numbers=numbers | self._waits(),
            machines={machine_variable(each): self._arns.machine(each) for each in opens},
            executions=[self._arns.execution(each) for each in opens],
        )

    def _waits(self) -> dict[str, int]:
        """How long a machine waits for a human, and for a run that it asked for, in which as many may be asked as it may propose."""
        longest = self._charter.longest_wait_seconds() + _CLOSING_SECONDS
        attempts = max((spec.attempts for spec in self._charter.workflows.values()), default=1)
        return {"GovernTimeoutSeconds": longest, "ChildTimeoutSeconds": attempts * longest}

    def _fact_tables(self) -> list[str]:
        return [self._arns.business_table(self._charter.domain, table) for table in self._charter.fact_tables()]
