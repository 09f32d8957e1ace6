"""The account's suppression list: a mail to an address on it is accepted, goes nowhere, and comes back; MiniStack's list is always empty.

Source: https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
"""

import json
from collections.abc import Sequence
from urllib.parse import unquote

from ministack.services import ses_v2

Answer = tuple[int, dict[str, str], bytes]

_LIST = "/v2/email/suppression/addresses"
_DONE: Answer = (200, {"Content-Type": "application/json"}, b"{}")
_SUPPRESSED: set[str] = set()


def apply() -> None:
    """Keep the list, and send nothing to whoever is on it."""
    handle, relay = ses_v2.handle_request, ses_v2._smtp_relay

    async def corrected(method: str, path: str, headers: object, body: bytes, query: object) -> Answer:
        if (method, path) == ("PUT", _LIST):
            _SUPPRESSED.add(json.loads(body)["EmailAddress"])
            return _DONE
        if method == "DELETE" and path.startswith(f"{_LIST}/"):
            _SUPPRESSED.discard(unquote(path.removeprefix(f"{_LIST}/")))
            return _DONE
        status, answered, content = await handle(method, path, headers, body, query)
        return status, answered, content

    def to_the_others(source: str, addresses: Sequence[str], message: str) -> None:
        if others := [address for address in addresses if not suppressed(address)]:
            relay(source, others, message)

    ses_v2.handle_request, ses_v2._smtp_relay = corrected, to_the_others


def suppressed(address: str) -> bool:
    return address in _SUPPRESSED
