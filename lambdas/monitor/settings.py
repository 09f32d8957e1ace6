"""What the monitor is told by its environment and its bundle."""

from remit.adapters.environment import Settings


class MonitorSettings(Settings):
    """`routes` has those of each domain, `budgets` each agent's limits of a day by meter."""

    remit_stage: str
    budgets: dict[str, dict[str, int]]
    routes: dict[str, tuple[str, ...]]
