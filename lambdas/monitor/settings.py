"""What the monitor is told by its environment."""

from pydantic import Json

from remit.adapters.environment import Settings


class MonitorSettings(Settings):
    """`routes` has those of each domain, `budgets` each agent's limits of a day by meter."""

    remit_stage: str
    budgets: Json[dict[str, dict[str, int]]]
    routes: Json[dict[str, tuple[str, ...]]]
