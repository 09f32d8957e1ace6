"""Consuming a warrant: the executor may check warrants and write uses, so it can neither mint a warrant nor alter one."""

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.adapters.dynamodb_items import encode
from remit.domain.errors import WarrantRefused
from remit.domain.warrant import Warrant
from remit.execution_ports import WarrantUses
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class DynamoUses(WarrantUses):
    """The tables `warrants` (read by condition only) and `uses` of one stage."""

    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._warrants, self._uses = client, names.table("warrants"), names.table("uses")

    def consume(self, warrant: Warrant, now: datetime) -> bool:
        if now >= warrant.expires_at:
            return self._repeated(warrant)
        with calling("DynamoDB"):
            try:
                self._client.transact_write_items(TransactItems=[self._as_minted(warrant), self._first_use(warrant, now)])
            except ClientError as error:
                _check_genuine(error)
                return self._repeated(warrant)
        return True

    def _repeated(self, warrant: Warrant) -> bool:
        """False if the warrant was used."""
        with calling("DynamoDB"):
            found = self._client.get_item(TableName=self._uses, Key={"warrant": {"S": warrant.id}}, ConsistentRead=True)
        if "Item" not in found:
            raise WarrantRefused("The warrant expired before its first use.")
        if "void" in found["Item"]:
            raise WarrantRefused("The warrant was taken back before its first use.")
        return False

    def _as_minted(self, warrant: Warrant) -> "TransactWriteItemTypeDef":
        fields = warrant.model_dump(mode="json", exclude={"id"})
        return {
            "ConditionCheck": {
                "TableName": self._warrants,
                "Key": {"id": {"S": warrant.id}},
                "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in fields),
                "ExpressionAttributeNames": {f"#{name}": name for name in fields},
                "ExpressionAttributeValues": encode({f":{name}": value for name, value in fields.items()}),
            }
        }

    def _first_use(self, warrant: Warrant, now: datetime) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._uses,
                "Item": encode({"warrant": warrant.id, "used_at": now.isoformat()}),
                "ConditionExpression": "attribute_not_exists(warrant)",
            }
        }


def _check_genuine(error: ClientError) -> None:
    """Returns if the warrant is genuine and was used or taken back; raises WarrantRefused if it is not genuine, else the error itself."""
    codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
    if code_of(error) != "TransactionCanceledException" or "ConditionalCheckFailed" not in codes:
        raise error
    if codes[0] == "ConditionalCheckFailed":
        raise WarrantRefused("The gate has minted no such warrant.") from error
