"""A deployment as the console sees it: CloudWatch and Step Functions in moto, and an API that knows one run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from moto import mock_aws

from remit.answers import Entry as AnsweredEntry
from remit.answers import Run
from remit.approval_answers import Approval
from remit.cli.console.source import Source
from remit.client import RemitClient
from remit.client_errors import NotFound
from remit.domain.ledger import Draft, Entry, chain
from remit.names import Names

RUN = f"run-{'0' * 32}"
REGION = "eu-west-1"
_LINES = [["Remit/local", "Decisions", "Outcome", outcome, {"label": outcome, "stat": "Sum"}] for outcome in ("ALLOW", "DENY")]
DASHBOARD = {
    "widgets": [
        {"type": "text", "properties": {"markdown": "## What was refused"}},
        {"type": "metric", "properties": {"title": "Decisions", "metrics": _LINES}},
        {"type": "metric", "properties": {"title": "Conflicts", "metrics": [["Remit/local", "Conflicts", {"stat": "Sum"}]]}},
    ]
}
_MACHINE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
_ROLE = "arn:aws:iam::123456789012:role/machine"


class OneRun(RemitClient):
    """The API, as far as the console asks it."""

    def __init__(self, entries: tuple[Entry, ...], approvals: tuple[Approval, ...] = ()) -> None:
        own = chain(RUN, None, [Draft(kind=entry.kind, body=entry.body) for entry in entries], entries[0].at)
        told = tuple(AnsweredEntry.model_validate(entry.model_dump(mode="json")) for entry in own)
        self._run, self._approvals = Run(run=RUN, workflow="refunds", status="SUCCEEDED", entries=told), approvals

    def run(self, run: str) -> Run:
        if run != RUN:
            raise NotFound(f"There is no run '{run}'.", 404)
        return self._run

    def approvals(self) -> tuple[Approval, ...]:
        return self._approvals


@contextmanager
def deployed(client: RemitClient) -> Iterator[Source]:
    """A dashboard with values of the last hour, and a run of the refunds workflow."""
    with mock_aws():
        cloudwatch = boto3.client("cloudwatch", region_name=REGION)
        cloudwatch.put_dashboard(DashboardName="remit-local-operations", DashboardBody=json.dumps(DASHBOARD))
        cloudwatch.put_metric_data(Namespace="Remit/local", MetricData=_values())
        machines = boto3.client("stepfunctions", region_name=REGION)
        created = machines.create_state_machine(name="remit-local-refunds", definition=_MACHINE, roleArn=_ROLE)
        machines.start_execution(stateMachineArn=created["stateMachineArn"], name=RUN)
        machines.create_state_machine(name="somebody-elses", definition=_MACHINE, roleArn=_ROLE)
        yield Source(names=Names("local"), client=client, cloudwatch=cloudwatch, machines=machines)


def _values() -> list[Any]:
    now = datetime.now(UTC)
    outcome = [{"Name": "Outcome", "Value": "ALLOW"}]
    return [
        {"MetricName": "Decisions", "Dimensions": outcome, "Timestamp": now - timedelta(minutes=ago), "Value": value, "Unit": "Count"}
        for ago, value in ((40, 2.0), (20, 7.0), (10, 3.0))
    ]
