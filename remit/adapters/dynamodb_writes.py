"""Each change and each ledger entry as one conditional write of a transaction."""

import json
from datetime import timedelta
from functools import singledispatch
from typing import TYPE_CHECKING

from remit.adapters.dynamodb_budgets import draw, give_back
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
from remit.budget_ports import GiveBack, Reserve, VoidWarrant
from remit.delegation_ports import RequireDelegation, Revoke, UseDelegation
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.canonical import canonical
from remit.domain.delegation import Delegation
from remit.domain.ledger import Entry
from remit.domain.model import Json, JsonObject
from remit.names import Names
from remit.ports import (
    Change,
    EndRun,
    MintWarrant,
    MoveAction,
    OpenAction,
    OpenRun,
    Reinstate,
    RequireActive,
    RequireRunOpen,
    Suspend,
)
from remit.undo_ports import ClaimUndo, NoteUndone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, DeleteTypeDef, PutTypeDef, TransactWriteItemTypeDef

_SEQ_DIGITS = 6
_REMEMBERED = timedelta(days=30)


@singledispatch
def put_change(change: Change, _names: Names) -> "TransactWriteItemTypeDef":
    """The write that makes a change, or fails its condition."""
    raise TypeError(f"no write is known for {type(change).__name__}")


@put_change.register(OpenAction)
def _(change: OpenAction, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("actions"), "key", _action(change))


@put_change.register(MoveAction)
def _(change: MoveAction, names: Names) -> "TransactWriteItemTypeDef":
    return _moved(names.table("actions"), _action(change), change.was.value)


@put_change.register(MintWarrant)
def _(change: MintWarrant, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("warrants"), "id", change.warrant.model_dump(mode="json"))


@put_change.register(OpenRun)
def _(change: OpenRun, names: Names) -> "TransactWriteItemTypeDef":
    return put_entry(change.entry, names)


@put_change.register(RequestApproval)
def _(change: RequestApproval, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("approvals"), "pk", _approval(change.approval))


@put_change.register(MoveApproval)
def _(change: MoveApproval, names: Names) -> "TransactWriteItemTypeDef":
    return _after(names.table("approvals"), _approval(change.approval), "version", change.approval.version - 1)


@put_change.register(RequireOpen)
def _(change: RequireOpen, names: Names) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": names.table("approvals"),
        "Key": encode({"pk": change.approval, "sk": "approval"}),
        "ConditionExpression": "#status = :pending AND #stage = :stage AND #round = :round",
        "ExpressionAttributeNames": {"#status": "status", "#stage": "stage", "#round": "round"},
        "ExpressionAttributeValues": encode({":pending": ApprovalStatus.PENDING.value, ":stage": change.stage, ":round": change.round}),
    }
    return {"ConditionCheck": check}


@put_change.register(RequireWaiting)
def _(change: RequireWaiting, names: Names) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": names.table("approvals"),
        "Key": encode({"pk": change.approval, "sk": "approval"}),
        "ConditionExpression": "#status IN (:pending, :held)",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": encode({":pending": ApprovalStatus.PENDING.value, ":held": ApprovalStatus.HELD.value}),
    }
    return {"ConditionCheck": check}


@put_change.register(CastBallot)
def _(change: CastBallot, names: Names) -> "TransactWriteItemTypeDef":
    ballot, table = change.ballot, names.table("answers")
    item: JsonObject = {**ballot_key(ballot.approval, ballot.stage), "count": len(ballot.answers), "body": ballot.model_dump_json()}
    return _new(table, "pk", item) if len(ballot.answers) == 1 else _after(table, item, "count", len(ballot.answers) - 1)


@put_change.register(AppointDeputy)
def _(change: AppointDeputy, names: Names) -> "TransactWriteItemTypeDef":
    deputy = change.deputy
    ttl = int((deputy.until + _REMEMBERED).timestamp())
    item: JsonObject = {**deputy_key(deputy.approver, deputy.approval), "ttl": ttl, "body": deputy.model_dump_json()}
    return {"Put": {"TableName": names.table("answers"), "Item": encode(item)}}


@put_change.register(StartSession)
def _(change: StartSession, names: Names) -> "TransactWriteItemTypeDef":
    session = change.session
    item: JsonObject = {**session_key(session.visit_hash), "ttl": int(session.until.timestamp()), "body": session.model_dump_json()}
    return _new(names.table("answers"), "pk", item)


@put_change.register(NoteOpened)
def _(change: NoteOpened, names: Names) -> "TransactWriteItemTypeDef":
    link = change.link
    return _new(names.table("answers"), "pk", {"pk": link.approval, "sk": f"opened#{link.stage}#{link.by}"})


@put_change.register(RequireActive)
def _(change: RequireActive, names: Names) -> "TransactWriteItemTypeDef":
    return _absent(names.table("agents"), {"agent": change.agent})


@put_change.register(EndRun)
def _(change: EndRun, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("ended"), "run", {"run": change.run})


@put_change.register(RequireRunOpen)
def _(change: RequireRunOpen, names: Names) -> "TransactWriteItemTypeDef":
    return _absent(names.table("ended"), {"run": change.run})


@put_change.register(RequireDelegation)
def _(change: RequireDelegation, names: Names) -> "TransactWriteItemTypeDef":
    return _absent(names.table("delegations"), {"delegation": change.delegation, "sk": "revoked"})


