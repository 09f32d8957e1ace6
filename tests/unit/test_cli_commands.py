import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from remit.answers import Act, Reason, Run, Started
from remit.approval_answers import Approval
from remit.cli import approvals, local, runs, target
from remit.cli import main as entry
from remit.cli.main import main
from remit.client_errors import ClientError, Forbidden, Invalid, Unreachable
from remit.local.cloud import LocalCloudError
from tests.fakes import told

APPROVAL = {
    "id": "ap-1",
    "domain": "refunds",
    "intent": {"run": "run-77", "agent": "support", "tool": "refunds.issue_refund", "payload": told.PAYLOAD},
    "route": "finance",
    "reasons": [told.FORBID],
    "status": "PENDING",
    "requested_at": "2026-11-22T09:00:00Z",
    "expires_at": "2026-11-22T13:00:00Z",
}
REFUSED = Act(run="run-9", outcome="REFUSED", error="Remit.Denied", reasons=(Reason(**told.FORBID),))


class FakeClient:
    """Answers what it was given, and keeps what it was asked."""

    def __init__(self, run: Run | None = None, act: Act | None = None, error: Exception | None = None) -> None:
        self._run, self._act, self._error = run or told.paid(), act, error
        self.asked: list[tuple[object, ...]] = []
        self.scope: Mapping[str, Any] | None = None

    def client(self) -> "FakeClient":
        return self

    def start_run(self, workflow: str, payload: Mapping[str, Any], key: str | None, on_behalf_of: str | None) -> Started:
        self._note(workflow, payload, key, on_behalf_of)
        return Started(run="run-77", status="RUNNING")

    def wait(self, run: str, deadline: float, until: Callable[[Run], bool]) -> Run:
        assert until(self._run)
        return self._run

    def run(self, run: str) -> Run:
        self._note(run)
        return self._run

    def act(
        self,
        agent: str,
        tool: str,
        payload: Mapping[str, Any],
        key: str | None,
        on_behalf_of: str | None,
        *,
        scope: Mapping[str, Any] | None,
    ) -> Act:
        self.scope = scope
        self._note(agent, tool, payload, key, on_behalf_of)
        assert self._act
        return self._act

    def approvals(self) -> tuple[Approval, ...]:
        self._note()
        return (Approval.model_validate(APPROVAL),)

    def _note(self, *asked: object) -> None:
        self.asked.append(asked)
        if self._error:
            raise self._error


class Result(NamedTuple):
    code: object
    out: str
    err: str


Cli = Callable[..., Result]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("REMIT_API_URL", raising=False)
    monkeypatch.delenv("REMIT_DEBUG", raising=False)
    monkeypatch.setattr(entry, "ended_by_signals", lambda: None)

    def call(*arguments: str, client: FakeClient | None = None) -> Result:
        monkeypatch.setattr(sys, "argv", ["remit", *arguments])
        if client:
            for module in (runs, approvals):
                monkeypatch.setattr(module, "find_target", lambda: client)
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(ended.value.code, *capsys.readouterr())

    return call


def test_a_run_is_started_with_what_was_typed(cli: Cli) -> None:
    client = FakeClient()
    result = cli("run", "refunds", "--input", '{"message": "hi"}', "--key", "k", client=client)
    assert (result.code, client.asked) == (0, [("refunds", {"message": "hi"}, "k", None)])
    assert "remit trace run-77" in result.out


@pytest.mark.parametrize(("run", "code"), [(told.paid(), 0), (told.waiting(), 0), (told.rejected(), 3)])
def test_a_run_that_is_waited_for_tells_by_its_exit_code_what_came_of_it(cli: Cli, run: Run, code: int) -> None:
    result = cli("run", "refunds", "--input", "{}", "--wait", "--json", client=FakeClient(run))
    assert (result.code, json.loads(result.out)["run"]) == (code, "run-77")


def test_the_input_may_come_from_a_file_or_from_stdin(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, file = FakeClient(), tmp_path / "input.json"
    file.write_text('{"from": "file"}')
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"from": "stdin"}'))
    cli("run", "refunds", "--input", f"@{file}", client=client)
    cli("run", "refunds", "--input", "-", client=client)
    assert [payload for _, payload, _, _ in client.asked] == [{"from": "file"}, {"from": "stdin"}]


def test_an_action_is_asked_for_within_the_scope_that_is_stated(cli: Cli) -> None:
    client = FakeClient(act=REFUSED)
    cli("act", "secretary", "mailbox.read_message", "--payload", "{}", "--scope", '{"reach": "record"}', client=client)
    assert client.scope == {"reach": "record"}


