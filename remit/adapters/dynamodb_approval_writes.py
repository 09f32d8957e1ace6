"""Each change to a question or its answers as one conditional write of a transaction."""

from datetime import timedelta
from functools import singledispatch
from typing import TYPE_CHECKING

from remit.adapters.dynamodb_conditions import after, new
from remit.adapters.dynamodb_items import encode
from remit.approval_ports import (
    AddLink,
    AppointDeputy,
    CastBallot,
    MoveApproval,
    NoteOpened,
    RequestApproval,
    RequireOpen,
    RequireWaiting,
    StartSession,
)
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.model import JsonObject
from remit.names import Names
from remit.record_ports import Change

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, TransactWriteItemTypeDef

_REMEMBERED = timedelta(days=30)


@singledispatch
def put_approval_change(change: Change, _names: Names) -> "TransactWriteItemTypeDef":
    """The write that makes a change, or fails its condition."""
    raise TypeError(f"no write is known for {type(change).__name__}")


@put_approval_change.register(RequestApproval)
def _(change: RequestApproval, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("approvals"), "pk", _approval(change.approval))


@put_approval_change.register(MoveApproval)
def _(change: MoveApproval, names: Names) -> "TransactWriteItemTypeDef":
    return after(names.table("approvals"), _approval(change.approval), "version", change.approval.version - 1)


@put_approval_change.register(RequireOpen)
def _(change: RequireOpen, names: Names) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": names.table("approvals"),
        "Key": encode({"pk": change.approval, "sk": "approval"}),
        "ConditionExpression": "#status = :pending AND #stage = :stage AND #round = :round",
        "ExpressionAttributeNames": {"#status": "status", "#stage": "stage", "#round": "round"},
        "ExpressionAttributeValues": encode({":pending": ApprovalStatus.PENDING.value, ":stage": change.stage, ":round": change.round}),
    }
    return {"ConditionCheck": check}


@put_approval_change.register(RequireWaiting)
def _(change: RequireWaiting, names: Names) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": names.table("approvals"),
        "Key": encode({"pk": change.approval, "sk": "approval"}),
        "ConditionExpression": "#status IN (:pending, :held)",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": encode({":pending": ApprovalStatus.PENDING.value, ":held": ApprovalStatus.HELD.value}),
    }
    return {"ConditionCheck": check}


@put_approval_change.register(CastBallot)
def _(change: CastBallot, names: Names) -> "TransactWriteItemTypeDef":
    ballot, table = change.ballot, names.table("answers")
    item: JsonObject = {**ballot_key(ballot.approval, ballot.stage), "count": len(ballot.answers), "body": ballot.model_dump_json()}
    return new(table, "pk", item) if len(ballot.answers) == 1 else after(table, item, "count", len(ballot.answers) - 1)


@put_approval_change.register(AppointDeputy)
def _(change: AppointDeputy, names: Names) -> "TransactWriteItemTypeDef":
    deputy = change.deputy
    ttl = int((deputy.until + _REMEMBERED).timestamp())
    item: JsonObject = {**deputy_key(deputy.approver, deputy.approval), "ttl": ttl, "body": deputy.model_dump_json()}
    return {"Put": {"TableName": names.table("answers"), "Item": encode(item)}}


@put_approval_change.register(StartSession)
def _(change: StartSession, names: Names) -> "TransactWriteItemTypeDef":
    session = change.session
    item: JsonObject = {**session_key(session.visit_hash), "ttl": int(session.until.timestamp()), "body": session.model_dump_json()}
    return new(names.table("answers"), "pk", item)


@put_approval_change.register(NoteOpened)
def _(change: NoteOpened, names: Names) -> "TransactWriteItemTypeDef":
    link = change.link
    return new(names.table("answers"), "pk", {"pk": link.approval, "sk": f"opened#{link.stage}#{link.by}"})


@put_approval_change.register(AddLink)
def _(change: AddLink, names: Names) -> "TransactWriteItemTypeDef":
    link = change.link
    ttl = int(link.expires_at.timestamp())
    return new(names.table("approvals"), "pk", {"pk": link.token_hash, "sk": "link", "ttl": ttl, "body": link.model_dump_json()})


def ballot_key(approval: str, stage: int) -> dict[str, str]:
    return {"pk": approval, "sk": f"stage#{stage}"}


def deputy_key(approver: str, approval: str | None) -> dict[str, str]:
    return {"pk": f"deputy#{approver}", "sk": approval or "all"}


def session_key(visit_hash: str) -> dict[str, str]:
    return {"pk": f"session#{visit_hash}", "sk": "session"}


def _approval(approval: Approval) -> JsonObject:
    """Found by its domain while it is open."""
    found: JsonObject = {"open_in": approval.domain, "due_at": approval.due_at.isoformat()} if approval.open else {}
    return {
        "pk": approval.id,
        "sk": "approval",
        "status": approval.status.value,
        "stage": approval.stage,
        "round": approval.round,
        "version": approval.version,
        "requested_at": approval.requested_at.isoformat(),
        "body": approval.model_dump_json(),
        **found,
    }
