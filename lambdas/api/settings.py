"""What the API is told by its environment and its bundle."""

from remit.adapters.environment import Settings
from remit.usecases.runs import WorkflowInfo


class ApiSettings(Settings):
    remit_stage: str
    workflows: dict[str, WorkflowInfo]
    agents: dict[str, str]
    aws_region: str
    account: str
    logs_bucket: str
    token_issuer: str
    token_audience: str
    token_keys_url: str
