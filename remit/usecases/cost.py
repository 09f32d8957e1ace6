"""What governed actions cost, by agent, by tool or by run."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from remit.domain.ledger import Entry
from remit.domain.model import Model
from remit.domain.price import Cost, Prices, cost_of

# Under which what belongs to no agent or no tool is listed, such as the beginning and the end of a run.
NONE = "none"


class By(StrEnum):
    AGENT = "agent"
    RUN = "run"
    TOOL = "tool"


class Bill(Model):
    """One line of the answer; `of` is an agent, a run or a tool."""

    of: str
    cost: Cost


def bills(entries: Iterable[Entry], by: By, prices: Prices) -> tuple[Bill, ...]:
    """The dearest first. Every entry is on one of them, so that the bills add up to the whole."""
    known: dict[str, str] = {}
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.run, entry.seq)):
        grouped[_of(entry, by, known)].append(entry)
    found = [Bill(of=name, cost=cost_of(some, prices)) for name, some in grouped.items()]
    return tuple(sorted(found, key=lambda bill: (-bill.cost.total, bill.of)))


def _of(entry: Entry, by: By, known: dict[str, str]) -> str:
    """An entry that does not say whose it is belongs with the intent whose key it has."""
    if by is By.RUN:
        return entry.run
    body = entry.body
    key = f"{entry.run} {body.get('key') or body.get('warrant') or body.get('approval')}"
    said = body.get(by.value) or _proposed(entry, by)
    if said and body.get("key"):
        known[key] = str(said)
    return str(said) if said else known.get(key, NONE)


def _proposed(entry: Entry, by: By) -> str | None:
    """A model call is for the tool that it proposes."""
    proposal = entry.body.get("proposal")
    return str(proposal.get("tool")) if by is By.TOOL and isinstance(proposal, dict) else None
