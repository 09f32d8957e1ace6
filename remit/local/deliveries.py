"""What arrives is filed in the mailbox service's store, as SES's receipt rules do it: an object for each message and mailbox."""

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# An address is its mailbox's, whatever its domain.
_ADDRESS = re.compile(r"([a-z][a-z0-9-]{0,39})@.+", re.IGNORECASE)
_LOG = logging.getLogger(__name__)


class MailStore:
    """The store's bucket, once it is deployed."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def file(self, message: str, recipients: Sequence[str], content: bytes) -> None:
        """Under `mail/<mailbox>/<message>`. Where there is no store yet, nobody has a mailbox in it."""
        for mailbox in {address[1].lower() for each in recipients if (address := _ADDRESS.fullmatch(each))}:
            try:
                self._client.put_object(Bucket=self._bucket, Key=f"mail/{mailbox}/{message}", Body=content)
            except (BotoCoreError, ClientError) as error:
                _LOG.warning("The message %s is not in the mailbox %s: %s", message, mailbox, error)
