"""Each change and each ledger entry as one conditional write of a transaction."""

from datetime import timedelta
from functools import singledispatch
from typing import TYPE_CHECKING

from remit.adapters.dynamodb_approval_writes import put_approval_change
from remit.adapters.dynamodb_budgets import draw, give_back
from remit.adapters.dynamodb_conditions import absent, after, new
from remit.adapters.dynamodb_items import encode
from remit.adapters.dynamodb_ledger import put_entry
from remit.budget_ports import GiveBack, Reserve, VoidWarrant
from remit.delegation_ports import RequireDelegation, Revoke, UseDelegation
from remit.domain.delegation import Delegation
from remit.domain.model import JsonObject
from remit.names import Names
from remit.record_ports import (
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
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, TransactWriteItemTypeDef

_REMEMBERED = timedelta(days=30)


@singledispatch
def put_change(change: Change, names: Names) -> "TransactWriteItemTypeDef":
    """The write that makes a change, or fails its condition."""
    return put_approval_change(change, names)


@put_change.register(OpenAction)
def _(change: OpenAction, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("actions"), "key", _action(change))


@put_change.register(MoveAction)
def _(change: MoveAction, names: Names) -> "TransactWriteItemTypeDef":
    return after(names.table("actions"), _action(change), "status", change.was.value)


@put_change.register(MintWarrant)
def _(change: MintWarrant, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("warrants"), "id", change.warrant.model_dump(mode="json"))


@put_change.register(OpenRun)
def _(change: OpenRun, names: Names) -> "TransactWriteItemTypeDef":
    return put_entry(change.entry, names)


@put_change.register(RequireActive)
def _(change: RequireActive, names: Names) -> "TransactWriteItemTypeDef":
    return absent(names.table("agents"), {"agent": change.agent})


@put_change.register(EndRun)
def _(change: EndRun, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("ended"), "run", {"run": change.run})


@put_change.register(RequireRunOpen)
def _(change: RequireRunOpen, names: Names) -> "TransactWriteItemTypeDef":
    return absent(names.table("ended"), {"run": change.run})


@put_change.register(RequireDelegation)
def _(change: RequireDelegation, names: Names) -> "TransactWriteItemTypeDef":
    return absent(names.table("delegations"), {"delegation": change.delegation, "sk": "revoked"})


@put_change.register(Reserve)
def _(change: Reserve, names: Names) -> "TransactWriteItemTypeDef":
    return {"Update": draw(change.reservation, change.keep_until, names.table("budgets"))}


@put_change.register(GiveBack)
def _(change: GiveBack, names: Names) -> "TransactWriteItemTypeDef":
    return {"Update": give_back(change.reservation, names.table("budgets"))}


@put_change.register(VoidWarrant)
def _(change: VoidWarrant, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("uses"), "warrant", {"warrant": change.warrant, "void": True})


@put_change.register(UseDelegation)
def _(change: UseDelegation, names: Names) -> "TransactWriteItemTypeDef":
    kept = _kept(change.delegation)
    use: JsonObject = {"delegation": change.delegation.id, "sk": f"run#{change.run}", "workflow": change.workflow, **kept}
    return {"Put": {"TableName": names.table("delegations"), "Item": encode(use)}}


@put_change.register(Revoke)
def _(change: Revoke, names: Names) -> "TransactWriteItemTypeDef":
    kept = _kept(change.delegation)
    item: JsonObject = {"delegation": change.delegation.id, "sk": "revoked", **kept, "body": change.revocation.model_dump_json()}
    return new(names.table("delegations"), "delegation", item)


@put_change.register(Suspend)
def _(change: Suspend, names: Names) -> "TransactWriteItemTypeDef":
    return new(names.table("agents"), "agent", {"agent": change.suspension.agent, "body": change.suspension.model_dump_json()})


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
    return new(table, "key", item) if change.instead_of is None else after(table, item, "by", change.instead_of)


@put_change.register(NoteUndone)
def _(change: NoteUndone, names: Names) -> "TransactWriteItemTypeDef":
    return after(names.table("actions"), _undo(change, "UNDONE"), "claim", f"CLAIMED {change.by}")


def _kept(delegation: Delegation) -> JsonObject:
    """Until nobody asks any more: a token that has expired starts nothing, revoked or not."""
    return {"ttl": int((delegation.expires_at + _REMEMBERED).timestamp()), "name": delegation.name, "of": delegation.model_dump_json()}


def undo_key(key: str) -> str:
    """Beside the action's own key."""
    return f"undo#{key}"


def _undo(change: ClaimUndo | NoteUndone, status: str) -> JsonObject:
    return {"key": undo_key(change.undoes), "by": change.by, "claim": f"{status} {change.by}"}


def _action(change: OpenAction | MoveAction) -> JsonObject:
    action = change.action
    return {"key": action.intent.key, "status": action.status.value, "body": action.model_dump_json()}
