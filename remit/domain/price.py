"""What a run cost, out of its ledger: each model call by its tokens, and for each entry the AWS calls that it stands for."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from remit.domain.ledger import Entry, Kind
from remit.domain.model import Model

Amount = Annotated[float, Field(ge=0)]


class Source(Model):
    """A page of AWS, and when its prices were read."""

    page: str
    as_of: date


class ModelPrice(Model):
    """In the table's currency, for so many tokens; `source` is the title of a page among the table's sources."""

    input: Amount
    output: Amount
    per: Annotated[int, Field(gt=0)]
    source: str


class CallPrice(Model):
    """In the table's currency, for so many calls or units."""

    price: Amount
    per: Annotated[int, Field(gt=0)]
    source: str


class Prices(Model):
    """`sources` are by their pages' titles. `actions` says by which price each action of AWS is charged that Remit's roles may take:
    "tokens" is by the model's, None is free. `entries` says how many calls of which name stand behind an entry of a kind."""

    region: str
    currency: str
    as_of: date
    note: str
    sources: dict[str, Source]
    models: dict[str, ModelPrice]
    calls: dict[str, CallPrice]
    actions: dict[str, str | None]
    entries: dict[str, dict[str, Amount]]

    def tokens(self, model: str, read: int, written: int) -> float | None:
        """What a model call costs; None for a model that the table does not list."""
        price = self.models.get(model)
        return None if price is None else (read * price.input + written * price.output) / price.per

    def calls_of(self, entries: Iterable[Entry]) -> Counter[str]:
        counted: Counter[str] = Counter()
        for entry in entries:
            counted.update(self.entries.get(entry.kind.value, {}))
        return counted

    def of_calls(self, calls: Counter[str]) -> float:
        return sum(number * self.calls[name].price / self.calls[name].per for name, number in calls.items())


class Cost(Model):
    """`unpriced` are the models that the table does not list: their tokens are counted and cost nothing here."""

    actions: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    tokens: float = 0.0
    calls: dict[str, float] = Field(default_factory=dict)
    aws: float = 0.0
    unpriced: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        return self.tokens + self.aws

    @property
    def per_action(self) -> float | None:
        """None where nothing was governed."""
        return self.total / self.actions if self.actions else None


def cost_of(entries: Iterable[Entry], prices: Prices) -> Cost:
    """A governed action is an intent that was decided or refused."""
    entries = list(entries)
    used = [_used(entry) for entry in entries if entry.kind is Kind.MODEL_CALLED]
    calls = prices.calls_of(entries)
    return Cost(
        actions=len({entry.body.get("key") for entry in entries if entry.kind is Kind.INTENT_PROPOSED}),
        input_tokens=sum(read for _, read, _ in used),
        output_tokens=sum(written for _, _, written in used),
        tokens=sum(prices.tokens(*each) or 0.0 for each in used),
        calls=dict(calls),
        aws=prices.of_calls(calls),
        unpriced=tuple(sorted({model for model, _, _ in used if model not in prices.models})),
    )


def _used(call: Entry) -> tuple[str, int, int]:
    usage: Any = call.body.get("usage")
    told = usage if isinstance(usage, dict) else {}
    return str(call.body.get("model") or "unknown"), _whole(told.get("input_tokens")), _whole(told.get("output_tokens"))


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
