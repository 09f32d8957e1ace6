"""Actions, approvals, warrants and the ledger in DynamoDB: a change of state and its ledger entries are one transaction."""

from collections.abc import Sequence
from operator import attrgetter
from random import uniform
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.adapters.dynamodb_items import decode
from remit.adapters.dynamodb_ledger import entry_of, put_entry
from remit.adapters.dynamodb_statements import writes_of
from remit.domain.action import Action
from remit.domain.agent import Suspension
from remit.domain.errors import Conflict, Unavailable
from remit.domain.ledger import Draft, Entry, chain
from remit.domain.model import JsonObject
from remit.names import Names
from remit.ports import Clock, Nobody, Witness
from remit.record_ports import Change, OpenRun, Records, Requirement

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_TRIES = 12
_LONGEST_PAUSE_SECONDS = 0.5


class _RunQuery(TypedDict):
    KeyConditionExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: "dict[str, AttributeValueTypeDef]"


class DynamoRecords(Records):
    """Remit's own tables of one stage. Remembers the head of the run it last wrote to or read; `witness` sees what it wrote."""

    def __init__(self, client: "DynamoDBClient", names: Names, clock: Clock, witness: Witness | None = None) -> None:
        self._client, self._names, self._clock, self._witness = client, names, clock, witness or Nobody()
        self._head: Entry | None = None

    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        for tried in range(_TRIES):
            entries = chain(run, self._head_of(run), drafts, self._clock.now()) if drafts else ()
            if self._write(changes, entries):
                return
            self._head = None
            # Many who draw on one account at once would otherwise be in each other's way for ever.
            self._clock.pause(uniform(0, min(0.01 * 2**tried, _LONGEST_PAUSE_SECONDS)))  # noqa: S311 (spread, not secrecy)
        raise Unavailable(f"DynamoDB: the ledger of {run} is being written to by too many at once")

    def open_run(self, run: str, draft: Draft, changes: Sequence[Change] = ()) -> None:
        if not self._write(changes, chain(run, None, [draft], self._clock.now())):
            raise Conflict(f"run {run} has been opened already")

    def action(self, key: str) -> Action | None:
        body = self._body("actions", {"key": {"S": key}})
        return None if body is None else Action.model_validate_json(body)

    def suspensions(self) -> tuple[Suspension, ...]:
        with calling("DynamoDB"):
            pages = self._client.get_paginator("scan").paginate(TableName=self._names.table("agents"), ConsistentRead=True)
            bodies = [str(decode(item)["body"]) for page in pages for item in page["Items"]]
        return tuple(sorted(map(Suspension.model_validate_json, bodies), key=attrgetter("agent")))

    def entries(self, run: str) -> tuple[Entry, ...]:
        with calling("DynamoDB"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._names.table("ledger"), ConsistentRead=True, **self._of_run(run)
            )
            found = tuple(entry_of(decode(item)) for page in pages for item in page["Items"])
        self._head = found[-1] if found else self._head
        return found

    def _head_of(self, run: str) -> Entry | None:
        head = self._head
        if head is not None and head.run == run:
            return head
        with calling("DynamoDB"):
            last = self._client.query(
                TableName=self._names.table("ledger"), ConsistentRead=True, ScanIndexForward=False, Limit=1, **self._of_run(run)
            )["Items"]
        return entry_of(decode(last[0])) if last else None

    def _of_run(self, run: str) -> _RunQuery:
        return {
            "KeyConditionExpression": "#run = :run",
            "ExpressionAttributeNames": {"#run": "run"},
            "ExpressionAttributeValues": {":run": {"S": run}},
        }

    def _write(self, changes: Sequence[Change], entries: Sequence[Entry]) -> bool:
        """False if somebody else wrote to the run first. Raises Conflict if a change's condition failed."""
        made = [(change, write) for change in changes for write in writes_of(change, self._names)]
        appended = [put_entry(entry, self._names) for entry in entries]
        with calling("DynamoDB"):
            try:
                self._client.transact_write_items(TransactItems=[*(write for _, write in made), *appended])
            except ClientError as error:
                self._lost(error, [change for change, _ in made])
                return False
        self._head = entries[-1] if entries else self._head
        self._witness.appended([*(change.entry for change in changes if isinstance(change, OpenRun)), *entries])
        return True

    def _lost(self, error: ClientError, changes: Sequence[Change]) -> None:
        """Returns if only the ledger's part failed; raises as `_unless_lost_race` does."""
        try:
            _unless_lost_race(error, changes)
        except Conflict:
            self._witness.conflicted()
            raise
        self._witness.conflicted()

    def _body(self, table: str, key: "dict[str, AttributeValueTypeDef]") -> str | None:
        with calling("DynamoDB"):
            found = self._client.get_item(TableName=self._names.table(table), Key=key, ConsistentRead=True)
        item: JsonObject = decode(found.get("Item", {}))
        return str(item["body"]) if item else None


def _unless_lost_race(error: ClientError, changes: Sequence[Change]) -> None:
    """`changes` has the change behind each of the first writes. Returns if only the ledger's part failed: the caller reads the head again.
    Raises what an unmet requirement says, Conflict, or the error itself."""
    if code_of(error) != "TransactionCanceledException":
        raise error
    codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
    failed = [change for change, why in zip(changes, codes, strict=False) if why == "ConditionalCheckFailed"]
    if failed and isinstance(failed[0], Requirement):
        raise failed[0].unmet() from error
    if failed:
        raise Conflict("a record is not in the state that the change starts from") from error
    if not {"ConditionalCheckFailed", "TransactionConflict"}.intersection(codes):
        raise error
