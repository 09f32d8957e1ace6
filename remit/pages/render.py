"""Pages and mails from templates, with autoescape for HTML."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from remit.domain.approval import Approval
from remit.domain.ballot import Verdict
from remit.domain.situation import Situation, Stands
from remit.domain.unsettled import Unsettled
from remit.domain.visible import visible
from remit.pages.view import outcome_view, situation_view, view, withheld_view
from remit.ports import Mail

if TYPE_CHECKING:
    from jinja2 import Template

_LONGEST_SUBJECT = 150


def approval_mail(approval: Approval, approver: str, by: str, link: str) -> Mail:
    """The question to one approver, or to their deputy `by`, as text and as HTML; all mails about it have its subject and thread. Of one
    whose payload is secret it says who wants to use which tool, and no more: the rest is on the page behind the link."""
    shown, template = (withheld_view(approval), "withheld") if approval.labels.withheld else (view(approval), "mail")
    seen = {**shown, "link": link, "approver": approver if approver == by else f"{approver}, in whose place you are asked"}
    return Mail(
        to=by,
        subject=_subject(str(shown["sentence"])),
        text=_template(f"{template}.txt").render(seen),
        html=_template(f"{template}.html").render(seen),
        thread=approval.id,
        labels={"approval": approval.id, "domain": approval.domain},
        carries=approval.labels,
    )


def outcome_mail(run: str, outcome: Unsettled, person: str) -> Mail:
    """An outcome that is not as intended, or not known, to one of those who are told. All mails about one run's thread."""
    seen, template = outcome_view(run, outcome), "withheld_outcome" if outcome.labels.withheld else "outcome"
    return Mail(
        to=person,
        subject=f"Look at it: {outcome.tool} in {run}",
        text=_template(f"{template}.txt").render(seen),
        html=_template(f"{template}.html").render(seen),
        thread=run,
        labels={"run": run},
        carries=outcome.labels,
    )


def approval_page(situation: Situation, token: str, form: str) -> str:
    """The question with its two answers, or how it stands where there is nothing to answer. Only a form's POST decides."""
    return _question_page(situation, situation.approval.id, (("token", token), ("form", form)))


def signed_question_page(situation: Situation, form: str) -> str:
    """The same for whoever signed in."""
    approval = situation.approval
    return _question_page(situation, "../inbox", (("chosen", f"{approval.id}:{approval.payload_digest}"), ("form", form)))


def inbox_page(who: str, likes: Sequence[tuple[str, Sequence[str], Sequence[Approval]]], form: str) -> str:
    """What waits for a person: tool, policies and questions of each kind."""
    seen = [
        {"tool": tool, "policies": policies, "questions": [{**view(question), "id": question.id} for question in questions]}
        for tool, policies, questions in likes
    ]
    return _template("inbox.html").render({"who": visible(who), "likes": seen, "form": form})


def said_page(verdict: Verdict, answers: Sequence[tuple[str, str | None]]) -> str:
    """What became of each of several answers: the question, and why it was not taken if it was not."""
    seen = [{"approval": approval, "refused": refused} for approval, refused in answers]
    done = "approved; the gate checks once more" if verdict is Verdict.APPROVE else "rejected"
    return _template("said.html").render({"answers": seen, "done": done})


def sign_in_page(address: str) -> str:
    return _template("sign_in.html").render({"address": address})


def _question_page(situation: Situation, action: str, hidden: Sequence[tuple[str, str]]) -> str:
    seen = {**situation_view(situation), "action": action, "hidden": hidden}
    return _template("approval.html" if situation.stands is Stands.OPEN else "situation.html").render(seen)


def message_page(title: str, message: str) -> str:
    """A page that says one thing."""
    return _template("message.html").render({"title": title, "message": message})


def page(template: str, seen: dict[str, object]) -> str:
    """For pages with a view of their own."""
    return _template(template).render(seen)


def _subject(sentence: str) -> str:
    subject = f"Approval needed: {sentence}"
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…"


@cache
def _template(name: str) -> "Template":
    # Most decisions ask nobody: only a page or a mail pays for the import.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - see above

    return Environment(
        loader=PackageLoader("remit.pages"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
