"""What the office domain lets an agent ask for. A shell is not among it: one name for everything can be held to nothing."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Autonomous, Payload, Text

Address = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9.-]{1,63}\.[a-z]{2,10}$")]
Line = Annotated[str, Field(pattern=r"^[^\r\n]{1,120}$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
# Not the mail store, not what the assistants go by, and nowhere by way of "..".
Writable = Annotated[str, Field(pattern=r"^(notes|shared)/[a-z0-9-]{1,40}\.md$")]


class ListMail(Payload):
    """List the messages of the last hours."""

    mailbox: Literal["inbox"]
    hours: Annotated[int, Field(ge=1, le=72)]


class ReadMail(Payload):
    """Read one message."""

    message_id: Annotated[str, Field(pattern=r"^M-[0-9]{1,6}$")]


class SendMail(Payload):
    """Send one message to one address, in the assistant's own name."""

    sender: Literal["assistant@office.example"]
    recipient: Address
    subject: Line
    text: Text


class ResetMailbox(Payload):
    """Set the whole mailbox up anew."""

    mailbox: Literal["inbox"]


class ReadFile(Payload):
    """Read one file."""

    path: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9-]{1,40}\.md$")]


class WriteFile(Payload):
    """Write a note or a shared file."""

    path: Writable
    text: Text


class ChangeInstructions(Payload):
    """Change what an assistant goes by."""

    document: Literal["soul", "rules", "memory"]
    text: Text


class RenameProfile(Payload):
    """Change the name that the assistant goes under."""

    profile: Literal["assistant"]
    name: Line


class ReadPage(Payload):
    """Read a page of the web."""

    url: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]{1,80}(/[A-Za-z0-9._/-]{0,120})?$")]


class Post(Payload):
    """Post one message to a room."""

    room: Word
    text: Text


class RemoveMember(Payload):
    """Remove somebody from a room."""

    room: Word
    member: Word


class LeaveRoom(Payload):
    """Leave a room."""

    room: Word


class ScheduleJob(Payload):
    """Have the inbox summed up again and again: a job without an end cannot be asked for."""

    job: Word
    every_minutes: Annotated[int, Field(ge=15, le=10_080)]
    runs: Annotated[int, Field(ge=1, le=1_000), Autonomous(le=24)]


class StopAgent(Payload):
    """Shut an assistant down."""

    profile: Literal["assistant", "deputy"]
