"""The console's pages: what the deployment says, as text, to this machine alone."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus

import pytest

from remit.approval_answers import Approval, Intent
from remit.cli.console import command
from remit.cli.console.charts import HEIGHT, WIDTH, Line, Point, Widget, drawn, widgets_of
from remit.cli.console.pages import overview
from remit.cli.console.server import LOOPBACK, answer
from remit.cli.console.source import Source
from remit.cli.errors import CliError
from remit.client_errors import Unreachable
from tests.fakes.clock import NOON
from tests.fakes.console import RUN, OneRun, deployed
from tests.unit.test_trace import approved

HOUR = timedelta(hours=1)
LINE = Line("w0m0", "Remit/local", "Decisions", (("Outcome", "ALLOW"),), "Sum", "ALLOW")
HERE = f"{LOOPBACK}:8642"
WAITING = Approval(
    id="a",
    domain="refunds",
    intent=Intent(run=RUN, agent="support", tool="refunds.issue_refund", payload={"reason": "<script>alert(1)</script>"}),
    route="finance",
    status="PENDING",
    requested_at=NOON,
    expires_at=NOON + HOUR,
)


@pytest.fixture
def source() -> Iterator[Source]:
    with deployed(OneRun(approved(), (WAITING,))) as source:
        yield source


def test_a_widget_is_read_with_its_row_title_and_lines() -> None:
    lines = [["N", "Runs", "Outcome", "DONE"], ["N", "Runs", {"stat": "Sum", "label": "all"}]]
    text = {"type": "text", "properties": {"markdown": "## What failed"}}
    runs = {"type": "metric", "properties": {"title": "Runs", "stat": "Maximum", "metrics": lines}}
    body = json.dumps({"widgets": [text, runs]})
    assert widgets_of(body) == [
        Widget(
            "What failed",
            "Runs",
            (
                Line("w1m0", "N", "Runs", (("Outcome", "DONE"),), "Maximum", "Runs"),
                Line("w1m1", "N", "Runs", (), "Sum", "all"),
            ),
        )
    ]


def test_values_are_drawn_from_left_to_right_up_to_the_highest() -> None:
    points = [Point(NOON + HOUR, 4.0), Point(NOON, 0.0), Point(NOON + HOUR / 2, 8.0)]
    (line,) = drawn(Widget("", "Decisions", (LINE,)), {"w0m0": points}, NOON, NOON + HOUR).lines
    assert [x for x, _ in line.marks] == [4.0, WIDTH / 2, WIDTH - 4.0]
    assert [y for _, y in line.marks] == [HEIGHT - 4.0, 4.0, HEIGHT / 2]
    assert line.last == "4"


def test_a_line_without_values_is_named_as_such_and_zeros_are_drawn_at_the_bottom() -> None:
    silent = LINE._replace(id="w0m1", label="DENY")
    chart = drawn(Widget("", "Decisions", (LINE, silent)), {"w0m0": [Point(NOON, 0.0)]}, NOON, NOON + HOUR)
    assert (chart.silent, chart.lines[0].marks, chart.top) == (("DENY",), ((4.0, HEIGHT - 4.0),), "0")


def test_the_overview_has_a_chart_for_each_widget_with_cloudwatchs_values(source: Source) -> None:
    charts = source.charts()["What was refused"]
    assert [chart.title for chart in charts] == ["Decisions", "Conflicts"]
    (line,) = charts[0].lines
    assert (line.label, len(line.marks), line.last, charts[0].top, charts[0].silent) == ("ALLOW", 3, "3", "7", ("DENY",))


def test_the_overview_lists_what_waits_the_runs_and_their_decisions(source: Source) -> None:
    text = overview(source)
    assert [found.workflow for found in source.runs()] == ["refunds"]
    for part in ("Waiting for a human: 1", "support → refunds.issue_refund", f'href="/runs/{RUN}"', "ESCALATE", "A refund above $500.00"):
        assert part in text


def test_what_people_write_is_text_and_nothing_is_fetched_or_run(source: Source) -> None:
    text = overview(source)
    assert "&lt;script&gt;" in text
    assert not [part for part in ("<script", "src=", "http://", "https://", "url(") if part in text]


def test_a_run_has_its_page_and_what_is_not_there_has_none(source: Source) -> None:
    found, text = answer(f"/runs/{RUN}", HERE, source)
    assert (found, "The run ended on" in text, 'href="/"' in text) == (HTTPStatus.OK, True, True)
    for path in (f"/runs/run-{'9' * 32}", "/runs/../etc", "/elsewhere"):
        assert answer(path, HERE, source)[0] is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("host", ["evil.example:8642", "", "127.0.0.1.evil.example:80"])
def test_another_name_for_this_machine_is_answered_nothing(source: Source, host: str) -> None:
    status, text = answer("/", host, source)
    assert (status, "support" in text) == (HTTPStatus.FORBIDDEN, False)


def test_what_cannot_be_read_is_said_in_a_sentence(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    source.cloudwatch.delete_dashboards(DashboardNames=["remit-local-operations"])
    status, text = answer("/", HERE, source)
    assert (status, "Check the stage and your credentials." in text) == (HTTPStatus.BAD_GATEWAY, True)

    def silent(self: OneRun) -> tuple[Approval, ...]:
        raise Unreachable("http://127.0.0.1 does not answer.")

    monkeypatch.setattr(OneRun, "approvals", silent)
    assert "Is it up?" in answer("/", HERE, source)[1]


def test_a_deployment_without_a_named_stage_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_API_URL", "https://api.example/prod")
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CliError, match="Which stage's dashboard"):
        command.source_of(None)
    assert command.source_of("prod").names.stage == "prod"
