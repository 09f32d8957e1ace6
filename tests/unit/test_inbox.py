"""The inbox page and the sign-in before it, through the handler; the user pool is a fake."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from lambdas.approvals import handler as approvals
from lambdas.approvals import inbox, pages
from remit.domain.approval import Approval
from remit.domain.ballot import Verdict
from remit.domain.visit import proof
from remit.usecases.gate import resume
from remit.usecases.sign_in import SigningIn
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund
from tests.fakes.http import Context, event
from tests.fakes.sign_ins import KnownSignIns

VISIT = "v" * 43
PLACE = "https://remit.example"


class Inbox:
    """One browser, and three questions: two alike, and one for risk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World()
        for number, payload in enumerate((refund(1200_00), refund(1300_00), refund(80_00, account_id="A-200", order_id="O-2001"))):
            self.world.propose(payload, step=f"govern-{number}")
        self.sign_ins = KnownSignIns(self.world.clock)
        self.signing_in = SigningIn(sign_ins=self.sign_ins, address="https://pool.example", client="client-1", public_url=PLACE)
        self.visit = VISIT
        for module in (inbox, pages):
            monkeypatch.setattr(module, "ports", lambda: self.world.approval_ports)
        monkeypatch.setattr(inbox, "signing_in", lambda: self.signing_in)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer: dict[str, Any] = approvals.handler(event("GET", path, query=query, headers=self.kept(), caller=None), Context())
        for cookie in answer["multiValueHeaders"].get("Set-Cookie", ()):
            self.visit = cookie.split(";")[0].partition("=")[2]
        return answer

    def post(self, *chosen: Approval, **fields: str) -> dict[str, Any]:
        said = {"form": proof(self.visit, "inbox"), "chosen": [f"{each.id}:{each.payload_digest}" for each in chosen], **fields}
        request = event("POST", "/inbox", body=urlencode(said, doseq=True), headers=self.kept(), caller=None)
        answer: dict[str, Any] = approvals.handler(request, Context())
        return answer

    def kept(self) -> dict[str, str]:
        return {"Cookie": f"__Host-remit-visit={self.visit}"}

    def sign_in(self, name: str = "finance", path: str = "/inbox") -> dict[str, Any]:
        """As a person does: by the link of the page, at the user pool's page, and back."""
        link = re.search(r'href="(https://pool[^"]+)"', self.get(path)["body"])
        assert link is not None
        code, asked = self.sign_ins.signs_in(name, link[1].replace("&amp;", "&"))
        return self.get("/signed-in", code=code, state=asked["state"])

    def question(self, amount: int) -> Approval:
        return next(each for each in self.world.records.approvals.values() if each.intent.payload["amount"] == amount)

    def answers(self) -> dict[int, tuple[Verdict, str]]:
        said = [(self.world.records.approvals[place], ballot.answers[0]) for (place, _), ballot in self.world.records.ballots.items()]
        return {int(str(each.intent.payload["amount"])): (answer.verdict, answer.voice.known_as) for each, answer in said}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Inbox:
    return Inbox(monkeypatch)


def test_whoever_is_not_signed_in_sees_nothing_but_a_way_to_sign_in(desk: Inbox) -> None:
    for path in ("/inbox", f"/inbox/{desk.question(1200_00).id}"):
        page = desk.get(path)
        assert (page["statusCode"], "1,200.00" in page["body"], "https://pool.example/oauth2/authorize" in page["body"]) == (
            200,
            False,
            True,
        )


def test_the_sign_in_is_bound_to_the_browser_that_began_it_and_gives_it_another_visit(desk: Inbox) -> None:
    answer = desk.sign_in()
    assert (answer["statusCode"], answer["multiValueHeaders"]["Location"], desk.visit == VISIT) == (303, ["inbox"], False)
    # Whose address has the code in it; and a gateway may want a body.
    assert (answer["body"], answer["multiValueHeaders"]["Cache-Control"]) == ("", ["no-store"])
    desk.visit = VISIT
    assert "Sign in" in desk.get("/inbox")["body"]


def test_a_sign_in_that_another_browser_began_is_worth_nothing(desk: Inbox) -> None:
    link = desk.signing_in.begin("w" * 43, "")
    code, asked = desk.sign_ins.signs_in("finance", link)
    assert desk.get("/signed-in", code=code, state=asked["state"])["statusCode"] == 401
    assert desk.world.records.sessions == {}


