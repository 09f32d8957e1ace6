"""The deployed system as the stories see it: callers, business tables, state machines, mail and approval pages."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from remit.answers import Run
from remit.cli.browser import picture
from remit.cli.demo.desk import Desk
from remit.cli.demo.mail_store import MailStore
from remit.cli.errors import CliError
from remit.cli.runs import write_page
from remit.cli.target import LOCAL_STAGE, local_session, local_target, people_of
from remit.client import Credentials, RemitClient
from remit.fact_client import FactClient
from remit.local import cloud
from remit.local.inbox import Mail, messages
from remit.local.processes import wait_until
from remit.local.users import create_user
from remit.names import Names

PATIENCE_SECONDS = 60.0
_DELIVERY_SECONDS = 10.0
_FORM = re.compile(r'name="form" value="(\w+)"')
_VISIT = "__Host-remit-visit"
_LINK = re.compile(r"https?://\S+/approvals/[^\s?]+\?token=[\w-]+")
_WHO_AM_I = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}]}

Record = dict[str, str | int | bool | list[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a human was asked about a run, as it came by mail."""

    run: str
    mail: Mail
    link: str

    @property
    def address(self) -> str:
        return self.link.partition("?")[0]

    @property
    def token(self) -> str:
        return self.link.partition("token=")[2]

    @property
    def approval(self) -> str:
        return self.address.rpartition("/")[2]


def speaker(agent: str) -> str:
    """The deployment's policy for callers who ask in the agent's name."""
    return f"speaker-{agent}"


