"""What the approvals function is told by its environment."""

from remit.adapters.environment import Settings


class ApprovalsSettings(Settings):
    remit_stage: str
