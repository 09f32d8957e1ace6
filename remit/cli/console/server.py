"""The console's web server: this machine only, reading only, one page at a time."""

import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from remit.cli.console.pages import message, overview, run_page
from remit.cli.console.source import Source
from remit.cli.errors import CliError, advice
from remit.client_errors import ClientError

LOOPBACK = "127.0.0.1"
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RUN = re.compile(r"/runs/(run-[0-9a-f]{32})")


def make_server(source: Source, port: int) -> ThreadingHTTPServer:
    """Listens on 127.0.0.1; 0 finds a free port. Raises CliError if the port is taken."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = answer(self.path, self.headers.get("Host", ""), source)
            self._send(status, text)

        def _send(self, status: HTTPStatus, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The terminal is for the address only."""

    try:
        return ThreadingHTTPServer((LOOPBACK, port), Page)
    except OSError as error:
        raise CliError(f"Port {port} of {LOOPBACK} is taken: choose another with --port, or 0 for a free one.") from error


def answer(path: str, host: str, source: Source) -> tuple[HTTPStatus, str]:
    """The page at a path. Another site's name that resolves to this machine gets nothing."""
    if host.rpartition(":")[0] not in {LOOPBACK, "localhost"}:
        return HTTPStatus.FORBIDDEN, message("Not here", "This console answers to 127.0.0.1 only.")
    found = urlsplit(path).path
    if found == "/":
        return _page(lambda: overview(source))
    if run := _RUN.fullmatch(found):
        return _page(lambda: run_page(run[1], source))
    return _page(lambda: None)


def _page(make: Callable[[], str | None]) -> tuple[HTTPStatus, str]:
    try:
        text = make()
    except (CliError, ClientError) as error:
        said = advice(error) if isinstance(error, ClientError) else str(error)
        return HTTPStatus.BAD_GATEWAY, message("It cannot be read", said)
    if text is None:
        return HTTPStatus.NOT_FOUND, message("Nothing here", "There is no such page and no such run.")
    return HTTPStatus.OK, text
