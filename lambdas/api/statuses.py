"""The one place where outcomes and errors become HTTP statuses."""

from http import HTTPStatus

from remit.domain.errors import (
    InvalidFact,
    InvalidPayload,
    InvalidRequest,
    NotFound,
    PreconditionRunning,
    RunOpen,
    Unauthenticated,
    Unavailable,
    VersionConflict,
)
from remit.domain.model import JsonObject
from remit.usecases.undo import UndoView

_OF_ERROR = {
    InvalidRequest.code: HTTPStatus.BAD_REQUEST,
    InvalidPayload.code: HTTPStatus.BAD_REQUEST,
    InvalidFact.code: HTTPStatus.BAD_REQUEST,
    VersionConflict.code: HTTPStatus.CONFLICT,
    RunOpen.code: HTTPStatus.CONFLICT,
    Unauthenticated.code: HTTPStatus.UNAUTHORIZED,
    NotFound.code: HTTPStatus.NOT_FOUND,
    PreconditionRunning.code: HTTPStatus.SERVICE_UNAVAILABLE,
    Unavailable.code: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TRY_AGAIN = {PreconditionRunning.code, Unavailable.code}
_OF_OUTCOME = {"DONE": HTTPStatus.OK, "WAITING": HTTPStatus.ACCEPTED, "RUNNING": HTTPStatus.ACCEPTED, "FAILED": HTTPStatus.BAD_GATEWAY}


def status_of_error(code: str) -> HTTPStatus:
    """403 for every refusal that is not the caller's spelling."""
    return _OF_ERROR.get(code, HTTPStatus.FORBIDDEN)


def status_of_action(body: JsonObject) -> HTTPStatus:
    """200 done, 202 not yet, 400 malformed, 403 refused, 502 the action's outcome is not known, 503 try again."""
    outcome, error = str(body["outcome"]), body.get("error")
    if outcome == "REFUSED" or error in _TRY_AGAIN:
        return status_of_error(str(error))
    return _OF_OUTCOME[outcome]


def status_of_undo(seen: UndoView) -> HTTPStatus:
    """202 while an attempt goes on."""
    going_on = seen.attempt is not None and seen.attempt.state.status == "RUNNING"
    return HTTPStatus.ACCEPTED if going_on else HTTPStatus.OK
