"""What an agent may spend, and how far a run may go: amounts that are drawn from an account before anything is done, or the call is off."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from remit.domain.canonical import digest
from remit.domain.errors import BudgetExhausted, Reason
from remit.domain.intent import Intent
from remit.domain.message import Ancestor
from remit.domain.model import JsonObject, Model

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
_DAY = 86_400


class Allowance(Model):
    """The most within one period; what is not named is not bounded. Money is in minor units. Where a currency is named, none other
    can be spent."""

    actions: Annotated[int, Field(ge=0)] | None = None
    money: dict[Currency, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    tokens: Annotated[int, Field(ge=1, description="Of its model, in and out")] | None = None

    @property
    def limits(self) -> dict[str, int]:
        """The most that can be drawn from each meter of an account that holds this."""
        counted = {"actions": self.actions, "tokens": self.tokens}
        money = {f"money/{currency}": most for currency, most in self.money.items()}
        return {meter: most for meter, most in counted.items() if most is not None} | money


class BudgetSpec(Model):
    """One agent's: on a day (in UTC), and in one run."""

    day: Allowance = Allowance()
    run: Allowance = Allowance()

    def of(self, agent: str, run: str, now: datetime) -> tuple[tuple[str, Allowance], ...]:
        """The agent's accounts, and what each may hold."""
        return (agent_day(agent, now), self.day), (agent_run(agent, run), self.run)


UNBOUNDED = BudgetSpec()


class Left(Model):
    """What an agent may still draw from one meter today; money is in minor units."""

    agent: str
    meter: str
    limit: int
    used: int
    left: int


def left_of(agent: str, allowance: Allowance, drawn: Mapping[str, int]) -> tuple[Left, ...]:
    """By meter. More than the limit can be drawn only of tokens, once a model took more than was reserved for it: then nothing is left."""
    used = {meter: drawn.get(meter, 0) for meter in allowance.limits}
    return tuple(
        Left(agent=agent, meter=meter, limit=limit, used=used[meter], left=max(0, limit - used[meter]))
        for meter, limit in allowance.limits.items()
    )


def agent_day(agent: str, now: datetime) -> str:
    """An agent's account of one day."""
    return f"agent/{agent}/{now.date().isoformat()}"


class LimitSpec(Model):
    """How far any one run of the domain may go: how many actions are proposed, how often the very same one, and for how long. Agents who
    talk to and fro: how often two of them may exchange the same kind of message in a tree, whatever it says."""

    steps: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    repeats: Annotated[int, Field(ge=1, le=1_000)] = 10
    seconds: Annotated[int, Field(ge=1, le=366 * _DAY)] = 90 * _DAY
    exchanges: Annotated[int, Field(ge=1, le=1_000)] = 20


class Spending(Model):
    """The fields of the payload that say what money an action spends: an amount in minor units, and its currency."""

    amount: str
    currency: str


class Reservation(Model):
    """An amount drawn from one meter of an account, which takes no more than `limit` in all."""

    account: str
    meter: str
    amount: Annotated[int, Field(ge=0)]
    limit: int

    def exhausted(self) -> BudgetExhausted:
        """What is said where it does not fit."""
        why = f"{_whose(self.account)} {_what(self.meter, self.limit)}, and this would exceed it."
        return BudgetExhausted(why, (Reason(policy=f"budget.{self.account.partition('/')[0]}.{self.meter.partition('/')[0]}", reason=why),))


def agent_run(agent: str, run: str) -> str:
    """An agent's account of one run."""
    return f"run/{run}/{agent}"


def tree_of(root: str) -> str:
    """The account of all runs that one run asked for, itself among them."""
    return f"tree/{root}"


Accounts = tuple[tuple[str, Allowance], ...]


def asked_accounts(run: str, asked_by: Sequence[Ancestor], budgets: Mapping[str, BudgetSpec], tree: Allowance) -> Accounts:
    """The accounts that have to cover what is done in a run, besides those of the agent that does it: one of each run that it was asked
    for by, the outermost first, and the tree's."""
    askers = tuple((agent_run(each.agent, each.run), budgets.get(each.agent, UNBOUNDED).run) for each in asked_by)
    return (*askers, (tree_of(asked_by[0].run if asked_by else run), tree))


