"""How every adapter talks to AWS: short timeouts, few retries, and one translation of what goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from remit.domain.errors import Unavailable

CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
# An executor may take as long as its function's timeout, and is not asked twice by the SDK.
INVOKE_CONFIG = Config(connect_timeout=2, read_timeout=65, retries={"mode": "standard", "total_max_attempts": 1})
# What cannot be taken back is not asked for twice: after a lost answer nobody knows whether it was done.
ONCE = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})


@contextmanager
def calling(service: str) -> Iterator[None]:
    """Any AWS error inside becomes Unavailable, naming the service and AWS's own code."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"{service}: {code_of(error)}: {error.response['Error'].get('Message', '')}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{service}: {error}") from error


def code_of(error: ClientError) -> str:
    return error.response["Error"]["Code"]
