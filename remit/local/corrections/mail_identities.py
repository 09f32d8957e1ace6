"""Sending mail is authorised on the identity that it is sent from, not on everything."""

import json
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions


def apply() -> None:
    """Check SES v2's SendEmail on its sender's identity."""
    extract = iam_actions.extract_resource_arn

    def corrected(service: str, method: str, path: str, headers: object, body: bytes, *rest: object) -> str:
        resource = str(extract(service, method, path, headers, body, *rest))
        if service == "ses" and path == "/v2/email/outbound-emails" and (sender := _sender(body)):
            _, region, account = rest
            return f"arn:aws:ses:{region}:{account}:identity/{sender}"
        return resource

    iam_actions.extract_resource_arn = corrected


def _sender(body: bytes) -> str:
    try:
        given: Any = json.loads(body)
        return parseaddr(str(given.get("FromEmailAddress", "")))[1]
    except (ValueError, AttributeError):
        return ""
