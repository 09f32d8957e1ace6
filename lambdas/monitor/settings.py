"""What the monitor is told by its environment."""

from pydantic import Json

from remit.adapters.environment import Settings


class MonitorSettings(Settings):
    """`routes` has those of each domain."""

    remit_stage: str
    routes: Json[dict[str, tuple[str, ...]]]
