"""What stories read out of runs and mails."""

from email import message_from_bytes

from remit.answers import Run
from remit.local.inbox import Mail


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


def carries(mail: Mail) -> tuple[str | None, str | None]:
    """By the mail's own headers."""
    message = message_from_bytes(mail.path.read_bytes())
    return message["X-Remit-Integrity"], message["X-Remit-Confidentiality"]
