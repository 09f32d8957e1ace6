"""How the logistics domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from remit.adapters.business_records import read_own, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, Tool, ToolContext, Use
from tools.logistics.payloads import BookShipment


class BookShipmentTool(Tool[BookShipment]):
    """Writes the shipment, if the order is still open at that moment."""

    def execute(self, payload: BookShipment, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "ConditionCheck": {
                            "TableName": context.tables["orders"],
                            "Key": {"order_id": {"S": payload.order_id}},
                            "ConditionExpression": "#status = :open",
                            "ExpressionAttributeNames": {"#status": "status"},
                            "ExpressionAttributeValues": {":open": {"S": "open"}},
                        }
                    },
                    {
                        "Put": {
                            "TableName": context.tables["shipments"],
                            "Item": encode({"shipment_id": context.key, **self.expected(payload, context), "run": context.run}),
                            "ConditionExpression": "attribute_not_exists(shipment_id)",
                        }
                    },
                ]
            )

    def expected(self, payload: BookShipment, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "booked"}

    def read_back(self, payload: BookShipment, context: ReadContext) -> JsonObject | None:
        return read_own(context, "shipments", "shipment_id")


TOOLS: Mapping[str, Tool[Any]] = {"logistics.book_shipment": BookShipmentTool()}
