"""After all stories: what was secret in them stands in no log line and in no ledger entry."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.local.cloud import CloudState
from remit.names import Names

pytestmark = pytest.mark.vouched("ministack")

NAMES = Names("local")
SIGNATURES = re.compile(r"AWS4-HMAC-SHA256|X-Amz-Signature|X-Amz-Security-Token|aws_session_token|SecretAccessKey", re.IGNORECASE)


def log_lines(state: CloudState) -> Iterator[str]:
    logs = local_session(state).client("logs", endpoint_url=state.endpoint)
    groups = [group["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    for group in groups:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            yield from (event["message"] for event in page["events"])


def items(state: CloudState, table: str) -> list[dict[str, Any]]:
    tables = local_session(state).resource("dynamodb", endpoint_url=state.endpoint)
    return [dict(item) for item in tables.Table(NAMES.table(table)).scan(ConsistentRead=True)["Items"]]


def tables(state: CloudState) -> list[str]:
    """Remit's own and the domains', without the stage."""
    pages = local_session(state).client("dynamodb", endpoint_url=state.endpoint).get_paginator("list_tables").paginate()
    return [name.removeprefix(NAMES.of("")) for page in pages for name in page["TableNames"]]


def given_to_machines(state: CloudState) -> list[str]:
    """The whole history of every execution of the claims."""
    machines = local_session(state).client("stepfunctions", endpoint_url=state.endpoint)
    arn = f"arn:aws:states:{state.region}:{state.account_id}:stateMachine:{NAMES.machine('claims')}"
    executions = machines.list_executions(stateMachineArn=arn)["executions"]
    assert executions
    return [str(machines.get_execution_history(executionArn=each["executionArn"], maxResults=1000)["events"]) for each in executions]


@pytest.fixture(scope="session")
def told(state: CloudState, stories: dict[str, Story]) -> list[str]:
    """Every log line and every ledger entry that the stories left."""
    assert stories
    lines = list(log_lines(state))
    assert any("Proposals" in line for line in lines)
    return [*lines, *(str(item) for item in items(state, "ledger"))]


def test_no_link_token_is_written_down(world: World, told: list[str]) -> None:
    tokens = {token for mail in world.mails() for token in re.findall(r"token=([\w-]{40,})", mail.text)}
    assert len(tokens) >= 2
    assert not [line for line in told for token in tokens if token in line]


def test_no_token_of_a_person_is_written_down_anywhere(world: World, state: CloudState, told: list[str]) -> None:
    """Neither whole nor its signature; nor in what the machines were given, nor in any table."""
    parts = {part for token in world.signed_in for part in (token, token.rpartition(".")[2])}
    assert len(parts) >= 6
    kept = [str(item) for table in tables(state) for item in items(state, table)]
    assert not [line for line in [*told, *kept, *given_to_machines(state)] for part in parts if part in line]


def test_no_task_token_is_written_down(state: CloudState, told: list[str]) -> None:
    # What an action's undoing has claimed is no action.
    actions = [item for item in items(state, "actions") if "body" in item]
    tokens = {json.loads(str(item["body"]))["task_token"] for item in actions}
    assert len(tokens) >= 3
    assert not [line for line in told for token in tokens if token in line]


def test_no_key_and_no_signature_is_written_down(world: World, told: list[str]) -> None:
    assert not [line for line in told if world.caller.secret_access_key in line or SIGNATURES.search(line)]


def test_only_hashes_of_link_tokens_are_kept(world: World, state: CloudState, stories: dict[str, Story]) -> None:
    assert stories
    tokens = {token for mail in world.mails() for token in re.findall(r"token=([\w-]{40,})", mail.text)}
    kept = [str(item) for table in ("approvals", "actions", "warrants", "uses") for item in items(state, table)]
    assert not [item for item in kept for token in tokens if token in item]
