"""What tools that send mail have in common: a letter is written down before it is sent, and is never sent twice.

SES cannot be asked whether it took a message. So the record comes first, and what SES answered is added to it: a record that still says
`sending` may or may not have become a mail, and nobody but a human can tell.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError

from remit.adapters.aws import code_of
from remit.adapters.business_records import read_own, refusals
from remit.adapters.dynamodb_items import encode
from remit.adapters.mail_headers import label_headers
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ToolContext, ToolFailed

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_SENDING, _SENT, _REFUSED = "sending", "sent", "refused"
_CHARSET = "UTF-8"
_OUR_FAULT = range(400, 500)
# Too many at this moment: certainly not sent, and soon it will be taken.
_LATER = "TooManyRequestsException"
_PAUSES = (0.2, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one address; `record` is what the table keeps of it beside that."""

    sender: str
    to: str
    subject: str
    text: str
    record: JsonObject


def send_once(letter: Letter, context: ToolContext, table: str, key: str) -> None:
    """Write the letter down and send it. Raises ToolFailed if it has certainly not been sent."""
    ses = context.ses
    if ses is None or letter.sender not in context.senders:
        raise ToolFailed(f"This agent cannot send mail as '{letter.sender}'.")
    _note(letter, context, table, key)
    try:
        message_id = _sent(letter, ses, context)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") not in _OUR_FAULT:
            raise
        _settle(context, table, key, _REFUSED, code_of(error))
        raise ToolFailed(f"SES: {code_of(error)}: {error.response['Error'].get('Message', '')}") from error
    _settle(context, table, key, _SENT, message_id)


def read_letter(context: ReadContext, table: str, key: str) -> JsonObject | None:
    """The letter as the table knows it; None while it may or may not have been sent."""
    letter = read_own(context, table, key)
    return None if letter is None or letter["status"] == _SENDING else letter


def _note(letter: Letter, context: ToolContext, table: str, key: str) -> None:
    """Before it is sent. Its attempt tells a note that the SDK writes again, for want of an answer, from that of an earlier attempt."""
    kept: JsonObject = {"to": letter.to, "subject": letter.subject, "run": context.run, "status": _SENDING, "attempt": uuid4().hex}
    with refusals():
        context.dynamodb.put_item(
            TableName=context.tables[table],
            Item=encode({key: context.key, **letter.record, **kept}),
            ConditionExpression="attribute_not_exists(#key) OR attempt = :attempt",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues=encode({":attempt": kept["attempt"]}),
        )


def _sent(letter: Letter, ses: "SESV2Client", context: ToolContext) -> str:
    for pause in _PAUSES:
        try:
            return _send(letter, ses, context)
        except ClientError as error:
            if code_of(error) != _LATER:
                raise
        time.sleep(pause)
    return _send(letter, ses, context)


def _send(letter: Letter, ses: "SESV2Client", context: ToolContext) -> str:
    answer = ses.send_email(
        FromEmailAddress=context.senders[letter.sender],
        Destination={"ToAddresses": [letter.to]},
        Content={
            "Simple": {
                "Subject": {"Data": letter.subject, "Charset": _CHARSET},
                "Body": {"Text": {"Data": letter.text, "Charset": _CHARSET}},
                "Headers": label_headers(context.labels),
            }
        },
    )
    return answer["MessageId"]


def _settle(context: ToolContext, table: str, key: str, status: str, said: str) -> None:
    context.dynamodb.update_item(
        TableName=context.tables[table],
        Key={key: {"S": context.key}},
        UpdateExpression="SET #status = :status, said = :said",
        ConditionExpression="#status = :sending",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}, ":said": {"S": said}, ":sending": {"S": _SENDING}},
    )
