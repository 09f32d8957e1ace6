"""What all domains share: Remit's own tables, the API, the approvals and the recorder."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from constructs import Construct

from remit.domain.access import IndexSpec
from remit.domain.charter import Charter
from remit.names import action_workflow, extract_workflow, undo_workflow
from stacks.acknowledge import acknowledge_wildcard
from stacks.arns import Arns
from stacks.bundling import Bundle, api_bundle, approvals_bundle, recorder_bundle
from stacks.constructs.function import Function
from stacks.constructs.ledger_table import LedgerTable
from stacks.constructs.mail import MailSettings
from stacks.constructs.memory import citations, partitions
from stacks.constructs.people import People
from stacks.constructs.rest_api import RestApi
from stacks.constructs.schedule import Schedule
from stacks.constructs.table import Table
from stacks.stages import Stage

_LINK = "The opaque token in the link is the authority: a human opens it from a mail, without an AWS identity."
# Read and change facts, and check in the same transaction that what a statement rests on still stands. Never a scan.
_FACT_ACTIONS = ("GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem")
_SESSION = "A person signs in to the user pool from it, and it answers nothing but a way to do so until they have."
_INBOX_ROUTES = (("GET", "/inbox"), ("POST", "/inbox"), ("GET", "/inbox/{id}"), ("GET", "/signed-in"))
_ANSWERS = "/approvals/{id}/answers"
_ANSWER_ROUTES = (("GET", _ANSWERS), ("POST", _ANSWERS), ("POST", "/approvals/{id}/deputies"), ("POST", "/deputies"))
_FACT_ROUTES = (
    ("POST", "/facts"),
    ("POST", "/facts/extract"),
    ("POST", "/facts/adopt"),
    *(("GET", f"/facts{part}") for part in ("", "/history", "/context", "/conflicts", "/suggestions")),
)
_EXTRACTION = ("GET", "/facts/extract/{id}")


class CoreStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, endpoint: str, charters: Sequence[Charter]) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names, self._arns = stage, stage.names, Arns(self, stage.names)
        self._tables()
        ses.EmailIdentity(self, "Sender", identity=ses.Identity.email(stage.mail_sender))
        MailSettings(self, "Mail", stage=stage)
        self._workflows = _workflows(charters)
        self._people = People(
            self, "People", stage=stage, endpoint=endpoint, groups=[group for charter in charters for group in charter.groups]
        )
        self._agents = {agent: charter.domain for charter in charters for agent in charter.agents}
        self._elsewhere = [name for charter in charters for name, agent in charter.agents.items() if agent.elsewhere]
        rest = RestApi(self, "Rest", stage=stage, endpoint=endpoint)
        api, approvals = self._api(charters), self._approvals(charters, self._people.sign_in(stage, endpoint, rest.url))
        self._recorder(charters)
        self._timekeeper([charter.domain for charter in charters])
        self.public_url = rest.url
        self._routes(rest, api, approvals)
        CfnOutput(self, "ApiUrl", value=self.public_url)

    def _tables(self) -> None:
        stage, name = self._stage, self._names.table
        Table(self, "Actions", stage=stage, name=name("actions"), key="key")
        still_open = {"open": IndexSpec(key="open_in", sort="requested_at"), "due": IndexSpec(key="open_in", sort="due_at")}
        Table(self, "ApprovalsTable", stage=stage, name=name("approvals"), key="pk", sort="sk", expires=True, indexes=still_open)
        Table(self, "Answers", stage=stage, name=name("answers"), key="pk", sort="sk", expires=True)
        Table(self, "Warrants", stage=stage, name=name("warrants"), key="id")
        Table(self, "Ended", stage=stage, name=name("ended"), key="run")
        Table(self, "Uses", stage=stage, name=name("uses"), key="warrant", expires=True)
        Table(self, "AgentsTable", stage=stage, name=name("agents"), key="agent")
        by_person = {"person": IndexSpec(key="name")}
        Table(self, "Delegations", stage=stage, name=name("delegations"), key="delegation", sort="sk", indexes=by_person, expires=True)
        Table(self, "Budgets", stage=stage, name=name("budgets"), key="account", sort="meter", expires=True)
        Table(self, "Tokens", stage=stage, name=name("tokens"), key="agent", sort="account", expires=True)
        changes = dynamodb.StreamViewType.KEYS_ONLY
        facts = Table(self, "Facts", stage=stage, name=name("facts"), key="pk", sort="sk", stream=changes)
        self.fact_stream = str(facts.table_stream_arn)
        self.ledger_stream = LedgerTable(self, "Ledger", stage=stage, arns=self._arns).stream_arn

    def _api(self, charters: Sequence[Charter]) -> Function:
        bundle = api_bundle(charters, {"WORKFLOWS": self._workflows, "AGENTS": self._agents})
        logs = self._names.logs(self.account, self.region)
        environment = {"ACCOUNT": self.account, "LOGS_BUCKET": logs, **self._people.settings()}
        api, arns = self._function("api", bundle=bundle, environment=environment), self._arns
        api.append_to(arns.table("ledger"))
        api.allow(arns.table("actions"), "dynamodb:GetItem")
        api.allow(arns.table("approvals"), "dynamodb:ConditionCheckItem")
        api.allow(arns.table("ended"), "dynamodb:PutItem")
        api.allow([arns.gate(charter.domain) for charter in charters], "lambda:InvokeFunction")
        api.allow(arns.table("agents"), "dynamodb:Scan", "dynamodb:PutItem", "dynamodb:DeleteItem")
        api.allow(arns.person_index(), "dynamodb:Query")
        api.allow(arns.table("delegations"), "dynamodb:Query", "dynamodb:PutItem", "dynamodb:ConditionCheckItem")
        api.allow(arns.table("facts"), *(f"dynamodb:{action}" for action in _FACT_ACTIONS))
        api.allow(arns.transcripts(), "s3:DeleteObject")
        acknowledge_wildcard(api.role, arns.transcripts(), "Whose data has to go is not known before.")
        kept = [f"kept/{charter.domain}/" for charter in charters if charter.scribe]
        for folder, action in (("incoming/", "s3:GetObject"), *((each, "s3:PutObject") for each in kept)):
            api.allow(arns.logs(folder), action)
            acknowledge_wildcard(api.role, arns.logs(folder), "Logs are named after what they say, or by whoever puts them there.")
        opened = {workflow for charter in charters for workflow in charter.opened_workflows()}
        api.allow([arns.machine(workflow) for workflow in self._workflows if workflow not in opened], "states:StartExecution")
        executions = [arns.execution(workflow) for workflow in self._workflows]
        # One statement: a role's policy of its own holds 10,240 characters.
        api.allow(executions, "states:DescribeExecution", "states:StopExecution")
        for execution in executions:
            acknowledge_wildcard(api.role, execution, "An execution is named after its run, which is not known before.")
        return api

    def _approvals(self, charters: Sequence[Charter], sign_in: dict[str, str]) -> Function:
        arns, bundle = self._arns, approvals_bundle(charters)
        approvals = self._function("approvals", bundle=bundle, environment={"ACCOUNT": self.account, **sign_in})
        approvals.allow(arns.table("approvals"), "dynamodb:GetItem", "dynamodb:ConditionCheckItem")
        approvals.allow(arns.approvals_index("open"), "dynamodb:Query")
        approvals.allow(arns.table("agents"), "dynamodb:GetItem", "dynamodb:ConditionCheckItem")
        approvals.allow(arns.table("answers"), "dynamodb:GetItem", "dynamodb:PutItem")
        approvals.append_to(arns.table("ledger"))
        approvals.allow([arns.gate(charter.domain) for charter in charters], "lambda:InvokeFunction")
        return approvals

    def _recorder(self, charters: Sequence[Charter]) -> None:
        arns, sender = self._arns, self._stage.mail_sender
        bundle = recorder_bundle({"TOLD": {charter.domain: charter.told() for charter in charters}})
        recorder = self._function("recorder", bundle=bundle, environment={"MAIL_SENDER": sender})
        recorder.append_to(arns.table("ledger"))
        recorder.allow([arns.table("uses"), arns.table("ended")], "dynamodb:PutItem")
        recorder.allow(arns.table("budgets"), "dynamodb:UpdateItem")
        looked_at = sorted({namespace for charter in charters for namespace in charter.fact_namespaces()})
        recorder.permit(partitions(arns, citations(looked_at), "dynamodb:DeleteItem"))
        recorder.allow([arns.mail_identity(sender), arns.mail_settings()], "ses:SendEmail")

    def _timekeeper(self, domains: Sequence[str]) -> None:
        arns = self._arns
        timekeeper = self._function("timekeeper", bundle=Bundle(folder="timekeeper", told={"DOMAINS": domains}))
        timekeeper.allow(arns.approvals_index("due"), "dynamodb:Query")
        timekeeper.allow([arns.gate(domain) for domain in domains], "lambda:InvokeFunction")
        Schedule(self, "Ticking", name=self._names.of("tick"), rate=self._stage.tick_every, function=timekeeper)

    def _routes(self, rest: RestApi, api: Function, approvals: Function) -> None:
        rest.route("POST", "/runs", api)
        rest.route("GET", "/runs/{id}", api)
        rest.route("POST", "/runs/{id}/undo", api)
        rest.route("GET", "/runs/{id}/undo", api)
        rest.route("POST", "/runs/{id}/withdraw", api)
        rest.route("POST", "/runs/{id}/redact", api)
        rest.route("POST", "/intents", api)
        rest.route("POST", "/agents/{name}/intents", api)
        rest.route("GET", "/agents/{name}/intents/{id}", api)
        rest.route("POST", "/agents/{name}/intents/{id}/withdraw", api)
        rest.route("GET", "/approvals", approvals)
        rest.route("GET", "/agents", api)
        rest.route("GET", "/agents/{name}/tools", api)
        rest.route("POST", "/agents/{name}/suspend", api)
        rest.route("POST", "/agents/{name}/resume", api)
        rest.route("GET", "/delegations", api)
        rest.route("POST", "/delegations/{id}/revoke", api)
        for route in (*_FACT_ROUTES, _EXTRACTION):
            rest.route(*route, api)
        rest.route("GET", "/approvals/{id}", approvals, unsigned_because=_LINK)
        rest.route("POST", "/approvals/{id}", approvals, unsigned_because=_LINK)
        for route in _INBOX_ROUTES:
            rest.route(*route, approvals, unsigned_because=_SESSION)
        for route in _ANSWER_ROUTES:
            rest.route(*route, approvals)
        answers = [rest.arn(method, path.replace("{id}", "*")) for method, path in _ANSWER_ROUTES]
        self._callers("Approver", [rest.arn("GET", "/approvals"), answers.pop()], *answers)
        asks = [rest.arn(*route) for route in (("POST", "/runs"), ("POST", "/intents"), ("GET", "/approvals"))]
        named = [rest.arn(*route) for route in (("GET", "/runs/*"), ("POST", "/runs/*/withdraw"), ("GET", "/agents/*/tools"))]
        self._callers("Caller", asks, *named)
        operates = [rest.arn("GET", "/agents"), rest.arn("GET", "/delegations")]
        stops = [rest.arn("POST", f"/agents/*/{verb}") for verb in ("suspend", "resume")]
        undoes = [rest.arn(method, "/runs/*/undo") for method in ("POST", "GET")]
        self._callers("Operator", operates, *stops, rest.arn("POST", "/delegations/*"), rest.arn("GET", "/runs/*"), *undoes)
        self._callers("Redactor", [], rest.arn("GET", "/runs/*"), rest.arn("POST", "/runs/*/redact"))
        self._speakers(rest)
        # What stewards may state, and what they are shown, is the charters' to say.
        self._callers("Steward", [rest.arn(*route) for route in _FACT_ROUTES], rest.arn("GET", "/facts/extract/*"))

    def _speakers(self, rest: RestApi) -> None:
        """A policy for each agent that runs elsewhere: to ask in its name, and in nobody else's, and to see and take back what was."""
        for agent in self._elsewhere:
            own = [rest.arn("POST", f"/agents/{agent}/intents"), rest.arn("GET", f"/agents/{agent}/tools")]
            named = [rest.arn("GET", f"/agents/{agent}/intents/*"), rest.arn("POST", f"/agents/{agent}/intents/*/withdraw")]
            self._callers(f"Speaker-{agent}", own, *named)

    def _callers(self, who: str, exactly: list[str], *also: str) -> None:
        """A policy for people and programs that call the API."""
        allowed = iam.PolicyStatement(actions=["execute-api:Invoke"], resources=[*exactly, *also])
        policy = iam.ManagedPolicy(self, who, managed_policy_name=self._names.of(who.lower()), statements=[allowed])
        for some in also:
            acknowledge_wildcard(policy, some, "What is named in the path is not known before: runs, agents, delegations, approvals.")

    def _function(self, name: str, *, bundle: Bundle | None = None, environment: dict[str, str] | None = None) -> Function:
        return Function(
            self,
            name.capitalize(),
            stage=self._stage,
            name=self._names.function(name),
            bundle=bundle or Bundle(folder=name),
            environment=environment,
        )


def _workflows(charters: Sequence[Charter]) -> dict[str, dict[str, object]]:
    """Every workflow: its domain, the groups of people that may be behind it, and its agent if a caller can start it. What a message opens
    is nobody else's to start."""
    workflows: dict[str, dict[str, object]] = {}
    for charter in charters:
        common: dict[str, object] = {"domain": charter.domain, "groups": [*charter.groups]}
        opened = charter.opened_workflows()
        workflows |= {name: {**common, "agent": None if name in opened else spec.agent} for name, spec in charter.workflows.items()}
        behind = [action_workflow] + [undo_workflow] * charter.undoes + [extract_workflow] * bool(charter.scribe)
        workflows |= {workflow(charter.domain): {**common, "agent": None} for workflow in behind}
    return workflows
