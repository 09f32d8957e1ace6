"""A statement in PartiQL is authorised as what it does to its table: there is no `dynamodb:ExecuteStatement` to grant or to deny."""

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions

_STATEMENT = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|EXISTS)\b", re.IGNORECASE)
_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+(?:"([^"]+)"|([\w.-]+))', re.IGNORECASE)
_OPERATIONS = ("dynamodb:ExecuteStatement", "dynamodb:BatchExecuteStatement", "dynamodb:ExecuteTransaction")


def apply() -> None:
    """Check each statement as an item of a transaction is checked: on its own."""
    checks_of = iam_actions.dynamodb_transaction_checks

    def corrected(action: str, body: bytes, region: str, account: str) -> list[tuple[str, str]]:
        if action in _OPERATIONS:
            return [(f"dynamodb:PartiQL{verb}", f"arn:aws:dynamodb:{region}:{account}:table/{table}") for verb, table in _named(body)]
        checks: list[tuple[str, str]] = checks_of(action, body, region, account)
        return checks

    iam_actions.dynamodb_transaction_checks = corrected


def _named(body: bytes) -> Iterator[tuple[str, str]]:
    """Verb and table of each statement."""
    for statement in _statements(body):
        verb, table = _STATEMENT.search(statement), _TABLE.search(statement)
        if verb and table:
            yield verb[1].capitalize().replace("Exists", "Select"), table[1] or table[2]


def _statements(body: bytes) -> Iterator[str]:
    try:
        request: Any = json.loads(body or b"{}")
    except ValueError:
        return
    entries = [request, *request.get("Statements", ()), *request.get("TransactStatements", ())]
    yield from (str(entry["Statement"]) for entry in entries if "Statement" in entry)
