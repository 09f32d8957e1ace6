"""What the timekeeper is told by its environment and its bundle."""

from remit.adapters.environment import Settings


class TimekeeperSettings(Settings):
    remit_stage: str
    domains: tuple[str, ...]
