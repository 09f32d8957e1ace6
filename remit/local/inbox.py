"""The inbox: an SMTP server on 127.0.0.1 that keeps each message as a file and files it in its recipients' mailboxes, and a reader of those
files."""

import argparse
import asyncio
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import boto3
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import BaseModel, ConfigDict

from remit.local.deliveries import MailStore
from remit.local.state import REGION

_FILE = re.compile(r"(\d+)-.*\.eml")


class Mail(BaseModel):
    """A message as its reader sees it."""

    model_config = ConfigDict(frozen=True)

    subject: str
    sender: str
    to: tuple[str, ...]
    date: datetime
    text: str
    html: str
    path: Path


def messages(folder: Path) -> list[Mail]:
    """The messages in the folder, oldest first."""
    return [_mail(path) for path in sorted(_files(folder), key=_number)]


class Keeper:
    """Keeps each delivered message in the folder, under the next number, by which it is M-number in the mailboxes."""

    def __init__(self, folder: Path, store: MailStore) -> None:
        self._folder, self._store = folder, store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Store the message whole or not at all."""
        number = max((_number(path) for path in _files(self._folder)), default=0) + 1
        path = self._folder / f"{number}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.eml"
        partial = path.with_suffix(".part")
        content = envelope.original_content or b""
        partial.write_bytes(content)
        partial.replace(path)
        await asyncio.to_thread(self._store.file, f"M-{number}", envelope.rcpt_tos, content)
        return "250 Message accepted for delivery"


async def serve(port: int, folder: Path, store: MailStore) -> None:
    """Accept mail until cancelled."""
    keeper = Keeper(folder, store)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(keeper, hostname="localhost"), "127.0.0.1", port)
    await server.serve_forever()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _FILE.fullmatch(path.name)]


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _mail(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
    return Mail(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=tuple(str(address) for address in message["To"].addresses) if message["To"] else (),
        date=_date(message, path),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        path=path,
    )


def _date(message: EmailMessage, path: Path) -> datetime:
    """When it was sent, or else when it arrived: SES writes a Date, the emulator does not."""
    return parsedate_to_datetime(message["Date"]) if message["Date"] else datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).strip() if part else ""


def main() -> None:
    """Run the SMTP server."""
    parser = argparse.ArgumentParser(prog="remit.local.inbox")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--endpoint", required=True, help="of the cloud, which has the store")
    parser.add_argument("--store", required=True, help="the bucket of the mailbox service")
    arguments = parser.parse_args()
    store = MailStore(boto3.client("s3", endpoint_url=arguments.endpoint, region_name=REGION), arguments.store)
    asyncio.run(serve(arguments.port, arguments.folder, store))


if __name__ == "__main__":
    main()
