"""Pages and mails from templates, with autoescape for HTML."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from remit.domain.approval import Approval
from remit.domain.model import Json, JsonObject
from remit.ports import Mail

if TYPE_CHECKING:
    from jinja2 import Template


def approval_mail(approval: Approval, approver: str, link: str) -> Mail:
    """The question to one approver, as text and as HTML."""
    view = {**_view(approval), "link": link, "approver": approver}
    return Mail(
        to=approver,
        subject=f"Approval needed: {approval.intent.tool} by {approval.intent.agent}",
        text=_template("mail.txt").render(view),
        html=_template("mail.html").render(view),
    )


def approval_page(approval: Approval, token: str) -> str:
    """The question with its two answers. Only the form's POST decides."""
    return _template("approval.html").render({**_view(approval), "token": token, "action": f"{approval.id}"})


def message_page(title: str, message: str) -> str:
    """A page that says one thing."""
    return _template("message.html").render({"title": title, "message": message})


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


def _view(approval: Approval) -> dict[str, object]:
    return {
        "agent": approval.intent.agent,
        "tool": approval.intent.tool,
        "run": approval.intent.run,
        "requester": approval.intent.requester.arn,
        "route": approval.route,
        "reasons": approval.reasons,
        "fields": _fields(approval.intent.payload),
        "digest": approval.payload_digest[:16],
        "expires": _moment(approval.expires_at),
    }


def _fields(payload: JsonObject) -> list[tuple[str, str]]:
    return [(name, _field(name, value, payload)) for name, value in payload.items()]


def _field(name: str, value: Json, payload: JsonObject) -> str:
    # Minor units are exact and hard to read: show both.
    if name == "amount" and isinstance(value, int) and "currency" in payload:
        return f"{value / 100:,.2f} {payload['currency']} ({value} minor units)"
    return str(value)


def _moment(when: datetime) -> str:
    return when.strftime("%-d %B %Y, %H:%M UTC")
