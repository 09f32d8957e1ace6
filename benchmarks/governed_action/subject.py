"""What is timed: one governed action from the proposal to the receipt in the ledger."""

from collections.abc import Callable
from functools import partial

from benchmarks.governed_action.world import opened, ports
from benchmarks.policy.corpus import ALLOWED, intents, policies
from remit.domain.ledger import broken_link
from remit.domain.warrant import Receipt, Verification
from remit.usecases.gate import Proposal, govern

Calls = list[Callable[[], None]]
# What the gate writes of one allowed action, after the entry that opened its run.
ENTRIES = 5


class Subject:
    """Every action is of a run of its own, and on the same account; agent and tool are drawn at random."""

    def __init__(self, rules: int, actions: int) -> None:
        self._ports, self.records, self._executor, self._tasks = ports(policies(rules))
        drawn = intents(rules, ALLOWED, seed=rules, count=actions)
        self._intents = [intent.model_copy(update={"run": f"run-{number}"}) for number, intent in enumerate(drawn)]
        for intent in self._intents:
            opened(intent, self.records)

    def calls(self) -> Calls:
        return [partial(govern, Proposal(task_token=intent.run, intent=intent), self._ports) for intent in self._intents]

    def check(self) -> None:
        """Raises AssertionError unless every action was done once, read back, and recorded in a chain that holds."""
        told = dict(self._tasks.told)
        for intent in self._intents:
            receipt, entries = told[intent.run], self.records.entries(intent.run)
            if not (isinstance(receipt, Receipt) and receipt.verification is Verification.MATCH):
                raise AssertionError(f"{intent.run}: {receipt}")
            if len(entries) != 1 + ENTRIES or broken_link(entries):
                raise AssertionError(f"{intent.run}: {[entry.kind for entry in entries]}")


def warmed(rules: int, actions: int, warm: int) -> tuple[Subject, Calls]:
    """A subject and its calls, of which `warm` have been made."""
    subject = Subject(rules, actions + warm)
    calls = subject.calls()
    for call in calls[:warm]:
        call()
    return subject, calls[warm:]
