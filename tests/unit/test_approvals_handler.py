"""The approval page, through its handler."""

import json
from typing import Any

import pytest

from lambdas.approvals import api, pages
from lambdas.approvals import handler as approvals
from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import Ballot, Verdict
from remit.domain.link import Link
from remit.domain.situation import Stands
from remit.domain.visit import proof
from remit.usecases.gate import resume
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.gate import World, refund
from tests.fakes.http import CALLER, Context, answer_of, event, form
from tests.fakes.pages import STATES
from tests.fakes.records import MemoryRecords


def handle(request: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = approvals.handler(request, Context())
    return response


class Reads(MemoryApprovals):
    """Says what was read of it."""

    def __init__(self, records: MemoryRecords) -> None:
        super().__init__(records)
        self._seen: list[str] = []

    def taken(self) -> tuple[str, ...]:
        seen, self._seen = tuple(self._seen), []
        return seen

    def approval(self, approval: str) -> Approval | None:
        self._seen.append("approval")
        return super().approval(approval)

    def link(self, token_hash: str) -> Link | None:
        self._seen.append("link")
        return super().link(token_hash)

    def ballot(self, approval: str, stage: int) -> Ballot:
        self._seen.append("ballot")
        return super().ballot(approval, stage)

    def suspension(self, agent: str) -> Suspension | None:
        self._seen.append("suspension")
        return super().suspension(agent)


class Page:
    """The page as one browser has it open."""

    visit = "v" * 43

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
        self.world = World()
        self.world.propose(refund(1200_00, **changes))
        (self.approval,) = self.world.records.approvals.values()
        monkeypatch.setattr(pages, "ports", lambda: self.world.approval_ports)
        monkeypatch.setattr(api, "ports", lambda: self.world.approval_ports)

    def get(self, token: str = "token-1", method: str = "GET") -> dict[str, Any]:
        return handle(event(method, f"/approvals/{self.approval.id}", query={"token": token}, headers=self.kept(), caller=None))

    def post(self, kept: dict[str, str] | None = None, /, **fields: str) -> dict[str, Any]:
        proven = {"form": proof(self.visit, self.approval.id), **fields}
        return handle(event("POST", f"/approvals/{self.approval.id}", body=form(**proven), headers=kept or self.kept(), caller=None))

    def reads(self) -> "Reads":
        """From here on, what is read."""
        self.world.approvals = Reads(self.world.records)
        return self.world.approvals

    def kept(self) -> dict[str, str]:
        return {"Cookie": f"__Host-remit-visit={self.visit}"}

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


def test_the_page_is_not_kept_framed_scripted_indexed_or_referred_from(page: Page) -> None:
    headers = page.get()["multiValueHeaders"]
    assert headers["Cache-Control"] == ["no-store"]
    assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (["no-referrer"], ["noindex, nofollow"])
    assert "default-src 'none'" in headers["Content-Security-Policy"][0]
    body = page.get()["body"]
    assert ("<script" in body, '<meta name="robots" content="noindex">' in body) == (False, True)


def test_a_post_answers_once_and_the_second_is_gone(page: Page) -> None:
    first, second = page.post(token="token-1", verdict="approve"), page.post(token="token-1", verdict="reject", comment="no")
    assert (first["statusCode"], second["statusCode"]) == (200, 410)
    assert page.answers() == [(Verdict.APPROVE, "")]


@pytest.mark.parametrize("fields", [{"comment": "yes"}, {"token": "token-1"}, {"token": "token-1", "verdict": "perhaps"}])
def test_a_form_that_is_not_understood_decides_nothing(page: Page, fields: dict[str, str]) -> None:
    assert (page.post(**fields)["statusCode"], page.answers()) == (400, [])


def test_a_wrong_token_is_gone_and_tells_nothing_of_the_question(page: Page) -> None:
    response = page.get(token="guess")
    assert response["statusCode"] == 410
    assert "1,200.00" not in response["body"]


def test_the_token_in_the_address_of_a_post_decides_nothing(page: Page) -> None:
    path = f"/approvals/{page.approval.id}"
    sent = form(form=proof(page.visit, page.approval.id))
    response = handle(event("POST", path, query={"token": "token-1", "verdict": "approve"}, body=sent, headers=page.kept(), caller=None))
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


@pytest.mark.parametrize("stands", Stands)
def test_the_page_says_how_the_question_stands_and_takes_an_answer_only_where_it_is_open(page: Page, stands: Stands) -> None:
    happens, said = STATES[stands]
    happens(page.world)
    shown = page.get()
    assert (shown["statusCode"], [each for each in said if each not in shown["body"]]) == (200, [])
    assert shown["body"].count("by finance@example.com on") == len(page.answers())
    assert ("<form" in shown["body"]) == (stands is Stands.OPEN)


@pytest.mark.parametrize("stands", [each for each in Stands if each is not Stands.OPEN])
def test_no_answer_counts_where_the_page_offers_none(page: Page, stands: Stands) -> None:
    happens, _ = STATES[stands]
    happens(page.world)
    before = page.answers()
    assert page.post(token="token-1", verdict="approve")["statusCode"] == (409 if stands is Stands.SUSPENDED else 410)
    assert page.answers() == before


@pytest.mark.parametrize("comment", ["", " ", "\n\t"])
def test_a_rejection_says_why(page: Page, comment: str) -> None:
    assert page.post(token="token-1", verdict="reject", comment=comment)["statusCode"] == 400
    assert page.post(token="token-1", verdict="reject", comment="no order")["statusCode"] == 200
    assert page.answers() == [(Verdict.REJECT, "no order")]


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ("", {}),
        (proof("v" * 43, "another question"), {}),
        (proof("w" * 43, "this"), {}),
        ("this", {"Cookie": ""}),
        ("this", {"Cookie": "__Host-remit-visit=short"}),
        ("this", {"Cookie": "=;\x00"}),
        ("this", {"Cookie": f"remit-visit={'v' * 43}"}),
        ("this", {"Sec-Fetch-Site": "cross-site"}),
        ("this", {"Sec-Fetch-Site": "same-site"}),
    ],
)
def test_a_form_of_another_site_or_browser_decides_nothing(page: Page, form: str, headers: dict[str, str]) -> None:
    proven = proof(page.visit, page.approval.id) if form == "this" else form
    answered = page.post({**page.kept(), **headers}, token="token-1", verdict="approve", form=proven)
    assert (answered["statusCode"], page.answers()) == (400, [])


