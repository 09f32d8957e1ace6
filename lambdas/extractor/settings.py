"""What a domain's extractor is told by its environment."""

from remit.adapters.environment import Settings


class ExtractorSettings(Settings):
    remit_stage: str
    remit_domain: str
    model_id: str
    logs_bucket: str
