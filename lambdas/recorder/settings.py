"""What the recorder is told by its environment and its bundle."""

from remit.adapters.environment import Settings


class RecorderSettings(Settings):
    """`told` has, for each domain, who is told of outcomes that are not as intended."""

    remit_stage: str
    mail_sender: str
    told: dict[str, tuple[str, ...]]
