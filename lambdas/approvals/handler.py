"""The approval page: GET shows the question and decides nothing, POST answers it once."""

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.shared.cookies import Cookie
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from lambdas.approvals.browser import keep, sent_from_here, visit_of, visit_or_new
from lambdas.approvals.wiring import ports
from remit.adapters.observability import about, logger, metrics, observed
from remit.domain.ballot import Verdict
from remit.domain.errors import AgentSuspended, LinkRefused, Unavailable
from remit.domain.model import JsonObject
from remit.domain.visit import proof, proves
from remit.pages import approval_page, message_page
from remit.usecases.answer import Given, answer, look, opened, waiting

app = APIGatewayRestResolver()

# The page holds a secret: it is not kept, not framed, not scripted, and its address goes nowhere.
_HEADERS: dict[str, str | list[str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_CHOOSE = "Go back to the page and choose Approve, or Reject with a reason."
_COOKIES = "Open the link from the mail again and answer on the page it shows; your browser has to keep that page's cookie."


@app.get("/approvals")
def listed() -> Response[str]:
    metrics.add_metric("ApprovalsListed", MetricUnit.Count, 1)
    return _json({"approvals": [approval.model_dump(mode="json") for approval in waiting(ports())]})


@app.get("/approvals/<approval>")
def show(approval: str) -> Response[str]:
    metrics.add_metric("ApprovalPagesShown", MetricUnit.Count, 1)
    token = app.current_event.query_string_parameters.get("token", "")
    seen = look(approval, token, ports())
    about(run=seen.approval.intent.run, approval=seen.approval.id)
    opened(seen, ports())
    visit = visit_or_new(app.current_event, ports().entropy)
    page = approval_page(seen.situation(ports().clock.now()), token, proof(visit, approval))
    return _page(HTTPStatus.OK, page, cookies=[keep(visit)])


@app.post("/approvals/<approval>")
def decide(approval: str) -> Response[str]:
    form = {name: values[-1] for name, values in parse_qs(app.current_event.decoded_body or "").items()}
    if not _is_ours(form.pop("form", ""), approval):
        return _page(HTTPStatus.BAD_REQUEST, message_page("Not understood", _COOKIES))
    given = Given.model_validate(form)
    answered = answer(approval, given, ports())
    about(run=answered.intent.run, approval=answered.id)
    metrics.add_metric("ApprovalsAnswered", MetricUnit.Count, 1)
    done = "approved" if given.verdict is Verdict.APPROVE else "rejected"
    thanks = "Your answer is recorded. The gate checks once more before anything is done."
    return _page(HTTPStatus.OK, message_page(f"You {done} it", thanks))


@app.exception_handler([LinkRefused, AgentSuspended, ValidationError, Unavailable])  # type: ignore[untyped-decorator]
def refuse(error: LinkRefused | AgentSuspended | ValidationError | Unavailable) -> Response[str]:
    metrics.add_metric("AnswersRefused", MetricUnit.Count, 1)
    match error:
        case LinkRefused():
            return _page(HTTPStatus.GONE, message_page("Nothing to decide here", error.message))
        case AgentSuspended():
            return _page(HTTPStatus.CONFLICT, message_page("The agent has been stopped", error.message))
        case ValidationError():
            return _page(HTTPStatus.BAD_REQUEST, message_page("Not understood", _CHOOSE))
        case Unavailable():
            logger.error("unavailable", reason=error.message)
            again = message_page("Try again in a moment", "Nothing is lost; send your answer again.")
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, again)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    return app.resolve(event, context)


def _is_ours(said: str, form: str) -> bool:
    """Whether the form is on a page that this very browser was shown."""
    visit = visit_of(app.current_event)
    return visit is not None and proves(said, visit, form) and sent_from_here(app.current_event)


def _page(status: HTTPStatus, html: str, cookies: list[Cookie] | None = None) -> Response[str]:
    return Response(status_code=status, content_type="text/html; charset=utf-8", body=html, headers=_HEADERS, cookies=cookies)


def _json(body: JsonObject) -> Response[str]:
    return Response(status_code=HTTPStatus.OK, content_type="application/json", body=json.dumps(body))
