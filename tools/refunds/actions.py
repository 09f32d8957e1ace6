"""How the refunds domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from remit.adapters.business_records import read_own, read_record, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, Tool, ToolContext, Use
from tools.refunds.payloads import IssueRefund, OfferRefund, ReverseRefund, WithdrawOffer


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


class ReverseRefundTool(Tool[ReverseRefund]):
    """Marks the refund as reversed and gives the order back what it took, in one transaction."""

    def execute(self, payload: ReverseRefund, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "Update": {
                            "TableName": context.tables["refunds"],
                            "Key": {"refund_id": {"S": payload.refund_id}},
                            "UpdateExpression": "SET #status = :reversed, reversed_by = :key",
                            "ConditionExpression": "#status = :paid AND order_id = :order AND amount = :amount",
                            "ExpressionAttributeNames": {"#status": "status"},
                            "ExpressionAttributeValues": {
                                ":reversed": {"S": "reversed"},
                                ":paid": {"S": "paid"},
                                ":key": {"S": context.key},
                                ":order": {"S": payload.order_id},
                                ":amount": {"N": str(payload.amount)},
                            },
                        }
                    },
                    {
                        "Update": {
                            "TableName": context.tables["orders"],
                            "Key": {"order_id": {"S": payload.order_id}},
                            "UpdateExpression": "SET refundable = refundable + :amount ADD version :one",
                            "ConditionExpression": "account_id = :account",
                            "ExpressionAttributeValues": {
                                ":amount": {"N": str(payload.amount)},
                                ":account": {"S": payload.account_id},
                                ":one": {"N": "1"},
                            },
                        }
                    },
                ]
            )

    def expected(self, payload: ReverseRefund, use: Use) -> JsonObject:
        return {"refund_id": payload.refund_id, "order_id": payload.order_id, "amount": payload.amount, "status": "reversed"}

    def read_back(self, payload: ReverseRefund, context: ReadContext) -> JsonObject | None:
        """The refund, and what the order has left: more than was expected, if others refund on it too."""
        refund = read_record(context, "refunds", "refund_id", payload.refund_id) or {}
        if refund.get("reversed_by") != context.key:
            return None
        order = read_record(context, "orders", "order_id", payload.order_id) or {}
        seen = {name: refund[name] for name in ("refund_id", "order_id", "amount", "status")}
        return {**seen, "refundable": order.get("refundable")}

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        return observed is not None and expected.items() <= observed.items()


class WithdrawOfferTool(Tool[WithdrawOffer]):
    """Marks an offer as withdrawn."""

    def execute(self, payload: WithdrawOffer, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.update_item(
                TableName=context.tables["offers"],
                Key={"offer_id": {"S": payload.offer_id}},
                UpdateExpression="SET #status = :withdrawn, withdrawn_by = :key",
                ConditionExpression="#status = :offered AND amount = :amount",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":withdrawn": {"S": "withdrawn"},
                    ":offered": {"S": "offered"},
                    ":key": {"S": context.key},
                    ":amount": {"N": str(payload.amount)},
                },
            )

    def expected(self, payload: WithdrawOffer, use: Use) -> JsonObject:
        return {"offer_id": payload.offer_id, "status": "withdrawn"}

    def read_back(self, payload: WithdrawOffer, context: ReadContext) -> JsonObject | None:
        offer = read_record(context, "offers", "offer_id", payload.offer_id) or {}
        return {name: offer[name] for name in ("offer_id", "status")} if offer.get("withdrawn_by") == context.key else None


TOOLS: Mapping[str, Tool[Any]] = {
    "refunds.issue_refund": IssueRefundTool(),
    "refunds.reverse_refund": ReverseRefundTool(),
    "refunds.offer_refund": OfferRefundTool(),
    "refunds.withdraw_offer": WithdrawOfferTool(),
}
