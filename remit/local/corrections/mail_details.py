"""A mail as it was asked for: with its headers and its date, under settings that exist, and with what the mailbox simulator sends back."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from email import message_from_string
from email.utils import format_datetime, localtime
from types import MappingProxyType
from typing import Any

from ministack.services import eventbridge, ses_v2

from remit.local.corrections.mail_suppression import suppressed

Answer = tuple[int, dict[str, str], bytes]

_SEND = ("POST", "/outbound-emails")
_SIMULATED = {"bounce@simulator.amazonses.com", "suppressionlist@simulator.amazonses.com"}
_HEADERS: ContextVar[Mapping[str, str]] = ContextVar("headers", default=MappingProxyType({}))


def apply() -> None:
    """Put headers into the message, refuse an unknown configuration set, and publish bounces to its event bus."""
    handle, build = ses_v2.handle_request, ses_v2._build_mime_message

    async def corrected(method: str, path: str, headers: object, body: bytes, query: object) -> Answer:
        if (method, path.removeprefix("/v2/email")) != _SEND:
            return await _answer(handle(method, path, headers, body, query))
        mail = _parsed(body)
        settings = mail.get("ConfigurationSetName")
        if settings and settings not in ses_v2._config_sets:
            return _typed(ses_v2._missing_config_set(settings))
        with _given(mail):
            answer = await _answer(handle(method, path, headers, body, query))
        if settings and answer[0] == 200:  # noqa: PLR2004 (HTTP's OK)
            _come_back(mail, settings, json.loads(answer[2])["MessageId"])
        return answer

    def with_headers(*arguments: object) -> str:
        message = message_from_string(build(*arguments))
        for name, value in {"Date": format_datetime(localtime()), **_HEADERS.get()}.items():
            message[name] = value
        return message.as_string()

    ses_v2.handle_request, ses_v2._build_mime_message = corrected, with_headers


async def _answer(awaited: Any) -> Answer:  # noqa: ANN401 (MiniStack is not typed)
    return _typed(await awaited)


def _typed(answer: Any) -> Answer:  # noqa: ANN401 (as above)
    status, headers, body = answer
    return status, headers, body


@contextmanager
def _given(mail: Mapping[str, Any]) -> Iterator[None]:
    headers = mail.get("Content", {}).get("Simple", {}).get("Headers", ())
    token = _HEADERS.set({header["Name"]: header["Value"] for header in headers})
    try:
        yield
    finally:
        _HEADERS.reset(token)


def _come_back(mail: Mapping[str, Any], settings: str, message_id: str) -> None:
    if not any("EventBridgeDestination" in each and "BOUNCE" in each["MatchingEventTypes"] for each in _destinations(settings)):
        return
    tags = {tag["Name"]: [tag["Value"]] for tag in mail.get("EmailTags", ())}
    for address in mail["Destination"].get("ToAddresses", ()):
        if address in _SIMULATED or suppressed(address):
            bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
            detail = {"eventType": "Bounce", "bounce": bounce, "mail": {"messageId": message_id, "destination": [address], "tags": tags}}
            entry = {"Source": "aws.ses", "DetailType": "Email Bounced", "Detail": json.dumps(detail)}
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _destinations(settings: str) -> list[dict[str, Any]]:
    record = ses_v2._config_sets[settings]
    return [each for each in record.get("EventDestinations", {}).values() if each["Enabled"]]


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        mail = json.loads(body)
    except ValueError:
        mail = None
    return mail if isinstance(mail, dict) else {}
