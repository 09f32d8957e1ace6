"""The console's pages, as text."""

from collections.abc import Iterator, Sequence
from typing import Any

from remit.answers import Run
from remit.approval_answers import Approval
from remit.cli.console.charts import HEIGHT, WIDTH
from remit.cli.console.source import Source
from remit.cli.ledger import recorded
from remit.client_errors import NotFound
from remit.domain.trace import trace_of
from remit.pages.render import page
from remit.pages.trace import trace_page
from remit.pages.view import moment
from remit.prices import list_prices

_DECISIONS = 40


def overview(source: Source) -> str:
    """Everything at a glance: what waits, the latest runs and decisions, and the dashboard's charts."""
    listed = source.runs()
    seen: dict[str, object] = {
        "stage": source.names.stage,
        "approvals": [_approval(approval) for approval in source.approvals()],
        "runs": [{"run": each.run, "workflow": each.workflow, "status": each.status, "started": moment(each.started)} for each in listed],
        "decisions": _decisions(source.told(listed)),
        "rows": source.charts(),
        "width": WIDTH,
        "height": HEIGHT,
    }
    return page("console.html", seen)


def run_page(run: str, source: Source) -> str | None:
    """One run's trace; None where there is no such run."""
    try:
        found = source.client.run(run)
    except NotFound:
        return None
    entries = [recorded(entry) for entry in found.entries]
    return trace_page(trace_of(entries, list_prices()), entries, home="/")


def message(title: str, said: str) -> str:
    return page("message.html", {"title": title, "message": said})


def _approval(approval: Approval) -> dict[str, object]:
    intent = approval.intent
    return {
        "run": intent.run,
        "route": approval.route,
        "what": f"{intent.agent} → {intent.tool}",
        "payload": ", ".join(f"{name} {value}" for name, value in intent.payload.items()),
        "asked": moment(approval.requested_at),
        "expires": moment(approval.expires_at),
    }


def _decisions(runs: Sequence[Run]) -> list[dict[str, Any]]:
    return sorted((each for run in runs for each in _decided(run)), key=lambda each: each["at"], reverse=True)[:_DECISIONS]


def _decided(run: Run) -> Iterator[dict[str, Any]]:
    """What was decided, or refused before there was anything to decide."""
    for entry in run.entries:
        if entry.kind in {"decision.made", "intent.refused"}:
            body = entry.body
            reasons = [str(reason.get("reason")) for reason in body.get("reasons") or ()]
            yield {
                "at": entry.at,
                "time": f"{entry.at:%H:%M:%S}",
                "run": run.run,
                "seq": entry.seq,
                "what": f"{body.get('agent')} → {body.get('tool')}",
                "outcome": str(body.get("outcome") or body.get("error")),
                "reasons": reasons,
            }
