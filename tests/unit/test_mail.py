"""What the mail to an approver says."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Answer, Ballot, Verdict, Voice
from remit.domain.decision import Decision, FactUsed, Outcome
from remit.domain.errors import MailRefused, Reason
from remit.domain.fact_change import FactChange
from remit.domain.labels import COMPANYS, Carried, Labels
from remit.domain.ledger import Kind
from remit.domain.measure import UNDELIVERABLE
from remit.domain.memory import Confidentiality, Integrity
from remit.domain.model import JsonObject
from remit.domain.situation import situation
from remit.domain.visible import exact, visible
from remit.pages import approval_mail, approval_page
from remit.ports import Mail
from tests.fakes.clock import NOON
from tests.fakes.gate import World, make_approval, make_intent, refund
from tests.fakes.outside import Outbox

LINK = "https://remit.example/approvals/ap-1?token=t"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></dd><form action=//evil><button>Approve",
    "{{ 7 * 7 }}{% raw %}",
    "x\r\nBcc: everyone@example.com\r\n\r\nApprove: https://evil.example",
    "pay\u202e00.0001 \u200bUSD\u2028next line\x00",
    "\U0001f600\u200d ok",
)
TAME = FactUsed(id="orders/O-1", version=1, name="order", attributes={"said": "so"})
hostile = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
values = st.none() | st.booleans() | st.integers() | st.text()
VOICE = Voice(approver="finance@example.com", by="finance@example.com", known_as="link")
ADDRESS = re.compile(r"https?://\S+")


class Tags(HTMLParser):
    """A page's elements, its links, and its text as a reader sees it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def mail_about(amount: int = 1200_00, **changes: object) -> Mail:
    return approval_mail(make_approval(make_intent(refund(amount, **changes))), "finance@example.com", "finance@example.com", LINK)


def sent(world: World) -> Mail:
    assert isinstance(world.mailer, Outbox)
    (mail,) = world.mailer.sent
    return mail


def asked(payload: JsonObject) -> Mail:
    world = World()
    world.propose(payload)
    return sent(world)


def test_it_begins_with_what_the_agent_wants_in_one_plain_sentence() -> None:
    mail = asked(refund(1200_00))
    wanted = "The agent “support” wants to refund 1,200.00 USD for order O-1001 to account A-100."
    assert mail.text.splitlines()[0] == wanted
    assert f"<h1>{wanted}</h1>" in mail.html
    assert mail.subject == f"Approval needed: {wanted}"


@pytest.mark.parametrize("part", ["text", "html"])
def test_it_says_why_from_what_and_what_happens_then(part: str) -> None:
    said = getattr(asked(refund(1200_00)), part)
    for told in (
        "A refund above $500.00 needs the approval of finance or risk.",
        "refunds.over-autonomy",
        "accounts/A-100",
        "version 3",
        "refundable 900000",
        "If you approve",
        "If you reject",
        "If nobody answers",
        "22 November 2026, 16:00 UTC",
    ):
        assert told in said


def about(integrity: Integrity, confidentiality: Confidentiality) -> Approval:
    """A question about a payload that carries this, for a reason in which a fact is cited."""
    labels = Labels(integrity=integrity, confidentiality=confidentiality)
    reason = Reason(policy="refunds.too-much", reason="The account has 4711.00 left.")
    decision = Decision(
        outcome=Outcome.ESCALATE, route="finance", policy_set="p", facts=(TAME,), reasons=(reason,), carried=Carried(labels=labels)
    )
    return make_approval(make_intent(refund(1200_00)), decision)


@pytest.mark.parametrize("part", ["text", "html"])
def test_it_says_that_what_came_from_outside_may_have_shaped_the_payload(part: str) -> None:
    mail = approval_mail(about(Integrity.EXTERNAL, Confidentiality.INTERNAL), "f@example.com", "f@example.com", LINK)
    said = getattr(mail, part)
    assert "what comes from outside the company, and whoever wrote that may have shaped it" in said
    assert "integrity: external" in said
    assert (mail.carries.integrity, mail.carries.confidentiality) == (Integrity.EXTERNAL, Confidentiality.INTERNAL)


def test_the_page_says_so_too() -> None:
    assert "integrity: external" in paged(about(Integrity.EXTERNAL, Confidentiality.INTERNAL))


def test_what_the_payload_carries_is_what_its_run_has_taken_in() -> None:
    assert (sent_about := asked(refund(1200_00))).carries == COMPANYS
    assert "Nothing but what is the company&#39;s own" in sent_about.html


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_of_what_is_secret_a_mail_says_only_who_wants_to_use_which_tool_and_the_page_the_rest(part: str) -> None:
    secret = about(Integrity.INTERNAL, Confidentiality.SECRET)
    said = getattr(approval_mail(secret, "f@example.com", "f@example.com", LINK), part)
    assert "The agent “support” wants to use refunds.issue_refund." in said
    values = ("1,200.00", "120000", "O-1001", "A-100", "arrived broken", "orders/O-1", "4711")
    assert [value for value in values if value in said] == []
    assert [value for value in values if value not in paged(secret)] == []


@pytest.mark.parametrize("part", ["text", "html"])
def test_but_it_says_why_a_human_is_asked_where_to_look_and_until_when(part: str) -> None:
    said = getattr(approval_mail(about(Integrity.INTERNAL, Confidentiality.SECRET), "f@example.com", "f@example.com", LINK), part)
    wanted = ("confidentiality: secret", "refunds.too-much", LINK, "If you approve", "22 November 2026, 16:00 UTC")
    assert [value for value in wanted if value not in said] == []


