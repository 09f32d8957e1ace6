"""The approval page, through its handler."""

from typing import Any

import pytest

from lambdas.approvals import handler as approvals
from remit.domain.ballot import Verdict
from tests.fakes.gate import World, refund
from tests.fakes.http import Context, answer_of, event, form


def handle(request: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = approvals.handler(request, Context())
    return response


class Page:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
        self.world = World()
        self.world.propose(refund(1200_00, **changes))
        (self.approval,) = self.world.records.approvals.values()
        monkeypatch.setattr(approvals, "ports", lambda: self.world.approval_ports)

    def get(self, token: str = "token-1", method: str = "GET") -> dict[str, Any]:
        return handle(event(method, f"/approvals/{self.approval.id}", query={"token": token}))

    def post(self, **fields: str) -> dict[str, Any]:
        return handle(event("POST", f"/approvals/{self.approval.id}", body=form(**fields)))

    def answers(self) -> list[tuple[Verdict, str]]:
        said = self.world.approvals.ballot(self.approval.id, 0).answers
        return [(answer.verdict, answer.comment) for answer in said]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


def test_open_questions_are_listed_oldest_first(page: Page) -> None:
    (listed,) = answer_of(handle(event("GET", "/approvals")))[1]["approvals"]
    assert (listed["id"], listed["route"]) == (page.approval.id, "finance")


def test_opening_the_page_shows_the_question_and_decides_nothing(page: Page) -> None:
    response = page.get()
    assert (response["statusCode"], page.answers()) == (200, [])
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
    assert page.answers() == [(Verdict.APPROVE, "")]


@pytest.mark.parametrize("fields", [{}, {"token": "token-1"}, {"token": "token-1", "verdict": "perhaps"}, {"verdict": "approve"}])
def test_a_form_that_is_not_understood_decides_nothing(page: Page, fields: dict[str, str]) -> None:
    assert (page.post(**fields)["statusCode"], page.answers()) == (400, [])


def test_a_wrong_token_is_gone_and_tells_nothing_of_the_question(page: Page) -> None:
    response = page.get(token="guess")
    assert response["statusCode"] == 410
    assert "1,200.00" not in response["body"]


def test_the_token_in_the_address_of_a_post_decides_nothing(page: Page) -> None:
    path = f"/approvals/{page.approval.id}"
    response = handle(event("POST", path, query={"token": "token-1", "verdict": "approve"}))
    assert (response["statusCode"], page.answers()) == (400, [])


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
    assert page.answers() == []
