"""What a caller of the deployed API has to handle.

ClientError
├── Unreachable     nothing answered at the address
├── Unauthorized    401   the token of the person behind the call is not good
├── Forbidden       403   the signature or the caller's permissions do not pass
├── Invalid         400   the request is malformed; `reasons` name the fields
├── NotFound        404   no such run, workflow or approval
├── Conflict        409, 410   too late, or somebody was first
├── Unavailable     429, 5xx   after retries; the same key may be sent again
├── Unexpected      an answer that is not of this contract
└── DeadlinePassed  the run did not end in time; it goes on
"""

from remit.answers import Reason


class ClientError(Exception):
    """Base of all errors. `status` and `code` are what the API answered, None where it did not; `run` is the run it concerns, if any."""

    def __init__(
        self, message: str, status: int | None = None, code: str | None = None, reasons: tuple[Reason, ...] = (), run: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.reasons = reasons
        self.run = run


class Unreachable(ClientError):
    pass


class Unauthorized(ClientError):
    pass


class Forbidden(ClientError):
    pass


class Invalid(ClientError):
    pass


class NotFound(ClientError):
    pass


class Conflict(ClientError):
    pass


class Unavailable(ClientError):
    pass


class Unexpected(ClientError):
    pass


class DeadlinePassed(ClientError):
    pass
