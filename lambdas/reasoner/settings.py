"""What one agent's reasoner is told by its environment."""

from remit.adapters.environment import Settings


class ReasonerSettings(Settings):
    remit_stage: str
    remit_domain: str
    remit_agent: str
    model_id: str
    transcripts_bucket: str
