"""What stories read out of a run."""

from remit.answers import Run


def decisions(run: Run) -> list[str]:
    return [str(entry.body.get("outcome")) for entry in run.entries if entry.kind == "decision.made"]


def policies(run: Run, decision: int) -> list[str]:
    decisions = [entry.body for entry in run.entries if entry.kind == "decision.made"]
    return [reason["policy"] for reason in decisions[decision]["reasons"]] if len(decisions) > decision else []


def reasons(run: Run, decision: int) -> list[str]:
    """What the decision's reasons say."""
    decisions = [entry.body for entry in run.entries if entry.kind == "decision.made"]
    return [reason["reason"] for reason in decisions[decision]["reasons"]] if len(decisions) > decision else []


def error(run: Run) -> str | None:
    return run.outcome.error if run.outcome else None
