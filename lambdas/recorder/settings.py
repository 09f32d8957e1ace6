"""What the recorder is told by its environment."""

from remit.adapters.environment import Settings


class RecorderSettings(Settings):
    remit_stage: str
