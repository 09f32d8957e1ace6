"""What waits for a human: how much, for how long, and what has waited longer than its route has time for; and how much of the day's
budgets is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remit.approval_ports import Approvals
from remit.budget_ports import Budgets
from remit.domain.approval import Approval
from remit.domain.budget import agent_day
from remit.domain.measure import BUDGET_USED, OLDEST_QUESTION, OVERDUE_QUESTIONS, WAITING, Measure
from remit.ports import Clock, Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPorts:
    """`routes` has those of each domain: where nothing waits, that is a value too. `limits` has each agent's limits of a day by meter."""

    routes: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, Mapping[str, int]]
    approvals: Approvals
    budgets: Budgets
    clock: Clock
    meter: Meter


def look(ports: MonitorPorts) -> int:
    """Measure each route of each domain; how many questions wait in all. Raises Unavailable."""
    now = ports.clock.now()
    waiting = {domain: [each for each in ports.approvals.open_in(domain) if now < each.expires_at] for domain in ports.routes}
    for route in sorted({route for routes in ports.routes.values() for route in routes}):
        _measure(route, [each for found in waiting.values() for each in found if each.route == route], now, ports.meter)
    for agent, limits in ports.limits.items():
        used = ports.budgets.drawn(agent_day(agent, now))
        percent = max((_percent(used.get(meter, 0), limit) for meter, limit in limits.items()), default=0.0)
        ports.meter.add(Measure(BUDGET_USED, percent, {"Agent": agent}))
    return sum(map(len, waiting.values()))


def _measure(route: str, waiting: list[Approval], now: datetime, meter: Meter) -> None:
    by = {"Route": route}
    oldest = max(((now - each.requested_at).total_seconds() for each in waiting), default=0.0)
    meter.add(Measure(WAITING, len(waiting), by))
    meter.add(Measure(OLDEST_QUESTION, oldest, by))
    meter.add(Measure(OVERDUE_QUESTIONS, sum(now >= each.overdue_at for each in waiting), by))


def _percent(used: int, limit: int) -> float:
    """A budget of nothing is used up."""
    return 100 * used / limit if limit > 0 else 100.0
