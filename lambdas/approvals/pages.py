"""The approval page, for whoever has a link: GET shows the question and decides nothing, POST answers it once."""

from http import HTTPStatus
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from lambdas.approvals import inbox
from lambdas.approvals.browser import keep, proven, visit_or_new
from lambdas.approvals.http import page
from lambdas.approvals.wiring import ports
from remit.adapters.observability import about, logger, metrics
from remit.domain.ballot import Verdict
from remit.domain.errors import AgentSuspended, LinkRefused, NotFound, Unauthenticated, Unavailable
from remit.domain.visit import proof
from remit.pages import approval_page, message_page
from remit.usecases.answer import Given, answer, look, opened

app = APIGatewayRestResolver()
app.include_router(inbox.router)

_CHOOSE = "Go back to the page and choose Approve, or Reject with a reason."
_COOKIES = "Open the link from the mail again and answer on the page it shows; your browser has to keep that page's cookie."


@app.get("/approvals/<approval>")
def show(approval: str) -> Response[str]:
    metrics.add_metric("ApprovalPagesShown", MetricUnit.Count, 1)
    token = app.current_event.query_string_parameters.get("token", "")
    seen = look(approval, token, ports())
    about(run=seen.approval.intent.run, approval=seen.approval.id)
    opened(seen, ports())
    visit = visit_or_new(app.current_event, ports().entropy)
    html = approval_page(seen.situation(ports().clock.now()), token, proof(visit, approval))
    return page(HTTPStatus.OK, html, cookies=[keep(visit)])


@app.post("/approvals/<approval>")
def decide(approval: str) -> Response[str]:
    form = {name: values[-1] for name, values in parse_qs(app.current_event.decoded_body or "").items()}
    if not proven(app.current_event, form.pop("form", ""), approval):
        return page(HTTPStatus.BAD_REQUEST, message_page("Not understood", _COOKIES))
    given = Given.model_validate(form)
    answered = answer(approval, given, ports())
    about(run=answered.intent.run, approval=answered.id)
    metrics.add_metric("ApprovalsAnswered", MetricUnit.Count, 1)
    done = "approved" if given.verdict is Verdict.APPROVE else "rejected"
    thanks = "Your answer is recorded. The gate checks once more before anything is done."
    return page(HTTPStatus.OK, message_page(f"You {done} it", thanks))


@app.exception_handler([LinkRefused, NotFound, AgentSuspended, Unauthenticated, ValidationError, Unavailable])  # type: ignore[untyped-decorator]
def refuse(error: LinkRefused | NotFound | AgentSuspended | Unauthenticated | ValidationError | Unavailable) -> Response[str]:
    metrics.add_metric("AnswersRefused", MetricUnit.Count, 1)
    match error:
        case Unauthenticated():
            return page(HTTPStatus.UNAUTHORIZED, message_page("Not signed in", error.message))
        case LinkRefused() | NotFound():
            return page(HTTPStatus.GONE, message_page("Nothing to decide here", error.message))
        case AgentSuspended():
            return page(HTTPStatus.CONFLICT, message_page("The agent has been stopped", error.message))
        case ValidationError():
            return page(HTTPStatus.BAD_REQUEST, message_page("Not understood", _CHOOSE))
        case Unavailable():
            logger.error("unavailable", reason=error.message)
            again = message_page("Try again in a moment", "Nothing is lost; send your answer again.")
            return page(HTTPStatus.SERVICE_UNAVAILABLE, again)
