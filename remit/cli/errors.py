"""What a command cannot do, in one sentence for the person at the keyboard."""

from remit.client_errors import ClientError, Forbidden, Invalid, Unavailable, Unreachable


class CliError(Exception):
    """Says what happened and what to do about it. `code` is the program's exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


_WHAT_TO_DO: dict[type[ClientError], str] = {
    Unreachable: "Is it up? Start the local cloud with 'remit up', or check REMIT_API_URL.",
    Forbidden: "Check the credentials: the caller needs execute-api:Invoke on this API.",
    Unavailable: "Try again in a moment.",
}


def advice(error: ClientError) -> str:
    """The client's error as one line."""
    named = "; ".join(f"{reason.policy}: {reason.reason}" for reason in error.reasons)
    said = named if isinstance(error, Invalid) and named else error.message
    # Remit's own no says itself what to do; one without a code is IAM's.
    to_do = "" if isinstance(error, Forbidden) and error.code else _WHAT_TO_DO.get(type(error), "")
    parts = (f"{error.code}:" if error.code else "", sentence(said), to_do)
    return " ".join(part for part in parts if part)


def sentence(text: str) -> str:
    flat = " ".join(text.split())
    return flat if flat.endswith((".", "!", "?")) else f"{flat}."
