"""A story: what happened in a few lines, and what had to be true of the deployed system afterwards."""

from dataclasses import dataclass, field
from typing import Any

from remit.answers import Run
from remit.cli.entry_lines import describe

# How many of an entry's details a story repeats: all, or the first few. The trace has the rest.
_TOLD: dict[str, int | None] = {
    "run.started": None,
    "intent.proposed": None,
    "intent.refused": None,
    "decision.made": -1,
    "approval.mailed": 0,
    "approval.answered": None,
    "action.executed": 1,
    "outcome.verified": 0,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that had to be true. `seen` is what the deployed system says."""

    claim: str
    held: bool
    seen: str


@dataclass(slots=True)
class Story:
    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    run: str | None = None

    @property
    def held(self) -> bool:
        return bool(self.checks) and all(check.held for check in self.checks)

    def say(self, label: str, text: str) -> None:
        self.lines.append((label, text))

    def tell(self, run: Run) -> None:
        """The run's own words: who asked, what was proposed, what was decided and why, what came of it."""
        self.run = run.run
        for entry in run.entries:
            if entry.kind in _TOLD:
                line = describe(entry.kind, entry.body)
                self.say(line.name, "\n".join((line.headline, *tuple(line.details)[: _TOLD[entry.kind]])))
        if run.outcome:
            receipt = f"receipt {run.outcome.receipt.verification}" if run.outcome.receipt else None
            self.say("outcome", ", ".join(filter(None, (run.outcome.outcome, run.outcome.error, receipt))))

    def expect(self, claim: str, seen: object, wanted: object) -> None:
        """Note whether what is seen is what was wanted."""
        self.checks.append(Check(claim, seen == wanted, str(seen)))

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "run": self.run,
            "held": self.held,
            "lines": [{"label": label, "text": text} for label, text in self.lines],
            "checks": [{"claim": check.claim, "held": check.held, "seen": check.seen} for check in self.checks],
        }
