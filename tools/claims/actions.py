"""How the claims domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from remit.adapters.business_records import read_own, read_record, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ReadTool, Tool, ToolContext, Use
from tools.claims.payloads import DraftAssessment, ReadClaim


class ReadClaimTool(ReadTool[ReadClaim]):
    """Reads one claim by its key."""

    def expected(self, payload: ReadClaim, use: Use) -> JsonObject:
        return {"claim_id": payload.claim_id}

    def read_back(self, payload: ReadClaim, context: ReadContext) -> JsonObject | None:
        return read_record(context, "claims", "claim_id", payload.claim_id)


class DraftAssessmentTool(Tool[DraftAssessment]):
    """Writes the draft, if the claim is still open at that moment."""

    def execute(self, payload: DraftAssessment, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "ConditionCheck": {
                            "TableName": context.tables["claims"],
                            "Key": encode({**context.within("claims"), "claim_id": payload.claim_id}),
                            "ConditionExpression": "#status = :open",
                            "ExpressionAttributeNames": {"#status": "status"},
                            "ExpressionAttributeValues": {":open": {"S": "open"}},
                        }
                    },
                    {
                        "Put": {
                            "TableName": context.tables["assessments"],
                            "Item": encode({**self._key(context), **self.expected(payload, context), "run": context.run}),
                            "ConditionExpression": "attribute_not_exists(assessment_id)",
                        }
                    },
                ]
            )

    def expected(self, payload: DraftAssessment, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "status": "draft"}

    @staticmethod
    def _key(use: Use) -> JsonObject:
        return {**use.within("assessments"), "assessment_id": use.key}

    def read_back(self, payload: DraftAssessment, context: ReadContext) -> JsonObject | None:
        return read_own(context, "assessments", "assessment_id")


TOOLS: Mapping[str, Tool[Any]] = {"claims.read_claim": ReadClaimTool(), "claims.draft_assessment": DraftAssessmentTool()}
