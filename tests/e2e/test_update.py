"""The next version over the one that runs: what waits for a human goes on, nothing differs afterwards, and all of it can be taken away.

On a deployment of its own with one domain, from a copy of the project whose policies and code the test may change.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from remit.answers import Run
from remit.cli.demo.stories.refunds import RECORDS
from remit.cli.demo.world import Question, World
from remit.cli.deploy import cdk, context, deploy
from remit.cli.target import LOCAL_STAGE, exempt_this_machine, local_session
from remit.local import cloud
from remit.names import Names
from tests.e2e.project import copied

pytestmark = pytest.mark.vouched("ministack")

DOMAIN = "refunds"
RULE = """
@id("refunds.nothing-large-this-week")
@reason("This week nothing above $2,000.00 is refunded, whoever approves.")
forbid (principal, action == Remit::Action::"refunds.issue_refund", resource)
when { context.payload.amount > 200000 };
"""
# Service, operation, list in its answer, name in an element of it.
HOLDINGS: tuple[tuple[str, str, str, str | None], ...] = (
    ("dynamodb", "list_tables", "TableNames", None),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("iam", "list_policies", "Policies", "PolicyName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("verifiedpermissions", "list_policy_stores", "policyStores", "policyStoreId"),
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
)
PAYLOAD = {"account_id": "A-100", "order_id": "O-1006", "currency": "USD", "reason": "late"}


@dataclass
class Project:
    """A copy of the project with one domain, and the local cloud that it is deployed to."""

    root: Path
    state: cloud.CloudState
    world: World

    def change(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def deploy(self) -> None:
        deploy(self.root, self.state, lambda _: None)

    def cdk(self, *arguments: str) -> None:
        """Raises CliError with the end of its output if it fails."""
        cdk(self.root, self.state, *arguments, "--all", cwd=self.root, progress=lambda _: None)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    exempt_this_machine(os.environ)
    root = copied(tmp_path_factory.mktemp("version"), DOMAIN)
    try:
        state = cloud.up(root, port=0)
        deploy(root, state, lambda _: None)
        world = World(state)
        world.seed({DOMAIN: RECORDS})
        yield Project(root, state, world)
    finally:
        cloud.down(root)


def asked(project: Project, amount: int) -> Question:
    run = project.world.client.act("support", "refunds.issue_refund", {**PAYLOAD, "amount": amount}).run
    return project.world.question(run)[1]


def decisions(run: Run) -> list[dict[str, Any]]:
    return [dict(entry.body) for entry in run.entries if entry.kind == "decision.made"]


@pytest.fixture(scope="module")
def over_the_update(project: Project) -> dict[str, Run]:
    """Both are asked of finance by the version before, and approved under the one after."""
    questions = {"small": asked(project, 120_000), "large": asked(project, 250_000)}
    with (project.root / "policies" / DOMAIN / "policies.cedar").open("a", encoding="utf-8") as policies:
        policies.write(RULE)
    # New code of the gate's: it reads the policies anew, and not within the minute.
    project.change("lambdas/gate/handler.py", '"""', '"""The next version. ')
    project.change(f"tools/{DOMAIN}/actions.py", '"status": "paid"}', '"status": "paid", "version": "next"}')
    project.deploy()
    for question in questions.values():
        project.world.answer(question, "approve", "As discussed.")
    return {name: project.world.ended(question.run) for name, question in questions.items()}


def test_a_run_that_waited_completes_under_the_new_policies(over_the_update: dict[str, Run]) -> None:
    run = over_the_update["small"]
    before, after = decisions(run)
    assert (run.act.outcome, run.act.receipt and run.act.receipt.verification) == ("DONE", "MATCH")
    assert before["policy_set"] != after["policy_set"]


def test_and_by_the_new_code(project: Project, over_the_update: dict[str, Run]) -> None:
    refund = next(row for row in project.world.rows("refunds").values() if row["run"] == over_the_update["small"].run)
    assert (refund["amount"], refund["version"]) == (120_000, "next")


def test_what_the_new_policies_forbid_is_refused_although_it_was_approved(project: Project, over_the_update: dict[str, Run]) -> None:
    run = over_the_update["large"]
    assert (run.act.outcome, [reason.policy for reason in run.act.reasons]) == ("REFUSED", ["refunds.nothing-large-this-week"])
    assert run.run not in {row["run"] for row in project.world.rows("refunds").values()}


def test_nothing_differs_after_a_deployment(project: Project, over_the_update: dict[str, Run]) -> None:
    assert over_the_update
    # Synthesised again, into another folder: a difference makes it fail.
    project.cdk("diff", "--fail", "--no-change-set", *context(project.state), "--output", str(project.root / "cdk.out"))


def test_what_is_destroyed_leaves_only_what_is_kept_on_purpose(project: Project, over_the_update: dict[str, Run]) -> None:
    assert over_the_update
    assert filled(project.state) == {"archive", "logs", "mail", "transcripts"}
    project.cdk("destroy", "--force", "--app", str(project.root / "cdk.out"))
    # API Gateway has one role for its logs in the whole account, which other APIs may use by then.
    assert {kind: [name.partition("52EF")[0] for name in names] for kind, names in left(project.state)} == {
        "iam Roles": ["remit-local-core-RestCloudWatchRole"]
    }


def filled(state: cloud.CloudState) -> set[str]:
    """The buckets that hold something, now that something was put where anybody may; the archive has what was recorded."""
    names, s3 = Names(LOCAL_STAGE), local_session(state).client("s3", endpoint_url=state.endpoint)
    named = {"archive": names.archive, "logs": names.logs, "mail": names.mail_store, "transcripts": names.transcripts}
    buckets = {kept: name(state.account_id, state.region) for kept, name in named.items()}
    for kept in named.keys() - {"archive"}:
        s3.put_object(Bucket=buckets[kept], Key="something", Body=b"Something.")
    return {kept for kept, bucket in buckets.items() if s3.list_objects_v2(Bucket=bucket)["KeyCount"]}


def left(state: cloud.CloudState) -> Iterator[tuple[str, list[str]]]:
    """What the account has of Remit, by kind."""
    session: Any = local_session(state)
    for service, operation, listed, name in HOLDINGS:
        pages = session.client(service, endpoint_url=state.endpoint).get_paginator(operation).paginate().build_full_result()
        names = [each if name is None else each[name] for each in pages.get(listed, [])]
        if mine := sorted(each for each in names if "remit-local" in each):
            yield f"{service} {listed}", mine
