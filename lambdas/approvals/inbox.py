"""The inbox page, for whoever signed in: what waits for them, and their answers, one by one."""

from http import HTTPStatus
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ConfigDict, Field, field_validator

from lambdas.approvals.browser import keep, proven, visit_of, visit_or_new
from lambdas.approvals.http import lead, page
from lambdas.approvals.wiring import ports, signing_in
from remit.adapters.observability import about, metrics
from remit.domain.visit import proof
from remit.pages import inbox_page, message_page, said_page, sign_in_page, signed_question_page
from remit.usecases.answer import Opinion
from remit.usecases.identified import Person
from remit.usecases.inbox import Choice, answer_all, one, pending
from remit.usecases.sign_in import person_of

router = APIGatewayRouter()  # type: ignore[no-untyped-call]
_FORM = "inbox"
_AGAIN = "Open your inbox again, sign in, and answer on the page it shows."


class Chosen(Opinion):
    """What the form says: each chosen question as "id:digest"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chosen: tuple[str, ...] = Field(min_length=1, max_length=100)

    @field_validator("chosen")
    @classmethod
    def _each_is_one(cls, chosen: tuple[str, ...]) -> tuple[str, ...]:
        if any(each.count(":") != 1 for each in chosen):
            raise ValueError("a chosen question is its id and its payload's digest")
        return chosen

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(approval=each.partition(":")[0], payload_digest=each.partition(":")[2]) for each in self.chosen)


@router.get("/inbox")
def show() -> Response[str]:
    metrics.add_metric("InboxesShown", MetricUnit.Count, 1)
    person, visit = _who()
    if person is None:
        return _sign_in(visit, "")
    likes = [(like.tool, like.policies, like.questions) for like in pending(person, ports())]
    return page(HTTPStatus.OK, inbox_page(person.known_as, likes, proof(visit, _FORM)), cookies=[keep(visit)])


@router.get("/inbox/<approval>")
def show_one(approval: str) -> Response[str]:
    person, visit = _who()
    if person is None:
        return _sign_in(visit, approval)
    asked = one(approval, person, ports())
    about(run=asked.approval.intent.run, approval=asked.approval.id)
    metrics.add_metric("ApprovalPagesShown", MetricUnit.Count, 1)
    return page(HTTPStatus.OK, signed_question_page(asked, proof(visit, _FORM)), cookies=[keep(visit)])


@router.post("/inbox")
def decide() -> Response[str]:
    form = parse_qs(router.current_event.decoded_body or "")
    visit, said = visit_of(router.current_event), form.pop("form", [""])[-1]
    person = person_of(visit, ports())
    if person is None or not proven(router.current_event, said, _FORM):
        return page(HTTPStatus.BAD_REQUEST, message_page("Not understood", _AGAIN))
    chosen = Chosen.model_validate({**{name: values[-1] for name, values in form.items()}, "chosen": form.get("chosen", [])})
    answers = answer_all(person, chosen.choices, chosen.verdict, chosen.comment, ports())
    about(approval=" ".join(answer.approval for answer in answers))
    metrics.add_metric("ApprovalsAnswered", MetricUnit.Count, sum(answer.refused is None for answer in answers))
    return page(HTTPStatus.OK, said_page(chosen.verdict, [(answer.approval, answer.refused) for answer in answers]))


@router.get("/signed-in")
def signed_in() -> Response[str]:
    """Where the user pool's sign-in page sends the browser back to."""
    metrics.add_metric("SignIns", MetricUnit.Count, 1)
    given = router.current_event.query_string_parameters
    visit = visit_of(router.current_event) or ""
    visit, then = signing_in().end(visit, given.get("code", ""), given.get("state", ""), ports())
    return lead(f"inbox/{then}" if then.isalnum() else "inbox", [keep(visit)])


def _who() -> tuple[Person | None, str]:
    visit = visit_or_new(router.current_event, ports().entropy)
    return person_of(visit, ports()), visit


def _sign_in(visit: str, then: str) -> Response[str]:
    return page(HTTPStatus.OK, sign_in_page(signing_in().begin(visit, then)), cookies=[keep(visit)])
