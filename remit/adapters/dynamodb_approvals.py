"""The tables `approvals` (what gates ask) and `answers` (what humans say), and who may not act, for reading."""

from datetime import datetime
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_approval_writes import ballot_key, deputy_key, session_key
from remit.adapters.dynamodb_items import decode, encode
from remit.approval_ports import Approvals
from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import Ballot
from remit.domain.deputy import Deputy
from remit.domain.link import Link
from remit.domain.model import JsonObject
from remit.domain.session import Session
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoApprovals(Approvals):
    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._names = client, names

    def approval(self, approval: str) -> Approval | None:
        body = self._body("approvals", {"pk": approval, "sk": "approval"})
        return None if body is None else Approval.model_validate_json(body)

    def open_in(self, domain: str) -> tuple[Approval, ...]:
        return self._found("open", "open_in = :domain", {":domain": domain})

    def due_in(self, domain: str, now: datetime) -> tuple[Approval, ...]:
        return self._found("due", "open_in = :domain AND due_at <= :now", {":domain": domain, ":now": now.isoformat()})

    def link(self, token_hash: str) -> Link | None:
        body = self._body("approvals", {"pk": token_hash, "sk": "link"})
        return None if body is None else Link.model_validate_json(body)

    def ballot(self, approval: str, stage: int) -> Ballot:
        body = self._body("answers", ballot_key(approval, stage))
        return Ballot(approval=approval, stage=stage) if body is None else Ballot.model_validate_json(body)

    def deputy(self, approver: str, approval: str) -> Deputy | None:
        bodies = [self._body("answers", deputy_key(approver, what)) for what in (approval, None)]
        return next((Deputy.model_validate_json(body) for body in bodies if body is not None), None)

    def session(self, visit_hash: str) -> Session | None:
        body = self._body("answers", session_key(visit_hash))
        return None if body is None else Session.model_validate_json(body)

    def suspension(self, agent: str) -> Suspension | None:
        body = self._body("agents", {"agent": agent})
        return None if body is None else Suspension.model_validate_json(body)

    def _found(self, index: str, condition: str, values: JsonObject) -> tuple[Approval, ...]:
        with calling("DynamoDB"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._names.table("approvals"),
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
            )
            found = [decode(item) for page in pages for item in page["Items"]]
        return tuple(Approval.model_validate_json(str(item["body"])) for item in found)

    def _body(self, table: str, key: dict[str, str]) -> str | None:
        with calling("DynamoDB"):
            found = self._client.get_item(TableName=self._names.table(table), Key=encode({**key}), ConsistentRead=True)
        return str(decode(found["Item"])["body"]) if "Item" in found else None