class World:
    """One deployed Remit on a local cloud, with a caller who may use it, an operator, and one who may do neither."""

    def __init__(self, state: cloud.CloudState) -> None:
        target = local_target(state)
        self.url, self.state, self._names = target.url, state, Names(LOCAL_STAGE)
        self._session = local_session(state)
        self._tables = self._session.resource("dynamodb", endpoint_url=state.endpoint)
        self._machines = self._session.client("stepfunctions", endpoint_url=state.endpoint)
        self.mail_store = MailStore(state)
        self.caller = self._user("remit-demo-caller", "caller", *map(speaker, ("support", "claims", "collections", "planner", "secretary")))
        self.client = RemitClient(target.url, target.region, self.caller)
        # Holds what an agent that runs elsewhere has to hold, and no more.
        self.service = self._user("remit-demo-service", speaker("support"))
        # Known to the charter of the mailbox domain as the owner of one, and speaks for its agent alone.
        self.secretarys = self._user("remit-demo-owner", "caller", speaker("secretary"))
        self.owner = RemitClient(target.url, target.region, self.secretarys)
        self.operator = RemitClient(target.url, target.region, self._user("remit-demo-operator", "operator"))
        self.stranger = RemitClient(target.url, target.region, self._user("remit-demo-stranger"))
        self.people = people_of(state)
        self.signed_in: list[str] = []
        self.answered: Question | None = None
        self.chased: Run | None = None
        self._opened: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self._stewards: dict[str, FactClient] = {}

    def steward(self, name: str) -> FactClient:
        """Somebody who may call the routes of facts; what they may state is the charters' to say."""
        if name not in self._stewards:
            credentials = self._user(name, "steward")
            self._stewards[name] = FactClient(RemitClient(self.url, self.state.region, credentials))
        return self._stewards[name]

    def as_user(self, name: str, *policies: str) -> RemitClient:
        """The API as this user of the account calls it, under some of the deployment's policies for callers."""
        return RemitClient(self.url, self.state.region, self._user(name, *policies))

    def seed(self, records: Mapping[str, Mapping[str, Sequence[Record]]]) -> None:
        """Business records by domain and table, as every telling finds them."""
        for domain, tables in records.items():
            for table, rows in tables.items():
                for row in rows:
                    self._tables.Table(self._names.business_table(domain, table)).put_item(Item=row)

    def rows(self, table: str, domain: str = "refunds") -> dict[str, dict[str, Any]]:
        """A business table, by key."""
        items = self._tables.Table(self._names.business_table(domain, table)).scan(ConsistentRead=True)["Items"]
        key = f"{table.removesuffix('s')}_id"
        return {str(item[key]): dict(item) for item in items}

    def row(self, domain: str, table: str, key: str, value: str) -> dict[str, Any]:
        """One business record as it is now."""
        found = self._tables.Table(self._names.business_table(domain, table)).get_item(Key={key: value}, ConsistentRead=True)
        return dict(found["Item"])

    def staff(self, people: Mapping[str, tuple[str, str]]) -> None:
        """People in the user pool: by name, their tenant and group."""
        for name, (tenant, group) in people.items():
            self.people.add(name, tenant, group)

    def sign_in(self, name: str) -> str:
        """The person's token; `signed_in` has all that were given out."""
        self.signed_in.append(self.people.sign_in(name))
        return self.signed_in[-1]

    def ask(self, message: str, workflow: str = "refunds", on_behalf_of: str | None = None) -> str:
        """Start a run, on behalf of the person whose token it is, and return its id."""
        return self.client.start_run(workflow, {"message": message}, on_behalf_of=on_behalf_of).run

    def ended(self, run: str) -> Run:
        return self.client.wait(run, PATIENCE_SECONDS)

    def left(self, order: str) -> int:
        """What an order has left to refund, in minor units."""
        return int(self.rows("orders")[order]["refundable"])

    def undone(self, run: str) -> str:
        """Have the operator undo a run; the run that did, once it has ended."""
        attempt = self.operator.undo(run).attempt
        return self.operator.wait(attempt.run, PATIENCE_SECONDS).run if attempt else ""

    def question(self, run: str) -> tuple[Run, Question]:
        """The run once it waits for a human, and the mail that asks."""
        waiting = self.client.wait(run, PATIENCE_SECONDS, until=lambda seen: seen.ended or _mailed(seen))
        approval = str((waiting.question or {}).get("approval"))
        # The ledger knows of the mail as soon as SES has taken it; its way to the inbox takes a moment more.
        wait_until(lambda: self._asked(run, approval) is not None, _DELIVERY_SECONDS)
        asked = self._asked(run, approval)
        if asked is None:
            raise CliError(f"{run} is {waiting.status} and no mail with a link to approval {approval} arrived.")
        return waiting, asked

    def _asked(self, run: str, approval: str) -> Question | None:
        """The newest mail with a link to the approval."""
        links = ((mail, link.group()) for mail in reversed(self.mails()) for link in _LINK.finditer(mail.text))
        return next((Question(run, mail, link) for mail, link in links if f"/approvals/{approval}?" in link), None)

    def mails(self) -> list[Mail]:
        return messages(self.state.inbox_dir)

    def shown(self, question: Question) -> tuple[Path, Path | None]:
        """The question's mail as a file, and a picture of its page where this machine has a browser."""
        folder = self._shown_in()
        mail = folder / "approval-mail.html"
        mail.write_text(question.mail.html, encoding="utf-8")
        return mail, picture(question.link, folder / "approval-page.png")

    def written(self, run: Run) -> Path:
        """The run's trace as a file, as `remit trace RUN --html FILE` writes it."""
        path = self._shown_in() / "trace.html"
        write_page(run, path)
        return path

    def _shown_in(self) -> Path:
        folder = self.state.inbox_dir.parent / "demo"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def open_page(self, question: Question) -> requests.Response:
        """As a person does who may answer later: once nothing is asked any more, the page has no form to send."""
        page = requests.get(question.link, timeout=30)
        if form := _FORM.search(page.text):
            # As a header, because this machine's address has no TLS.
            self._opened[question.link] = {"form": form.group(1)}, {"Cookie": f"{_VISIT}={page.cookies.get(_VISIT, '')}"}
        return page

    def answer(self, question: Question, verdict: str, comment: str) -> requests.Response:
        """What a person's browser does: it sends the form of the page that it opened, with what that page gave it to keep."""
        if question.link not in self._opened:
            self.open_page(question)
        form, kept = self._opened.get(question.link, ({}, {}))
        said = {"token": question.token, "verdict": verdict, "comment": comment, **form}
        return requests.post(question.address, data=said, headers=kept, timeout=60)

    def answer_as(self, name: str, question: Question, verdict: str, comment: str) -> requests.Response:
        """What somebody's browser does who signs in at the user pool's page and answers under their own name."""
        return Desk(self.url, self.people).answer(name, question.approval, verdict, comment)

    def execution_status(self, workflow: str, run: str) -> str:
        return self._machines.describe_execution(executionArn=self._execution(workflow, run))["status"]

    def execution_errors(self, workflow: str, run: str) -> list[str]:
        """The errors that the execution's tasks ended with, oldest first."""
        history = self._machines.get_execution_history(executionArn=self._execution(workflow, run), maxResults=1000)["events"]
        return [str(event["taskFailedEventDetails"].get("error")) for event in history if "taskFailedEventDetails" in event]

    def start_by_hand(self, workflow: str, given: Mapping[str, Any]) -> str:
        """An execution that the API knows nothing of; its name, once it has ended."""
        name, deadline = f"by-hand-{uuid4()}", time.monotonic() + PATIENCE_SECONDS
        self._machines.start_execution(stateMachineArn=self._arn("stateMachine", workflow), name=name, input=json.dumps(given))
        while self.execution_status(workflow, name) == "RUNNING" and time.monotonic() < deadline:
            time.sleep(0.2)
        return name

    def executions(self, workflow: str) -> set[str]:
        """The runs of a workflow, whatever became of them."""
        pages = self._machines.get_paginator("list_executions").paginate(stateMachineArn=self._arn("stateMachine", workflow))
        return {execution["name"] for page in pages for execution in page["executions"]}

    def _arn(self, kind: str, workflow: str) -> str:
        return f"arn:aws:states:{self.state.region}:{self.state.account_id}:{kind}:{self._names.machine(workflow)}"

    def _execution(self, workflow: str, run: str) -> str:
        return f"{self._arn('execution', workflow)}:{run}"

    def _user(self, name: str, *policies: str) -> Credentials:
        created = create_user(self.state, name, _WHO_AM_I)
        iam = self._session.client("iam", endpoint_url=self.state.endpoint)
        for policy in policies:
            iam.attach_user_policy(UserName=name, PolicyArn=f"arn:aws:iam::{self.state.account_id}:policy/{self._names.of(policy)}")
        return Credentials(created.access_key_id, created.secret_access_key)


def _mailed(run: Run) -> bool:
    return any(entry.kind == "approval.mailed" for entry in run.entries)
