"""How every page is sent."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

# The page holds a secret: it is not kept, not framed, not scripted, and its address goes nowhere.
_HEADERS: dict[str, str | list[str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def page(status: HTTPStatus, html: str, cookies: list[Cookie] | None = None) -> Response[str]:
    return Response(status_code=status, content_type="text/html; charset=utf-8", body=html, headers=_HEADERS, cookies=cookies)


def lead(place: str, cookies: list[Cookie]) -> Response[str]:
    """On to another page, by GET. Its body is empty text: not every gateway takes none."""
    headers = {**_HEADERS, "Location": place}
    return Response(status_code=HTTPStatus.SEE_OTHER, content_type="text/plain", body="", headers=headers, cookies=cookies)
