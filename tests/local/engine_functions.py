"""Gate, reasoner and recorder in one, by what they are handed: the same answers in whichever engine. Deployed as it stands."""

import json
from typing import Any

import boto3

Event = dict[str, Any]

_INVOICES = [
    {"invoice_id": "I-1", "customer_id": "K-1", "due_on": "2026-08-01", "default_allowed": True},
    {"invoice_id": "I-2", "customer_id": "K-2", "due_on": "2026-08-02", "default_allowed": True},
    {"invoice_id": "I-3", "customer_id": "K-3", "due_on": "2026-08-03", "default_allowed": False},
]


def handler(event: Event, context: object) -> Any:  # noqa: ANN401 (as the function it stands for)
    if "task_token" in event:
        return _govern(event["task_token"], event["intent"])
    return _reason(event) if "drafting" in event or "conversation" in event else _record(event)


def _govern(token: str, intent: Event) -> None:
    states = boto3.client("stepfunctions")
    if intent["tool"] == "refunds.issue_refund":
        cause = json.dumps({"error": "Remit.Denied", "message": "No.", "reasons": []})
        states.send_task_failure(taskToken=token, error="Remit.Denied", cause=cause)
    else:
        states.send_task_success(taskToken=token, output=json.dumps({"warrant": intent["step"], "observed": _observed(intent)}))


def _observed(intent: Event) -> Any:  # noqa: ANN401
    payload = intent["payload"]
    if intent["tool"] == "receivables.list_unpaid":
        return {"invoices": _INVOICES if payload["portfolio"] == "north" else []}
    if intent["tool"] == "receivables.check_dispute":
        return {"disputed": payload["invoice_id"] == "I-2", "status": "unpaid"}
    return payload


def _reason(event: Event) -> Event:
    if event.get("drafting"):
        return {"say": "Please pay.", "call": {"model": "m"}}
    again = [*(event.get("conversation") or []), {"turn": 1}]
    if event.get("receipt"):
        return {"proposal": None, "say": "Done.", "conversation": again, "call": {}}
    tool = "refunds.offer_refund" if event.get("refusal") else "refunds.issue_refund"
    return {"proposal": {"tool": tool, "payload": {"amount": 1}}, "say": None, "conversation": again, "call": {}}


def _record(event: Event) -> Event:
    error = event.get("error") or {}
    outcome = "REFUSED" if error.get("Error") == "Remit.Denied" else "FAILED" if error else "DONE"
    told: Event = {"outcome": outcome, "error": error.get("Error"), "message": "", "reasons": [], "say": None}
    return {**told, "receipt": event.get("receipt"), "parts": event.get("parts") or []}
