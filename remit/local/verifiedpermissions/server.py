"""The service alone on a loopback port, without IAM: to stand beside another local cloud."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from remit.local.verifiedpermissions.service import VerifiedPermissions
from remit.local.verifiedpermissions.transport import answer

HOST = "127.0.0.1"

_REGION = re.compile(r"Credential=[^/]+/\d+/(?P<region>[a-z0-9-]+)/")


def make_server(service: VerifiedPermissions, port: int) -> ThreadingHTTPServer:
    """An HTTP server of the service; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers would otherwise wait for the client's acknowledgement.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            signed = _REGION.search(self.headers.get("Authorization", ""))
            account = service.account(region=signed["region"] if signed else "us-east-1")
            status, headers, answered = answer(service, account, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(answered))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, format: str, *args: object) -> None:
            """A request is no news."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    server.daemon_threads = True
    return server


@contextmanager
def serving(service: VerifiedPermissions, port: int = 0) -> Iterator[str]:
    """Serve in a thread; yields the endpoint's URL."""
    with make_server(service, port) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
