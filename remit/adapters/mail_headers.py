"""What a mail carries, where mail programs and filters find it."""

from typing import TYPE_CHECKING

from remit.domain.labels import Labels

if TYPE_CHECKING:
    from mypy_boto3_sesv2.type_defs import MessageHeaderTypeDef


def label_headers(labels: Labels) -> "list[MessageHeaderTypeDef]":
    return [
        {"Name": "X-Remit-Integrity", "Value": labels.integrity.value},
        {"Name": "X-Remit-Confidentiality", "Value": labels.confidentiality.value},
    ]