def test_a_persons_token_comes_from_a_file_or_from_stdin(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, file = FakeClient(act=REFUSED), tmp_path / "token"
    file.write_text("from.a.file\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("from.standard.input\n"))
    cli("run", "claims", "--input", "{}", "--on-behalf-of", f"@{file}", client=client)
    cli("act", "claims", "claims.read_claim", "--payload", "{}", "--on-behalf-of", "-", client=client)
    assert [asked[-1] for asked in client.asked] == ["from.a.file", "from.standard.input"]


def test_nobody_is_signed_in_by_name_to_another_deployment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_API_URL", "https://api.example/prod")
    result = cli("run", "claims", "--input", "{}", "--on-behalf-of", "carol", client=FakeClient())
    assert (result.code, "takes @FILE or - with the person's token" in result.err) == (1, True)


def test_a_refused_action_exits_with_3_and_says_why(cli: Cli) -> None:
    result = cli("act", "support", "refunds.issue_refund", "--payload", "{}", client=FakeClient(act=REFUSED))
    assert result.code == 3
    assert "refunds.over-autonomy: A refund above $500.00" in result.out


def test_an_action_that_waits_is_no_failure(cli: Cli) -> None:
    waiting = Act(run="run-9", outcome="WAITING", route="finance", approval="ap-1")
    result = cli("act", "support", "refunds.issue_refund", "--payload", "{}", client=FakeClient(act=waiting))
    assert (result.code, result.out.splitlines()[0]) == (0, "WAITING for finance (approval ap-1)")


@pytest.mark.parametrize(
    "arguments",
    [("act", "support", "t", "--payload", "{}"), ("trace", "run-77"), ("approvals", "list"), ("run", "refunds", "--input", "{}")],
)
def test_with_json_there_is_nothing_but_json_on_stdout(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert json.loads(cli(*arguments, "--json", client=FakeClient(act=REFUSED)).out)


def test_open_questions_say_who_is_asked_and_why(cli: Cli) -> None:
    result = cli("approvals", "list", client=FakeClient())
    assert all(word in result.out for word in ("finance", "refunds.over-autonomy", "run-77"))


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            Unreachable("http://x does not answer (ConnectTimeout)."),
            "http://x does not answer (ConnectTimeout). Is it up? Start the local cloud",
        ),
        (Forbidden("User is not authorized", 403), "User is not authorized. Check the credentials: the caller needs execute-api:Invoke"),
        (
            Invalid("…", 400, "Remit.InvalidPayload", (Reason(policy="payload.amount", reason="not positive"),)),
            "Remit.InvalidPayload: payload.amount: not positive.",
        ),
        (LocalCloudError("The cloud stopped."), "The cloud stopped."),
        (ZeroDivisionError("oops"), "Something unexpected went wrong (ZeroDivisionError: oops). REMIT_DEBUG=1 shows where."),
    ],
)
def test_an_error_is_one_line_on_stderr_and_nothing_on_stdout(cli: Cli, error: Exception, line: str) -> None:
    result = cli("trace", "run-77", "--json", client=FakeClient(error=error))
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert line in result.err


def test_a_traceback_is_shown_when_asked_for(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["remit", "trace", "run-77"])
    monkeypatch.setattr(runs, "find_target", lambda: FakeClient(error=ClientError("oops")))
    with pytest.raises(ClientError, match="oops"):
        main()


def test_ctrl_c_exits_with_130(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "find_target", interrupted)
    assert cli("trace", "run-77").code == 130


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("run", "refunds", "--input", "{message: hi}"), "--input is not JSON"),
        (("run", "refunds", "--input", "[1]"), "--input has to be a JSON object"),
        (("act", "support", "t", "--payload", "@/nowhere.json"), "the file /nowhere.json cannot be read: No such file or directory"),
        (("run", "refunds"), "Missing option '--input'"),
        (("runn",), "No such command 'runn'"),
        (("inbox", "show", "0"), "Input should be greater than or equal to 1. See"),
    ],
)
def test_what_was_mistyped_is_told_in_one_line(cli: Cli, arguments: tuple[str, ...], line: str) -> None:
    result = cli(*arguments)
    assert result.code != 0
    assert (line in result.err, result.err.count("\n")) == (True, 1)


def test_outside_of_a_repository_there_is_nothing_to_talk_to(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "set REMIT_API_URL" in cli("trace", "run-77").err


def test_without_a_running_cloud_it_is_said_how_to_start_it(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cdk.json").touch()
    (tmp_path / "charters").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "start it with 'remit up'" in cli("env").err
    assert "The local cloud was not running." in cli("down").out


@pytest.mark.parametrize(
    ("url", "line"), [("api.example", "which is no address"), ("https://api.example/prod", "AWS credentials or AWS_REGION")]
)
def test_a_named_api_needs_an_address_and_credentials(cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str, line: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("REMIT_API_URL", url)
    assert line in cli("trace", "run-77").err


def test_a_named_api_is_called_with_the_environments_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_API_URL", "https://api.example/prod")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    found = target.find_target()
    assert callable(found.credentials)
    assert (found.url, found.region, found.credentials().access_key_id) == ("https://api.example/prod", "eu-west-1", "AKIA")


def test_a_proxy_does_not_stand_between_this_machine_and_itself() -> None:
    environment = {"NO_PROXY": "intranet", "HTTPS_PROXY": "http://proxy:3128"}
    target.exempt_this_machine(environment)
    target.exempt_this_machine(environment)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet,127.0.0.1,localhost,.localhost"


def test_the_inbox_is_listed_and_read(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1-20261122T090000Z.eml").write_text("Subject: Approve?\nFrom: remit@example.com\nTo: finance@example.com\n\nA refund.\n")
    monkeypatch.setattr(local, "find_root", lambda: tmp_path)
    monkeypatch.setattr(local, "running_cloud", lambda _: type("State", (), {"inbox_dir": tmp_path}))
    assert "Approve?" in cli("inbox").out
    assert "A refund." in cli("inbox", "show", "1").out
    assert json.loads(cli("inbox", "show", "1", "--json").out)["to"] == ["finance@example.com"]
    assert "There is no message 2; the inbox has 1." in cli("inbox", "show", "2").err