@put_change.register(Reserve)
def _(change: Reserve, names: Names) -> "TransactWriteItemTypeDef":
    return {"Update": draw(change.reservation, change.keep_until, names.table("budgets"))}


@put_change.register(GiveBack)
def _(change: GiveBack, names: Names) -> "TransactWriteItemTypeDef":
    return {"Update": give_back(change.reservation, names.table("budgets"))}


@put_change.register(VoidWarrant)
def _(change: VoidWarrant, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("uses"), "warrant", {"warrant": change.warrant, "void": True})


@put_change.register(UseDelegation)
def _(change: UseDelegation, names: Names) -> "TransactWriteItemTypeDef":
    kept = _kept(change.delegation)
    use: JsonObject = {"delegation": change.delegation.id, "sk": f"run#{change.run}", "workflow": change.workflow, **kept}
    return {"Put": {"TableName": names.table("delegations"), "Item": encode(use)}}


@put_change.register(Revoke)
def _(change: Revoke, names: Names) -> "TransactWriteItemTypeDef":
    kept = _kept(change.delegation)
    item: JsonObject = {"delegation": change.delegation.id, "sk": "revoked", **kept, "body": change.revocation.model_dump_json()}
    return _new(names.table("delegations"), "delegation", item)


@put_change.register(Suspend)
def _(change: Suspend, names: Names) -> "TransactWriteItemTypeDef":
    return _new(names.table("agents"), "agent", {"agent": change.suspension.agent, "body": change.suspension.model_dump_json()})


@put_change.register(Reinstate)
def _(change: Reinstate, names: Names) -> "TransactWriteItemTypeDef":
    delete: DeleteTypeDef = {
        "TableName": names.table("agents"),
        "Key": encode({"agent": change.agent}),
        "ConditionExpression": "attribute_exists(#agent)",
        "ExpressionAttributeNames": {"#agent": "agent"},
    }
    return {"Delete": delete}


@put_change.register(ClaimUndo)
def _(change: ClaimUndo, names: Names) -> "TransactWriteItemTypeDef":
    item = _undo(change, "CLAIMED")
    table = names.table("actions")
    return _new(table, "key", item) if change.instead_of is None else _after(table, item, "by", change.instead_of)


@put_change.register(NoteUndone)
def _(change: NoteUndone, names: Names) -> "TransactWriteItemTypeDef":
    return _after(names.table("actions"), _undo(change, "UNDONE"), "claim", f"CLAIMED {change.by}")


@put_change.register(AddLink)
def _(change: AddLink, names: Names) -> "TransactWriteItemTypeDef":
    link = change.link
    ttl = int(link.expires_at.timestamp())
    return _new(names.table("approvals"), "pk", {"pk": link.token_hash, "sk": "link", "ttl": ttl, "body": link.model_dump_json()})


def _kept(delegation: Delegation) -> JsonObject:
    """Until nobody asks any more: a token that has expired starts nothing, revoked or not."""
    return {"ttl": int((delegation.expires_at + _REMEMBERED).timestamp()), "name": delegation.name, "of": delegation.model_dump_json()}


def undo_key(key: str) -> str:
    """Beside the action's own key."""
    return f"undo#{key}"


def _undo(change: ClaimUndo | NoteUndone, status: str) -> JsonObject:
    return {"key": undo_key(change.undoes), "by": change.by, "claim": f"{status} {change.by}"}


def ballot_key(approval: str, stage: int) -> dict[str, str]:
    return {"pk": approval, "sk": f"stage#{stage}"}


def deputy_key(approver: str, approval: str | None) -> dict[str, str]:
    return {"pk": f"deputy#{approver}", "sk": approval or "all"}


def session_key(visit_hash: str) -> dict[str, str]:
    return {"pk": f"session#{visit_hash}", "sk": "session"}


def put_entry(entry: Entry, names: Names) -> "TransactWriteItemTypeDef":
    """Fails if the run has an entry with this number already."""
    item = {**entry.model_dump(mode="json"), "seq": f"{entry.seq:0{_SEQ_DIGITS}d}", "body": canonical(entry.body).decode()}
    return _new(names.table("ledger"), "run", item)


def entry_of(item: JsonObject) -> Entry:
    """A ledger entry as it was put."""
    return Entry.model_validate({**item, "seq": int(str(item["seq"])), "body": json.loads(str(item["body"]))})


def _action(change: OpenAction | MoveAction) -> JsonObject:
    action = change.action
    return {"key": action.intent.key, "status": action.status.value, "body": action.model_dump_json()}


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


def _absent(table: str, key: JsonObject) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": table,
        "Key": encode(key),
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": next(iter(key))},
    }
    return {"ConditionCheck": check}


def _new(table: str, key: str, item: dict[str, Json]) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": table,
        "Item": encode(item),
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }
    return {"Put": put}


def _after(table: str, item: JsonObject, field: str, was: int | str) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": table,
        "Item": encode(item),
        "ConditionExpression": "#field = :was",
        "ExpressionAttributeNames": {"#field": field},
        "ExpressionAttributeValues": encode({":was": was}),
    }
    return {"Put": put}


def _moved(table: str, item: JsonObject, was: str) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": table,
        "Item": encode(item),
        "ConditionExpression": "#status = :was",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":was": {"S": was}},
    }
    return {"Put": put}
