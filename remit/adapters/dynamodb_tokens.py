"""Accounts of tokens: one agent's reasoner can reach its own, by the table's partition key, and nothing else that is written."""

from collections.abc import Sequence
from datetime import datetime
from random import uniform
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.adapters.dynamodb_budgets import draw, settle
from remit.adapters.dynamodb_items import decode, encode
from remit.budget_ports import TokenAccounts
from remit.domain.budget import Reservation
from remit.domain.errors import Unavailable
from remit.names import Names
from remit.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef

_TRIES = 12
_LONGEST_PAUSE_SECONDS = 0.5


def shared_partition(domain: str) -> str:
    """Where the accounts lie that all reasoners of a domain draw from. No agent has such a name."""
    return f"domain/{domain}"


class DynamoTokens(TokenAccounts):
    """The items of the table `tokens` that are the agent's; those of runs and their trees lie with the domain where agents share them."""

    def __init__(self, client: "DynamoDBClient", names: Names, agent: str, clock: Clock, shared: str | None = None) -> None:
        self._client, self._table, self._agent, self._clock = client, names.table("tokens"), agent, clock
        self._of_runs = agent if shared is None else shared_partition(shared)

    def draw(self, reservations: Sequence[Reservation], keep_until: datetime) -> None:
        self._write(reservations, [self._own(draw(each, keep_until, self._table), each) for each in reservations])

    def settle(self, reservations: Sequence[Reservation], used: int) -> None:
        self._write(reservations, [self._own(settle(each, used, self._table), each) for each in reservations])

    def _own(self, update: "UpdateTypeDef", reservation: Reservation) -> "UpdateTypeDef":
        partition = self._agent if reservation.account.startswith("agent/") else self._of_runs
        return {**update, "Key": {"agent": {"S": partition}, "account": {"S": reservation.account}}}

    def _write(self, reservations: Sequence[Reservation], updates: "Sequence[UpdateTypeDef]") -> None:
        for tried in range(_TRIES):
            with calling("DynamoDB"):
                try:
                    self._client.transact_write_items(TransactItems=[{"Update": update} for update in updates])
                except ClientError as error:
                    _check_lost_race(error, reservations)
                else:
                    return
            self._clock.pause(uniform(0, min(0.01 * 2**tried, _LONGEST_PAUSE_SECONDS)))  # noqa: S311 (spread, not secrecy)
        raise Unavailable("DynamoDB: too many draw on this account at once")


def tokens_drawn(client: "DynamoDBClient", names: Names, agent: str, account: str) -> int:
    """For reading: how much was drawn from one of the agent's accounts. Raises Unavailable."""
    with calling("DynamoDB"):
        found = client.get_item(TableName=names.table("tokens"), Key=encode({"agent": agent, "account": account}), ConsistentRead=True)
    return int(str(decode(found["Item"])["used"])) if "Item" in found else 0


def _check_lost_race(error: ClientError, reservations: Sequence[Reservation]) -> None:
    """Returns if somebody else was at the accounts. Raises BudgetExhausted, or the error itself."""
    codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
    if code_of(error) != "TransactionCanceledException":
        raise error
    for reservation, why in zip(reservations, codes, strict=False):
        if why == "ConditionalCheckFailed":
            raise reservation.exhausted() from error
    if "TransactionConflict" not in codes:
        raise error
