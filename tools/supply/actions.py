"""How the supply domain acts: on its own tables, with the agent's own credentials. Messages are the gate's to deliver."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from remit.adapters.business_records import put_own, put_own_with, read_own, read_record, refusals
from remit.adapters.dynamodb_items import decode, encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ReadTool, Tool, ToolContext, Use
from tools.supply.payloads import DraftMessage, PlaceOrder, ReadLeadTimes, ReadOffer, ReadStock, UpdateErp, UpdatePayee

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

_VENDORS_AT_ONCE = 20


class ReadStockTool(ReadTool[ReadStock]):
    """Reads one part's record in the ERP."""

    def expected(self, payload: ReadStock, use: Use) -> JsonObject:
        return {"part_id": payload.part_id}

    def read_back(self, payload: ReadStock, context: ReadContext) -> JsonObject | None:
        return read_record(context, "stock", "part_id", payload.part_id)


class ReadLeadTimesTool(ReadTool[ReadLeadTimes]):
    """Reads the vendors of one part, with the days that each takes."""

    def expected(self, payload: ReadLeadTimes, use: Use) -> JsonObject:
        return {"part_id": payload.part_id}

    def read_back(self, payload: ReadLeadTimes, context: ReadContext) -> JsonObject | None:
        found = context.dynamodb.query(
            TableName=context.tables["lead-times"],
            IndexName="part",
            KeyConditionExpression="part_id = :part",
            ExpressionAttributeValues={":part": {"S": payload.part_id}},
            Limit=_VENDORS_AT_ONCE,
        )
        vendors = sorted((decode(item) for item in found["Items"]), key=lambda vendor: int(str(vendor["lead_days"])))
        return {"part_id": payload.part_id, "vendors": [*vendors]}


class ReadOfferTool(ReadTool[ReadOffer]):
    """Reads what one vendor sent about one part."""

    def expected(self, payload: ReadOffer, use: Use) -> JsonObject:
        return payload.model_dump(mode="json")

    def read_back(self, payload: ReadOffer, context: ReadContext) -> JsonObject | None:
        return read_record(context, "offers", "offer_id", f"{payload.part_id}/{payload.vendor_id}")


class DraftMessageTool(Tool[DraftMessage]):
    """Keeps the draft; nothing is sent."""

    def execute(self, payload: DraftMessage, context: ToolContext) -> None:
        put_own(context, "drafts", "draft_id", self.expected(payload, context))

    def expected(self, payload: DraftMessage, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "draft"}

    def read_back(self, payload: DraftMessage, context: ReadContext) -> JsonObject | None:
        return read_own(context, "drafts", "draft_id")


class PlaceOrderTool(Tool[PlaceOrder]):
    """Writes the order, which the vendor's interface picks up."""

    def execute(self, payload: PlaceOrder, context: ToolContext) -> None:
        put_own(context, "orders", "order_id", self.expected(payload, context))

    def expected(self, payload: PlaceOrder, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "placed"}

    def read_back(self, payload: PlaceOrder, context: ReadContext) -> JsonObject | None:
        return read_own(context, "orders", "order_id")


class UpdateErpTool(Tool[UpdateErp]):
    """Adds to what is on order and keeps the booking, in one transaction."""

    def execute(self, payload: UpdateErp, context: ToolContext) -> None:
        added: UpdateTypeDef = {
            "TableName": context.tables["stock"],
            "Key": {"part_id": {"S": payload.part_id}},
            "UpdateExpression": "ADD on_order :quantity, version :one",
            "ConditionExpression": "attribute_exists(part_id)",
            "ExpressionAttributeValues": {":quantity": {"N": str(payload.quantity)}, ":one": {"N": "1"}},
        }
        put_own_with(context, "bookings", "booking_id", self.expected(payload, context), added)

    def expected(self, payload: UpdateErp, use: Use) -> JsonObject:
        return payload.model_dump(mode="json")

    def read_back(self, payload: UpdateErp, context: ReadContext) -> JsonObject | None:
        return read_own(context, "bookings", "booking_id")


class UpdatePayeeTool(Tool[UpdatePayee]):
    """Writes the account that the vendor is paid on."""

    def execute(self, payload: UpdatePayee, context: ToolContext) -> None:
        item = encode({**self.expected(payload, context), "changed_by": context.key, "run": context.run})
        with refusals():
            context.dynamodb.put_item(TableName=context.tables["payees"], Item=item)

    def expected(self, payload: UpdatePayee, use: Use) -> JsonObject:
        return payload.model_dump(mode="json")

    def read_back(self, payload: UpdatePayee, context: ReadContext) -> JsonObject | None:
        found = read_record(context, "payees", "vendor_id", payload.vendor_id)
        if found is None or found.get("changed_by") != context.key:
            return None
        return {"vendor_id": found["vendor_id"], "account": found["account"]}


TOOLS: Mapping[str, Tool[Any]] = {
    "supply.read_stock": ReadStockTool(),
    "supply.read_lead_times": ReadLeadTimesTool(),
    "supply.read_offer": ReadOfferTool(),
    "supply.draft_message": DraftMessageTool(),
    "supply.place_order": PlaceOrderTool(),
    "supply.update_erp": UpdateErpTool(),
    "supply.update_payee": UpdatePayeeTool(),
}
