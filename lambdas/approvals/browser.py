"""What a browser brings to a page, and what it is given to keep."""

from http.cookies import CookieError, SimpleCookie

from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from remit.domain.visit import is_visit, proves
from remit.ports import Entropy

# With this beginning a browser takes it from this very host only, and over TLS only.
_VISIT = "__Host-remit-visit"
# What a browser says of a page of our own, of an address that was typed, and an old browser of anything.
_OURS = {"same-origin", "none", ""}


def visit_of(event: APIGatewayProxyEvent) -> str | None:
    """The browser's visit, if it has one."""
    try:
        kept = SimpleCookie(event.headers.get("Cookie") or "").get(_VISIT)
    except CookieError:
        return None
    return kept.value if kept is not None and is_visit(kept.value) else None


def visit_or_new(event: APIGatewayProxyEvent, entropy: Entropy) -> str:
    return visit_of(event) or entropy.token()


def keep(visit: str) -> Cookie:
    """Brought along when a person follows a link to here, and by no other site's form; no script can read it."""
    return Cookie(name=_VISIT, value=visit, path="/", secure=True, http_only=True, same_site=SameSite.LAX_MODE)


def proven(event: APIGatewayProxyEvent, said: str, form: str) -> bool:
    """Whether the form is on a page of ours that this very browser was shown."""
    visit = visit_of(event)
    ours = (event.headers.get("Sec-Fetch-Site") or "") in _OURS
    return visit is not None and proves(said, visit, form) and ours
