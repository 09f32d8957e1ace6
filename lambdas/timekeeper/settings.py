"""What the timekeeper is told by its environment."""

from pydantic import Json

from remit.adapters.environment import Settings


class TimekeeperSettings(Settings):
    remit_stage: str
    domains: Json[tuple[str, ...]]
