"""The approval page, through its handler."""

from typing import Any

import pytest

from lambdas.approvals import handler as approvals
from remit.domain.approval import Approval, ApprovalStatus
from remit.usecases.answer import ApprovalPorts
from tests.fakes.gate import World, refund
from tests.fakes.http import Context, event, form


def handle(request: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = approvals.handler(request, Context())
    return response


class Page:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
        self.world = World()
        self.world.propose(refund(1200_00, **changes))
        (self.approval,) = self.world.records.approvals.values()
        ports = ApprovalPorts(records=self.world.records, gate=self.world.woken, clock=self.world.clock)
        monkeypatch.setattr(approvals, "ports", lambda: ports)

    def get(self, token: str = "token-1", method: str = "GET") -> dict[str, Any]:
        return handle(event(method, f"/approvals/{self.approval.id}", query={"token": token}))

    def post(self, **fields: str) -> dict[str, Any]:
        return handle(event("POST", f"/approvals/{self.approval.id}", body=form(**fields)))

    @property
    def now(self) -> Approval:
        return self.world.records.approvals[self.approval.id]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


def test_opening_the_page_shows_the_question_and_decides_nothing(page: Page) -> None:
    response = page.get()
    assert (response["statusCode"], page.now.status) == (200, ApprovalStatus.PENDING)
    for told in ("refunds.issue_refund", "1,200.00 USD", "refunds.over-autonomy", "arrived broken"):
        assert told in response["body"]


def test_the_page_is_not_kept_framed_scripted_or_referred_from(page: Page) -> None:
    headers = page.get()["multiValueHeaders"]
    assert headers["Cache-Control"] == ["no-store"]
    assert headers["Referrer-Policy"] == ["no-referrer"]
    assert "default-src 'none'" in headers["Content-Security-Policy"][0]
    assert "<script" not in page.get()["body"]


def test_a_post_answers_once_and_the_second_is_gone(page: Page) -> None:
    first, second = page.post(token="token-1", verdict="approve"), page.post(token="token-1", verdict="reject")
    assert (first["statusCode"], second["statusCode"]) == (200, 410)
    assert page.now.status is ApprovalStatus.APPROVED


def test_an_answered_question_is_gone(page: Page) -> None:
    page.post(token="token-1", verdict="reject", comment="fraud")
    assert (page.get()["statusCode"], page.now.comment) == (410, "fraud")


@pytest.mark.parametrize("fields", [{}, {"token": "token-1"}, {"token": "token-1", "verdict": "perhaps"}, {"verdict": "approve"}])
def test_a_form_that_is_not_understood_decides_nothing(page: Page, fields: dict[str, str]) -> None:
    assert (page.post(**fields)["statusCode"], page.now.status) == (400, ApprovalStatus.PENDING)


def test_a_wrong_token_is_gone_and_tells_nothing_of_the_question(page: Page) -> None:
    response = page.get(token="guess")
    assert response["statusCode"] == 410
    assert "1,200.00" not in response["body"]


def test_the_token_in_the_address_of_a_post_decides_nothing(page: Page) -> None:
    path = f"/approvals/{page.approval.id}"
    response = handle(event("POST", path, query={"token": "token-1", "verdict": "approve"}))
    assert (response["statusCode"], page.now.status) == (400, ApprovalStatus.PENDING)


def test_html_in_a_payload_is_text_on_the_page_and_in_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(monkeypatch, reason="<script>alert(1)</script><img src=x onerror=y>")
    (mail,) = page.world.mailer.sent  # type: ignore[attr-defined]
    for html in (page.get()["body"], mail.html):
        assert "<script>" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_no_other_method_decides(page: Page, method: str) -> None:
    page.get(method=method)
    assert page.now.status is ApprovalStatus.PENDING
