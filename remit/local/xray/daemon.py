"""The X-Ray daemon: functions send segments to it over UDP, each after a line that says that it is JSON."""

import logging
import socket
import threading
from collections.abc import Callable

from remit.local.xray.segments import Document, InvalidSegment, parse

_MOST_BYTES = 65_535
_log = logging.getLogger(__name__)


def listen(port: int, take: Callable[[Document], None]) -> socket.socket:
    """Take segments on 127.0.0.1 in a thread of its own, until the returned socket is closed. Port 0 takes a free one."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", port))
    threading.Thread(target=_serve, args=(receiver, take), daemon=True, name="xray-daemon").start()
    return receiver


def _serve(receiver: socket.socket, take: Callable[[Document], None]) -> None:
    while True:
        try:
            packet = receiver.recv(_MOST_BYTES)
        except OSError:
            # The socket was closed.
            return
        _receive(packet, take)


def _receive(packet: bytes, take: Callable[[Document], None]) -> None:
    _, _, document = packet.decode("utf-8", "replace").partition("\n")
    try:
        take(parse(document))
    except InvalidSegment as problem:
        _log.warning("A segment was dropped: %s", problem)
