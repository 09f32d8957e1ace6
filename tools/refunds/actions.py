"""How the refunds domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from remit.adapters.business_records import read_own, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, Tool, ToolContext, Use
from tools.refunds.payloads import IssueRefund, OfferRefund


class IssueRefundTool(Tool[IssueRefund]):
    """Writes the refund and takes it off what the order has left, in one transaction."""

    def execute(self, payload: IssueRefund, context: ToolContext) -> None:
        with refusals():
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

    def expected(self, payload: IssueRefund, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "paid"}

    def read_back(self, payload: IssueRefund, context: ReadContext) -> JsonObject | None:
        return read_own(context, "refunds", "refund_id")


class OfferRefundTool(Tool[OfferRefund]):
    """Writes down an offer. No money moves."""

    def execute(self, payload: OfferRefund, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.put_item(
                TableName=context.tables["offers"],
                Item=encode({"offer_id": context.key, **self.expected(payload, context), "run": context.run}),
                ConditionExpression="attribute_not_exists(offer_id)",
            )

    def expected(self, payload: OfferRefund, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "offered"}

    def read_back(self, payload: OfferRefund, context: ReadContext) -> JsonObject | None:
        return read_own(context, "offers", "offer_id")


TOOLS: Mapping[str, Tool[Any]] = {"refunds.issue_refund": IssueRefundTool(), "refunds.offer_refund": OfferRefundTool()}
