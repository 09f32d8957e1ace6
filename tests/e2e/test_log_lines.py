"""After all stories: every line of every function's log is JSON and says its run, and none says what was in a payload."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remit.cli.demo.story import Story
from remit.cli.target import local_session
from remit.domain.assertion import Says
from remit.domain.model import Json
from remit.local.cloud import CloudState
from tests.e2e.test_secrets import items
from tests.fakes.stored_supply import WRITTEN

pytestmark = pytest.mark.vouched("ministack")

# These are never invoked but for a run; the others answer for themselves too.
ALWAYS_ABOUT_A_RUN = {"gate", "executor", "reasoner", "recorder"}
ABOUT_A_RUN = {"RunsStarted", "RunsShown", "IntentsReceived", "ApprovalPagesShown", "ApprovalsAnswered"}
REFUSED = {"RequestsRefused", "AnswersRefused"}


class Line(dict[str, Any]):
    """A line of a function's log."""

    @property
    def platforms(self) -> bool:
        """Lambda's, or its runtime's of what a function raised."""
        return str(self.get("type", "")).startswith("platform.") or "stackTrace" in self

    @property
    def service(self) -> str:
        return str(self.get("service", ""))


@pytest.fixture(scope="module")
def messages(state: CloudState, stories: dict[str, Story]) -> list[str]:
    assert stories
    logs = local_session(state).client("logs", endpoint_url=state.endpoint)
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/remit-")
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return [
        event["message"]
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]


@pytest.fixture(scope="module")
def lines(messages: list[str]) -> list[Line]:
    found = [Line(json.loads(message)) for message in messages]
    assert {line.service for line in found} >= {*ALWAYS_ABOUT_A_RUN, "api", "approvals"}
    return found


def test_every_line_is_json(messages: list[str]) -> None:
    assert [message for message in messages if not _is_object(message)] == []


def test_every_line_but_the_platforms_says_its_request_and_its_trace(lines: list[Line]) -> None:
    ours = [line for line in lines if not line.platforms]
    assert [line for line in ours if not line.get("function_request_id") or not str(line.get("xray_trace_id", "")).startswith("1-")] == []


def test_every_line_that_a_run_concerns_says_which(lines: list[Line]) -> None:
    # A request that was refused was about no run that there is.
    asked = [line for line in lines if ABOUT_A_RUN & line.keys() and not REFUSED & line.keys()]
    concerned = asked + [line for line in lines if line.service in ALWAYS_ABOUT_A_RUN]
    assert len(concerned) > 100
    # A mail that comes back names its question, before anybody has looked up whose run that is.
    assert [line for line in concerned if not str(line.get("run", "")).startswith("run-") and not line.get("approval")] == []


def test_every_line_of_the_ledgers_says_its_chain(lines: list[Line]) -> None:
    assert [line for line in lines if "hash" in line and not line.get("run")] == []


def test_every_entry_of_the_ledger_has_its_line_with_its_hash(state: CloudState, lines: list[Line]) -> None:
    logged = {(line["run"], line["hash"]) for line in lines if "hash" in line}
    written = {(item["run"], item["hash"]) for item in items(state, "ledger")}
    assert written
    assert written <= logged | WRITTEN


def test_no_line_holds_a_text_out_of_a_payload(state: CloudState, messages: list[str]) -> None:
    bodies = [json.loads(item["body"]) for item in items(state, "ledger") if item["kind"] in {"run.started", "intent.proposed"}]
    said = {text for body in bodies for name in ("payload", "input") for text in _texts(body.get(name)) if len(text) > 3}
    # What undoes an action names its warrant, whose id is that of an entry.
    # And what stands in the charters themselves, like the kinds of letters, or in the payloads' models, is nobody's secret.
    charters = "".join(path.read_text(encoding="utf-8") for path in Path("charters").glob("*.yaml"))
    told = {text for text in said if not re.fullmatch("[0-9a-f]{40}", text) and text not in charters and text not in {*Says}}
    assert len(told) > 5
    # As a word: a timestamp holds many a number.
    words = re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in told))
    assert [(found.group(), message) for message in messages if (found := words.search(_without_chain(message)))] == []


def _without_chain(message: str) -> str:
    """The name of a chain of facts is that of the fact, which is no payload."""
    return re.sub(r'"run":"fact-[^"]*"', "", message)


def _is_object(message: str) -> bool:
    try:
        return isinstance(json.loads(message), dict)
    except ValueError:
        return False


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
