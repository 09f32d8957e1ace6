"""Many callers at once, two and two with the same keys: what each asked, and what it was told."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

from remit.answers import Act
from remit.cli.demo.world import Record, World
from remit.client import RemitClient
from remit.client_errors import ClientError, Unexpected, Unreachable

PAID, OVER_MAXIMUM, MALFORMED = 100, 600_000, -1
# What a pair asks for in turn; two of three could be paid.
_TURNS = (PAID, PAID, OVER_MAXIMUM, PAID, PAID, MALFORMED)
# So many cents an order has; no caller spends them all.
PLENTY = 100_000_000
_SETTLED = {"DONE", "REFUSED"}
_SETTLE_SECONDS = 300.0


@dataclass
class Told:
    """`acts`: the last answer by key. `outcomes`: how often what was answered. `broken`: what no answer may be. `seconds`: of each."""

    acts: dict[str, Act] = field(default_factory=dict)
    payable: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def uncounted(self) -> None:
        """What was answered stands; how often and how fast does not count."""
        self.outcomes.clear()
        self.seconds.clear()

    def take(self, other: "Told") -> None:
        for key, act in other.acts.items():
            if key in self.acts and self.acts[key].run != act.run:
                self.broken.append(f"one key began two runs: {self.acts[key].run} and {act.run}")
            self.acts[key] = act
        self.payable |= other.payable
        self.outcomes += other.outcomes
        self.broken += other.broken
        self.seconds += other.seconds


def orders(clients: int) -> dict[str, list[Record]]:
    """An account, and an order for each pair of callers."""
    account: Record = {"account_id": "A-800", "status": "open", "flagged": False, "version": 1}
    order: Record = {"account_id": "A-800", "currency": "USD", "total": PLENTY, "refundable": PLENTY, "version": 1}
    return {"accounts": [account], "orders": [{"order_id": order_id(number), **order} for number in range(0, clients, 2)]}


def order_id(number: int) -> str:
    return f"O-8{number // 2:03}"


@dataclass(frozen=True, slots=True)
class Window:
    """When callers come and go: one joins after the other, and once the last has, it counts how they are answered. In monotonic seconds."""

    begun: float
    apart: float
    clients: int
    seconds: float

    def joins(self, number: int) -> float:
        return self.begun + number * self.apart

    @property
    def counts_from(self) -> float:
        return self.joins(self.clients - 1)

    @property
    def until(self) -> float:
        return self.counts_from + self.seconds


def load(world: World, clients: int, seconds: float, apart: float) -> Told:
    """Every caller asks until the time is over; then whatever is not settled is asked for again under its key, until it is. They join
    `apart` seconds after each other: functions that all start at once on one machine keep each other from starting."""
    salt, window, told = uuid4().hex[:8], Window(time.monotonic(), apart, clients, seconds), Told()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(_caller, number, salt, world, window) for number in range(clients)]:
            told.take(done.result())
        open_ones = [key for key in sorted(told.payable) if key not in told.acts or told.acts[key].outcome not in _SETTLED]
        for done in [pool.submit(_settle, key, world) for key in open_ones]:
            told.take(done.result())
    return told


def _caller(number: int, salt: str, world: World, window: Window) -> Told:
    client, told, turn = RemitClient(world.url, world.state.region, world.caller), Told(), 0
    time.sleep(max(0.0, window.joins(number) - time.monotonic()))
    while (now := time.monotonic()) < window.until:
        amount, key = _TURNS[turn % len(_TURNS)], f"{order_id(number)}_{turn}_{salt}"
        turn += 1
        if amount == PAID:
            told.payable.add(key)
        _ask(client, amount, key, told)
        if now < window.counts_from:
            told.uncounted()
    return told


def _settle(key: str, world: World) -> Told:
    client, told, until = RemitClient(world.url, world.state.region, world.caller), Told(), time.monotonic() + _SETTLE_SECONDS
    while key not in told.acts or told.acts[key].outcome not in _SETTLED:
        if time.monotonic() > until:
            told.broken.append(f"{key} was not settled within {_SETTLE_SECONDS:.0f} seconds")
            break
        _ask(client, PAID, key, told)
    told.uncounted()
    return told


def _ask(client: RemitClient, amount: int, key: str, told: Told) -> None:
    order = key.partition("_")[0]
    payload = {"account_id": "A-800", "order_id": order, "amount": amount, "currency": "USD", "reason": key}
    begun = time.monotonic()
    try:
        act = client.act("support", "refunds.issue_refund", payload, key)
    except Unreachable:
        told.outcomes["no answer"] += 1
    except Unexpected as error:
        told.broken.append(f"{error.status}: {error}")
    except ClientError as error:
        told.outcomes[f"{type(error).__name__}: {error.code or error.status}"] += 1
    else:
        told.acts[key] = act
        told.outcomes[f"{act.outcome}: {act.error}" if act.error else act.outcome] += 1
    told.seconds.append(time.monotonic() - begun)
