"""What the cascade is told by its environment."""

from remit.adapters.environment import Settings


class CascadeSettings(Settings):
    remit_stage: str