@pytest.mark.parametrize("given", [{}, {"code": "code-9"}, {"state": "x"}, {"code": "guess", "state": "mine"}])
def test_a_sign_in_that_is_none_is_refused(desk: Inbox, given: dict[str, str]) -> None:
    state = parse_qs(urlsplit(desk.signing_in.begin(VISIT, "")).query)["state"][0]
    answer = desk.get("/signed-in", **{name: state if value == "mine" else value for name, value in given.items()})
    assert (answer["statusCode"], desk.world.records.sessions) == (401, {})


def test_it_lists_what_waits_for_the_person_by_tool_and_policy_and_nothing_else(desk: Inbox) -> None:
    desk.sign_in("finance")
    page = desk.get("/inbox")["body"]
    assert page.count("<section") == 1
    assert [sentence in page for sentence in ("1,200.00 USD", "1,300.00 USD", "80.00 USD for")] == [True, True, False]
    assert "refunds.issue_refund: refunds.over-autonomy" in page


def test_several_are_answered_at_once_and_each_is_recorded_by_itself_as_who_it_was(desk: Inbox) -> None:
    desk.sign_in("finance")
    page = desk.post(desk.question(1200_00), desk.question(1300_00), verdict="approve")
    assert page["body"].count("approved; the gate checks once more") == 2
    known = (Verdict.APPROVE, "user-pool/finance")
    assert desk.answers() == {1200_00: known, 1300_00: known}
    assert len(desk.world.woken.woken) == 2


def test_what_is_wrong_with_one_answer_stops_no_other(desk: Inbox) -> None:
    desk.sign_in("finance")
    page = desk.post(desk.question(80_00), desk.question(1200_00), verdict="reject", comment="no order")
    assert (page["body"].count("not taken"), set(desk.answers())) == (1, {1200_00})


def test_a_payload_that_was_not_shown_is_not_approved(desk: Inbox) -> None:
    desk.sign_in("finance")
    other = desk.question(1200_00).model_copy(update={"payload_digest": "0" * 64})
    assert (desk.post(other, verdict="approve")["body"].count("not taken"), desk.answers()) == (1, {})


@pytest.mark.parametrize(
    "fields",
    [{"form": "x"}, {"form": proof(VISIT, "inbox")}, {"verdict": "perhaps"}, {"verdict": "reject"}, {"chosen": "x"}, {"chosen": ""}],
)
def test_a_form_that_is_not_ours_or_not_understood_decides_nothing(desk: Inbox, fields: dict[str, str]) -> None:
    desk.sign_in("finance")
    said = {"verdict": "approve", **fields}
    assert (desk.post(desk.question(1200_00), **said)["statusCode"], desk.answers()) == (400, {})


def test_a_session_ends_soon(desk: Inbox) -> None:
    desk.sign_in("finance")
    desk.world.clock.pause(timedelta(minutes=15).total_seconds())
    assert desk.post(desk.question(1200_00), verdict="approve")["statusCode"] == 400
    assert ("Sign in" in desk.get("/inbox")["body"], desk.answers()) == (True, {})


def test_where_a_route_asks_for_it_the_page_leads_to_a_sign_in_and_the_answer_is_the_persons(desk: Inbox) -> None:
    approval = desk.question(1200_00)
    desk.world.records.approvals[approval.id] = approval.moved(step_up=True)
    page = desk.get(f"/approvals/{approval.id}", token="token-1")["body"]
    assert (f'href="../inbox/{approval.id}"' in page, "<form" in page) == (True, False)
    assert desk.sign_in("finance", f"/inbox/{approval.id}")["multiValueHeaders"]["Location"] == [f"inbox/{approval.id}"]
    assert 'action="../inbox"' in desk.get(f"/inbox/{approval.id}")["body"]
    desk.post(approval, verdict="approve")
    resume(approval.id, desk.world.ports)
    assert (desk.answers()[1200_00], desk.world.till.times) == ((Verdict.APPROVE, "user-pool/finance"), 1)


@pytest.mark.parametrize("name", ["risk", "nobody"])
def test_a_person_who_is_not_asked_is_shown_nothing_of_a_question(desk: Inbox, name: str) -> None:
    desk.sign_in(name)
    page = desk.get(f"/inbox/{desk.question(1200_00).id}")
    assert (page["statusCode"], "1,200.00" in page["body"]) == (410, False)


def test_no_visit_is_kept_only_its_hash(desk: Inbox) -> None:
    desk.sign_in()
    (session,) = desk.world.records.sessions.values()
    assert (desk.visit in session.model_dump_json(), session.name, session.until) == (False, "finance", NOON + timedelta(minutes=15))
