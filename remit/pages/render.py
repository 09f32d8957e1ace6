"""Pages and mails from templates, with autoescape for HTML."""

from functools import cache
from typing import TYPE_CHECKING

from remit.domain.approval import Approval
from remit.domain.situation import Situation, Stands
from remit.domain.unsettled import Unsettled
from remit.pages.view import outcome_view, situation_view, view
from remit.ports import Mail

if TYPE_CHECKING:
    from jinja2 import Template

_LONGEST_SUBJECT = 150


def approval_mail(approval: Approval, approver: str, link: str) -> Mail:
    """The question to one approver, as text and as HTML. All mails about one question have its subject and thread."""
    seen = {**view(approval), "link": link, "approver": approver}
    return Mail(
        to=approver,
        subject=_subject(approval),
        text=_template("mail.txt").render(seen),
        html=_template("mail.html").render(seen),
        thread=approval.id,
        labels={"approval": approval.id, "domain": approval.domain},
    )


def outcome_mail(run: str, outcome: Unsettled, person: str) -> Mail:
    """An outcome that is not as intended, or not known, to one of those who are told. All mails about one run's thread."""
    seen = outcome_view(run, outcome)
    return Mail(
        to=person,
        subject=f"Look at it: {outcome.tool} in {run}",
        text=_template("outcome.txt").render(seen),
        html=_template("outcome.html").render(seen),
        thread=run,
        labels={"run": run},
    )


def approval_page(situation: Situation, token: str, form: str) -> str:
    """The question with its two answers, or how it stands where there is nothing to answer. Only a form's POST decides."""
    seen = {**situation_view(situation), "token": token, "form": form, "action": situation.approval.id}
    return _template("approval.html" if situation.stands is Stands.OPEN else "situation.html").render(seen)


def message_page(title: str, message: str) -> str:
    """A page that says one thing."""
    return _template("message.html").render({"title": title, "message": message})


def page(template: str, seen: dict[str, object]) -> str:
    """For pages with a view of their own."""
    return _template(template).render(seen)


def _subject(approval: Approval) -> str:
    subject = f"Approval needed: {approval.wording.sentence}"
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