def action_reservations(
    intent: Intent, budget: BudgetSpec, spending: Spending | None, now: datetime, beside: Accounts = ()
) -> tuple[Reservation, ...]:
    """What one action draws from each account that has to cover it, when its warrant is minted; `beside` are those of whoever asked."""
    accounts = (*budget.of(intent.agent, intent.run, now), *beside)
    return tuple(each for account, allowance in accounts for each in _drawn(account, allowance, intent.payload, spending))


def token_reservations(accounts: Accounts, most: int) -> tuple[Reservation, ...]:
    """What one turn of a model that takes at most so many tokens draws from each account that has to cover it, before it is asked."""
    return tuple(
        Reservation(account=account, meter="tokens", amount=most, limit=allowance.tokens)
        for account, allowance in accounts
        if allowance.tokens is not None
    )


def step_reservations(intent: Intent, limits: LimitSpec) -> tuple[Reservation, ...]:
    """What one proposal draws from its run, whatever comes of it."""
    account, same = f"run/{intent.run}", f"repeats/{digest([intent.agent, intent.tool, intent.payload_digest])}"
    return (
        Reservation(account=account, meter="steps", amount=1, limit=limits.steps),
        Reservation(account=account, meter=same, amount=1, limit=limits.repeats),
    )


def message_reservations(intent: Intent, to: str, root: str, limits: LimitSpec) -> tuple[Reservation, ...]:
    """What one message draws from the tree that begins with the run `root`: talk to and fro comes to an end there, in whichever runs the
    two meet, and sooner where they repeat themselves."""
    between = digest([*sorted((intent.agent, to)), intent.tool])
    same = digest([intent.agent, intent.tool, intent.payload_digest])
    return (
        Reservation(account=tree_of(root), meter=f"exchanges/{between}", amount=1, limit=limits.exchanges),
        Reservation(account=tree_of(root), meter=f"repeats/{same}", amount=1, limit=limits.repeats),
    )


def check_deadline(limits: LimitSpec, started_at: datetime | None, now: datetime) -> None:
    """Raises BudgetExhausted once the run has taken longer than any may."""
    if started_at is not None and now - started_at > timedelta(seconds=limits.seconds):
        why = f"The run has taken longer than the {limits.seconds} seconds that it may take: start another one."
        raise BudgetExhausted(why, (Reason(policy="budget.run.seconds", reason=why),))


def _drawn(account: str, allowance: Allowance, payload: JsonObject, spending: Spending | None) -> Iterator[Reservation]:
    if allowance.actions is not None:
        yield Reservation(account=account, meter="actions", amount=1, limit=allowance.actions)
    if allowance.money and spending is not None:
        yield _money(account, allowance, payload, spending)


def _money(account: str, allowance: Allowance, payload: JsonObject, spending: Spending) -> Reservation:
    """A payload that does not say what it spends, or in a currency without a budget, spends what no budget covers."""
    amount, currency = payload.get(spending.amount), str(payload.get(spending.currency))[:3]
    limit = allowance.money.get(currency, -1)
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        amount, limit = 0, -1
    return Reservation(account=account, meter=f"money/{currency}", amount=amount, limit=limit)


def _whose(account: str) -> str:
    kind, name, *rest = account.split("/")
    if kind == "tree":
        return "All runs of this tree together have a budget of"
    if kind == "agent":
        return f"On {rest[0]} agent '{name}' has a budget of"
    return f"In this run agent '{rest[0]}' has a budget of" if rest else "A run of this domain may have"


def _what(meter: str, limit: int) -> str:
    kind, _, rest = meter.partition("/")
    if kind == "money":
        return f"{max(limit, 0)} {rest} (minor units)"
    if kind == "exchanges":
        return f"{limit} messages of one kind between the same two agents"
    return f"the same action proposed {limit} times" if kind == "repeats" else f"{limit} {kind}"
