"""Who undoes what, in the table `actions`, for reading."""

from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode, encode
from remit.adapters.dynamodb_writes import undo_key
from remit.names import Names
from remit.undo_ports import Undoings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoUndoings(Undoings):
    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._table = client, names.table("actions")

    def undoing(self, key: str) -> str | None:
        with calling("DynamoDB"):
            found = self._client.get_item(TableName=self._table, Key=encode({"key": undo_key(key)}), ConsistentRead=True)
        return str(decode(found["Item"])["by"]) if "Item" in found else None
