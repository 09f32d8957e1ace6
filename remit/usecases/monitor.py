"""What waits for a human: how much, for how long, and what has waited longer than its route has time for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remit.approval_ports import Approvals
from remit.domain.approval import Approval
from remit.domain.measure import OLDEST_QUESTION, OVERDUE_QUESTIONS, WAITING, Measure
from remit.ports import Clock, Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPorts:
    """`routes` has those of each domain: where nothing waits, that is a value too."""

    routes: Mapping[str, tuple[str, ...]]
    approvals: Approvals
    clock: Clock
    meter: Meter


def look(ports: MonitorPorts) -> int:
    """Measure each route of each domain; how many questions wait in all. Raises Unavailable."""
    now = ports.clock.now()
    waiting = {domain: [each for each in ports.approvals.open_in(domain) if now < each.expires_at] for domain in ports.routes}
    for route in sorted({route for routes in ports.routes.values() for route in routes}):
        _measure(route, [each for found in waiting.values() for each in found if each.route == route], now, ports.meter)
    return sum(map(len, waiting.values()))


def _measure(route: str, waiting: list[Approval], now: datetime, meter: Meter) -> None:
    by = {"Route": route}
    oldest = max(((now - each.requested_at).total_seconds() for each in waiting), default=0.0)
    meter.add(Measure(WAITING, len(waiting), by))
    meter.add(Measure(OLDEST_QUESTION, oldest, by))
    meter.add(Measure(OVERDUE_QUESTIONS, sum(now >= each.overdue_at for each in waiting), by))
