"""What a domain's asserter is told by its environment."""

from remit.adapters.environment import Settings


class AsserterSettings(Settings):
    remit_stage: str
    remit_domain: str
    logs_bucket: str
