"""Mail as it arrived, an object for each message: `mail/<mailbox>/<message>`. Of what was deleted a note is kept:
`deletions/<mailbox>/<message>`, with who asked and what else was there."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.mailbox.requests import Deletion, Named
from remit.adapters.aws import code_of
from remit.domain.model import JsonObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAIL, _DELETIONS = "mail", "deletions"
_IS_THERE = {"PreconditionFailed", "ConditionalRequestConflict"}


class MailStore:
    """The bucket and what is done in it."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def read(self, asked: Named) -> JsonObject:
        """The message in parts, or that there is none."""
        named: JsonObject = {"mailbox_id": asked.mailbox_id, "message_id": asked.message_id}
        raw = self._object(f"{_MAIL}/{asked.mailbox_id}/{asked.message_id}")
        if raw is None:
            return {**named, "found": False}
        return {**named, "found": True, **_parts(message_from_bytes(raw, EmailMessage, policy=policy.default))}

    def listed(self, asked: Named) -> JsonObject:
        """The messages that are there, those that were deleted, and the note of the one that is asked about."""
        note = self._note(asked.mailbox_id, asked.message_id)
        there, deleted = self._ids(_MAIL, asked.mailbox_id), self._ids(_DELETIONS, asked.mailbox_id)
        return {"there": [*there], "deleted": [*deleted], "note": note}

    def delete(self, asked: Deletion) -> JsonObject:
        """Once for one use: the note comes first, so that a repeat knows what was there."""
        note = self._note(asked.mailbox_id, asked.message_id) or self._noted(asked)
        if note is None:
            return {"refused": f"The mailbox {asked.mailbox_id} has no message {asked.message_id}."}
        if note["use"] != asked.use:
            return {"refused": f"The message {asked.message_id} was deleted before."}
        self._client.delete_object(Bucket=self._bucket, Key=f"{_MAIL}/{asked.mailbox_id}/{asked.message_id}")
        return {"deleted": True}

    def _noted(self, asked: Deletion) -> JsonObject | None:
        """The note, made now or by whoever came first; None for a message that is not there."""
        ids = self._ids(_MAIL, asked.mailbox_id)
        if asked.message_id not in ids:
            return None
        note: JsonObject = {"use": asked.use, "others": [each for each in ids if each != asked.message_id]}
        key = f"{_DELETIONS}/{asked.mailbox_id}/{asked.message_id}"
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=json.dumps(note).encode(), IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) not in _IS_THERE:
                raise
            return self._note(asked.mailbox_id, asked.message_id)
        return note

    def _note(self, mailbox: str, message: str) -> JsonObject | None:
        found = self._object(f"{_DELETIONS}/{mailbox}/{message}")
        if found is None:
            return None
        note: JsonObject = json.loads(found)
        return note

    def _ids(self, folder: str, mailbox: str) -> list[str]:
        prefix = f"{folder}/{mailbox}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return [each["Key"].removeprefix(prefix) for page in pages for each in page.get("Contents", [])]

    def _object(self, key: str) -> bytes | None:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise


def _parts(message: EmailMessage) -> JsonObject:
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()).strip() if body else ""
    return {"sender": str(message["From"] or ""), "subject": str(message["Subject"] or ""), "text": text}
