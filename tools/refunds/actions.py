"""How the refunds domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from remit.adapters.dynamodb_items import decode, encode
from remit.domain.model import JsonObject
from remit.toolkit import Tool, ToolContext, ToolFailed
from tools.refunds.payloads import IssueRefund, OfferRefund


class IssueRefundTool(Tool[IssueRefund]):
    """Writes the refund and takes it off what the order has left, in one transaction."""

    def execute(self, payload: IssueRefund, context: ToolContext) -> None:
        try:
            context.dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": context.tables["refunds"],
                            "Item": encode({"refund_id": context.key, **self.expected(payload, context), "run": context.run}),
                            "ConditionExpression": "attribute_not_exists(refund_id)",
                        }
                    },
                    {
                        "Update": {
                            "TableName": context.tables["orders"],
                            "Key": {"order_id": {"S": payload.order_id}},
                            "UpdateExpression": "SET refundable = refundable - :amount ADD version :one",
                            "ConditionExpression": "refundable >= :amount AND account_id = :account",
                            "ExpressionAttributeValues": {
                                ":amount": {"N": str(payload.amount)},
                                ":account": {"S": payload.account_id},
                                ":one": {"N": "1"},
                            },
                        }
                    },
                ]
            )
        except ClientError as error:
            raise _failed(error) from error

    def expected(self, payload: IssueRefund, context: ToolContext) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "paid"}

    def read_back(self, payload: IssueRefund, context: ToolContext) -> JsonObject | None:
        return _read(context, "refunds", "refund_id")


class OfferRefundTool(Tool[OfferRefund]):
    """Writes down an offer. No money moves."""

    def execute(self, payload: OfferRefund, context: ToolContext) -> None:
        try:
            context.dynamodb.put_item(
                TableName=context.tables["offers"],
                Item=encode({"offer_id": context.key, **self.expected(payload, context), "run": context.run}),
                ConditionExpression="attribute_not_exists(offer_id)",
            )
        except ClientError as error:
            raise _failed(error) from error

    def expected(self, payload: OfferRefund, context: ToolContext) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "offered"}

    def read_back(self, payload: OfferRefund, context: ToolContext) -> JsonObject | None:
        return _read(context, "offers", "offer_id")


TOOLS: Mapping[str, Tool[Any]] = {"refunds.issue_refund": IssueRefundTool(), "refunds.offer_refund": OfferRefundTool()}

_REFUSALS = {"ConditionalCheckFailedException", "TransactionCanceledException", "AccessDeniedException"}


def _read(context: ToolContext, table: str, key: str) -> JsonObject | None:
    found = context.dynamodb.get_item(TableName=context.tables[table], Key={key: {"S": context.key}}, ConsistentRead=True)
    return {name: value for name, value in decode(found["Item"]).items() if name not in {key, "run"}} if "Item" in found else None


def _failed(error: ClientError) -> Exception:
    """Only an answer that means "not done" is a refusal; after any other error the read-back has to tell."""
    refused = error.response["Error"]["Code"] in _REFUSALS
    return ToolFailed(error.response["Error"]["Message"]) if refused else error