def test_a_browser_keeps_its_visit_from_page_to_page_and_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    (cookie,) = page.get()["multiValueHeaders"]["Set-Cookie"]
    assert cookie == f"__Host-remit-visit={page.visit}; Path=/; HttpOnly; Secure; SameSite=Lax"


def test_a_browser_that_was_never_here_is_given_a_visit_that_nobody_can_guess(page: Page) -> None:
    page.visit = ""
    first, second = (page.get()["multiValueHeaders"]["Set-Cookie"][0].split(";")[0].partition("=")[2] for _ in range(2))
    assert (len(first), len(second), first == second) == (43, 43, False)


BAD = ("token-1", "token-", "TOKEN-1", "token-3", "", "x" * 5000, "töken")


def test_whatever_is_wrong_with_a_token_the_answer_is_the_same_page_after_the_same_reads(page: Page) -> None:
    """Replayed, truncated, altered, another question's, none at all."""
    page.world.propose(refund(1300_00), step="govern-2")
    page.post(token="token-1", verdict="reject", comment="no")
    resume(page.approval.id, page.world.ports)
    reads = page.reads()
    answers = {token: (page.post(token=token, verdict="approve"), reads.taken()) for token in BAD}
    assert {(said["statusCode"], said["body"], seen) for said, seen in answers.values()} == {
        (410, answers["token-1"][0]["body"], ("link", "approval", "ballot", "suspension"))
    }


def test_a_link_that_has_expired_is_as_good_as_none(page: Page) -> None:
    page.world.clock.pause(12 * 86_400)
    reads = page.reads()
    expired, unknown = ((page.get(token), reads.taken()) for token in ("token-1", "guess"))
    assert (expired[0]["statusCode"], expired[0]["body"], expired[1]) == (410, unknown[0]["body"], unknown[1])


FINANCE = "arn:aws:iam::000000000000:user/finance"


def signed(page: Page, method: str, what: str, body: dict[str, Any] | None = None, caller: str = FINANCE) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body)
    return answer_of(handle(event(method, f"/approvals/{page.approval.id}/{what}", body=sent, caller=caller)))


def test_whoever_signs_sees_how_the_question_stands_for_them(page: Page) -> None:
    status, seen = signed(page, "GET", "answers")
    assert (status, seen["stands"], seen["payload_digest"]) == (200, "OPEN", page.approval.payload_digest)
    assert signed(page, "GET", "answers", caller=CALLER)[1]["stands"] == "ANSWERED"


def test_whoever_signs_answers_as_who_they_are(page: Page) -> None:
    said = {"verdict": "reject", "comment": "No such order.", "payload_digest": page.approval.payload_digest}
    status, seen = signed(page, "POST", "answers", said)
    assert (status, seen["stands"], seen["answers"][0]["voice"]["known_as"]) == (200, "DECIDED", FINANCE)
    assert signed(page, "POST", "answers", said)[0] == 403


@pytest.mark.parametrize(
    ("change", "status"), [({"comment": " "}, 400), ({"payload_digest": "x"}, 403), ({"verdict": "perhaps"}, 400), ({"by": "me"}, 400)]
)
def test_an_answer_that_is_not_one_decides_nothing(page: Page, change: dict[str, str], status: int) -> None:
    said = {"verdict": "reject", "comment": "no", "payload_digest": page.approval.payload_digest, **change}
    assert (signed(page, "POST", "answers", said)[0], page.answers()) == (status, [])


def test_a_question_is_handed_over_and_an_approver_is_away_until_a_time(page: Page) -> None:
    until = {"to": "risk@example.com", "until": "2026-11-22T13:00:00Z"}
    assert signed(page, "POST", "deputies", until)[1]["approval"] == page.approval.id
    status, away = answer_of(handle(event("POST", "/deputies", body=json.dumps(until), caller=FINANCE)))
    assert (status, away["approver"], away["approval"]) == (200, "finance@example.com", None)
    assert answer_of(handle(event("POST", "/deputies", body=json.dumps(until), caller=CALLER)))[0] == 403


def test_nobody_who_did_not_sign_reaches_the_api(page: Page) -> None:
    for path in ("/approvals", f"/approvals/{page.approval.id}/answers"):
        assert handle(event("GET", path, caller=None))["statusCode"] == 404
