"""A handler behind a web server on 127.0.0.1, as API Gateway puts it there: for pages that need no cloud."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.http import Context, event

Handler = Callable[[Any, Context], dict[str, Any]]


@contextmanager
def served(handler: Handler) -> Iterator[str]:
    """The address at which the handler answers, without a trailing slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _requests_to(handler))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _requests_to(handler: Handler) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - the base's
            """Tests look at the handler, not at its access log."""

        def _answer(self) -> None:
            asked = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.title(): value for name, value in self.headers.items()}
            request = event(self.command, asked.path, body=sent or None, query=dict(parse_qsl(asked.query)), headers=headers, caller=None)
            self._send(handler(request, Context()))

        def _send(self, response: dict[str, Any]) -> None:
            self.send_response(response["statusCode"])
            for name, values in response["multiValueHeaders"].items():
                for value in values:
                    self.send_header(name, value)
            body = response["body"].encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Requests
