"""The commands with which approvers answer, over the real client and a wire that a test holds."""

import json
from typing import Any

import pytest
import requests

from remit.cli import approvals as commands
from remit.cli import main as entry
from remit.client import Credentials, RemitClient

QUESTION: dict[str, Any] = {
    "id": "ap-1",
    "domain": "refunds",
    "intent": {"run": "run-77", "agent": "support", "tool": "refunds.issue_refund", "payload": {"amount": 120000}},
    "route": "finance",
    "labels": {"integrity": "external", "confidentiality": "internal"},
    "status": "PENDING",
    "requested_at": "2026-11-22T12:00:00Z",
    "expires_at": "2026-11-22T16:00:00Z",
    "payload_digest": "d" * 64,
    "wording": {"sentence": "The agent “support” wants to refund 1,200.00 USD.", "fields": []},
    "stands": "OPEN",
    "answers": [],
}
DEPUTY = {"approver": "a@example.com", "to": "b@example.com", "until": "2026-11-23T12:00:00Z", "approval": None}


class Wire(requests.Session):
    """Answers GET with the question, POST with it answered, and keeps what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def request(self, method: str, url: str, **more: Any) -> requests.Response:  # type: ignore[override] # noqa: ANN401
        answer = requests.Response()
        answer.status_code = 200
        body = DEPUTY if url.endswith("deputies") else QUESTION
        if method == "POST":
            self.sent.append((url.removeprefix("https://remit.example"), more["json"]))
        answer._content = json.dumps(body).encode()
        return answer


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()

    class Target:
        def client(self) -> RemitClient:
            return RemitClient("https://remit.example", "us-east-1", Credentials("AKIA", "secret"), session=wire)

    monkeypatch.setattr(commands, "find_target", Target)
    return wire


def remit(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr("sys.argv", ["remit", "approvals", *arguments])
    with pytest.raises(SystemExit) as ended:
        entry.main()
    return ended.value.code


def test_show_says_what_is_asked_and_how_it_stands(wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert remit(monkeypatch, "show", "ap-1") == 0
    shown = capsys.readouterr().out
    assert [
        word
        for word in ("OPEN: The agent “support”", "amount 120000", "carries integrity external", "d" * 64, "run-77")
        if word not in shown
    ] == []


@pytest.mark.parametrize(
    ("arguments", "verdict", "comment"),
    [(("approve", "ap-1"), "approve", ""), (("reject", "ap-1", "--reason", "no order"), "reject", "no order")],
)
def test_an_answer_is_to_the_payload_that_was_shown(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], verdict: str, comment: str
) -> None:
    assert remit(monkeypatch, *arguments) == 0
    assert wire.sent == [("/approvals/ap-1/answers", {"verdict": verdict, "comment": comment, "payload_digest": "d" * 64})]


def test_a_rejection_without_a_reason_is_not_sent(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    assert remit(monkeypatch, "reject", "ap-1", "--reason", " ") != 0
    assert remit(monkeypatch, "reject", "ap-1") != 0
    assert wire.sent == []


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("delegate", "ap-1", "--to", "b@example.com"), "/approvals/ap-1/deputies"),
        (("away", "--to", "b@example.com", "--hours", "24"), "/deputies"),
    ],
)
def test_a_deputy_is_appointed_until_a_time(wire: Wire, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], path: str) -> None:
    assert remit(monkeypatch, *arguments, "--json") == 0
    ((sent, body),) = wire.sent
    assert (sent, body["to"], body["until"][-6:]) == (path, "b@example.com", "+00:00")