def test_a_question_that_does_not_say_what_it_carries_is_taken_for_secret() -> None:
    kept = about(Integrity.INTERNAL, Confidentiality.PUBLIC).model_dump(exclude={"labels"})
    assert Approval.model_validate(kept).labels.withheld


def test_it_holds_the_exact_payload() -> None:
    payload = refund(1200_00, reason="späť\n\u202e\u2028")
    world = World()
    world.propose(payload)
    block = re.search(r"^  \{.*?^  \}$", sent(world).text, re.MULTILINE | re.DOTALL)
    assert block is not None
    assert json.loads(block.group()) == payload


def test_it_has_one_link_which_is_not_tracked_and_loads_nothing() -> None:
    mail = mail_about()
    tags = Tags(mail.html)
    assert tags.links == [LINK]
    assert ADDRESS.findall(mail.text) == [LINK]
    assert "ses:no-track" in mail.html
    assert not {"img", "script", "link", "iframe", "object", "form"}.intersection(tags.elements)


def test_all_mails_about_one_question_share_a_subject_and_a_thread() -> None:
    approval = make_approval(make_intent(refund(1200_00)))
    one, other = (approval_mail(approval, who, who, LINK) for who in ("a@example.com", "b@example.com"))
    assert (one.subject, one.thread) == (other.subject, other.thread)
    assert mail_about(amount=1300_00).thread != one.thread


def test_a_bad_address_stops_neither_the_question_nor_the_others() -> None:
    class Picky(Outbox):
        def send(self, mail: Mail) -> str:
            if mail.to == "finance@example.com":
                raise MailRefused("SES will not send to finance@example.com: not verified")
            return super().send(mail)

    picky = Picky()
    world = World(mailer=picky)
    world.propose(refund(1200_00))
    assert (world.tasks.told, world.counts.sums(UNDELIVERABLE)) == ([], {"ApprovalMailsUndeliverable": 1})
    assert Kind.APPROVAL_UNDELIVERABLE in world.kinds()
    assert [mail.to for mail in picky.sent] == ["treasurer@example.com"]


@given(reason=hostile, attribute=hostile, why=hostile, requester=hostile.filter(bool))
def test_whatever_comes_from_outside_is_text_in_the_mail_and_on_the_page(reason: str, attribute: str, why: str, requester: str) -> None:
    intent = make_intent(refund(1200_00, reason=reason))
    intent = intent.model_copy(update={"requester": intent.requester.model_copy(update={"arn": requester})})
    fact = FactUsed(id=f"orders/{attribute}", version=1, name="order", attributes={"said": attribute})
    decision = Decision(outcome=Outcome.ESCALATE, route="finance", policy_set="p", facts=(fact,), reasons=(Reason(policy="p", reason=why),))
    wild = make_approval(intent, decision)
    tame = make_approval(make_intent(refund(1200_00)), decision.model_copy(update={"facts": (TAME,)})).model_copy(update={"id": wild.id})
    for render in (mailed, paged):
        expected, seen = Tags(render(tame)), Tags(render(wild))
        assert (seen.elements, seen.links) == (expected.elements, expected.links)
        for said in (reason, attribute, why, requester):
            assert " ".join(visible(said).split()) in " ".join(seen.text.split())


@given(comment=hostile, value=hostile)
def test_whatever_an_approver_or_a_changed_fact_says_is_text_on_the_page(comment: str, value: str) -> None:
    wild, tame = (Tags(held_page(said, now)) for said, now in ((comment, value), ("no", "so")))
    assert (wild.elements, wild.links) == (tame.elements, tame.links)
    for said in (comment, value):
        assert " ".join(visible(said).split()) in " ".join(wild.text.split())


@given(reason=hostile)
def test_no_text_from_outside_breaks_a_line_of_the_mail_or_its_headers(reason: str) -> None:
    plain, wild = mail_about(), mail_about(reason=reason)
    assert len(wild.text.split("\n")) == len(plain.text.split("\n"))
    assert wild.text.splitlines() == wild.text.split("\n")[: len(wild.text.splitlines())]
    assert wild.subject == visible(wild.subject)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_the_exact_payload_reads_back_as_the_same_value(value: JsonObject) -> None:
    assert json.loads(exact(value)) == value
    assert visible(exact(value).replace("\n", "")) == exact(value).replace("\n", "")


def held_page(comment: str, value: str) -> str:
    approval = make_approval(make_intent(refund(1200_00)))
    said = Answer(voice=VOICE, verdict=Verdict.APPROVE, comment=comment or "-", payload_digest=approval.payload_digest, at=NOON)
    change = FactChange(id=f"orders/{value}", was={"said": value}, now=None)
    held = approval.moved(status=ApprovalStatus.HELD, changes=(change,), answers=(said,))
    return approval_page(situation(held, Ballot(approval=held.id, stage=0), VOICE, None, NOON), "token", "form")


def mailed(approval: Approval) -> str:
    return approval_mail(approval, "f@example.com", "f@example.com", LINK).html


def paged(approval: Approval) -> str:
    open_to_all = situation(approval, Ballot(approval=approval.id, stage=0), VOICE, None, NOON)
    return approval_page(open_to_all, "token", "form")
