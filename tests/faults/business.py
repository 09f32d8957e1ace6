"""The domains that are played: what they have before a playing, what is asked of them, and how often something was done to them.

Every record is of its own playing, by number, so that nothing that one left behind counts for another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from remit.charters import load_charter, load_payloads
from remit.domain.charter import Charter
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.policies import PolicySet, load_policy_set
from remit.toolkit import Tool
from tests.fakes.mail import a_mail
from tools.mailbox import actions as mailbox
from tools.receivables import actions as receivables
from tools.refunds import actions as refunds

Tables = Mapping[str, list[JsonObject]]
OWNER = "arn:aws:iam::000000000000:user/olivia"


@dataclass(frozen=True)
class Business:
    """A domain: `seeded` gives its records before playing a number and `mail` what is in its mail store, `acted` tells how often something
    was done, by its records after."""

    domain: str
    agent: str
    tools: Mapping[str, Tool[Any]]
    seeded: Callable[[int], Tables]
    acted: Callable[[Tables], int] = lambda tables: 0
    mail: Callable[[int], Mapping[str, bytes]] = lambda number: {}
    requester: str = "arn:aws:iam::000000000000:user/caller"

    @cached_property
    def charter(self) -> Charter:
        return load_charter(Path(f"charters/{self.domain}.yaml"))

    @cached_property
    def policies(self) -> PolicySet:
        return load_policy_set(self.charter, Path(f"policies/{self.domain}"))

    @cached_property
    def payloads(self) -> dict[str, type[Payload]]:
        models = load_payloads(self.domain)
        return {name: models[tool.payload] for name, tool in self.charter.tools.items()}


def _orders(number: int) -> Tables:
    order: JsonObject = {"order_id": f"O-{number}", "account_id": "A-100", "currency": "USD", "refundable": 900_000, "version": 0}
    return {"accounts": [{"account_id": "A-100", "status": "open", "flagged": False, "version": 1}], "orders": [order]}


def _invoices(number: int) -> Tables:
    owed: JsonObject = {"customer_id": "K-1", "owed_in": "north", "due_on": "2026-10-01", "amount": 12_00, "currency": "USD"}
    state: JsonObject = {"status": "unpaid", "disputed": False, "default_allowed": True, "version": 0}
    customer: JsonObject = {"customer_id": "K-1", "name": "Ada Lovelace", "email": "ada@example.com", "version": 0}
    return {"invoices": [{"invoice_id": f"I-{number}", **owed, **state}], "customers": [customer]}


def _mailboxes(number: int) -> Tables:
    box: JsonObject = {"mailbox_id": "olivia", "owner": "olivia@example.com", "status": "active", "managed": True, "version": 0}
    return {"mailboxes": [{**box, "credentials": 1}]}


def _versions(table: str, tables: Tables) -> int:
    return sum(int(str(record["version"])) for record in tables[table])


# Every refund and every reversal raises the order's version, and every offer is a row.
REFUNDS = Business("refunds", "support", refunds.TOOLS, _orders, lambda tables: _versions("orders", tables) + len(tables["offers"]))
# A note raises the customer's version. Letters are counted where they arrive.
RECEIVABLES = Business("receivables", "collections", receivables.TOOLS, _invoices, lambda tables: _versions("customers", tables))
MAILBOX = Business(
    "mailbox",
    "secretary",
    mailbox.TOOLS,
    _mailboxes,
    mail=lambda number: {f"mail/olivia/{message}": a_mail(message) for message in ("M-0", f"M-{number}")},
    requester=OWNER,
)
EVERY = (REFUNDS, RECEIVABLES, MAILBOX)
