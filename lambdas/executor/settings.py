"""What one agent's executor is told by its environment."""

from remit.adapters.environment import Settings


class ExecutorSettings(Settings):
    remit_stage: str
    remit_domain: str
    remit_agent: str
    agent_role_arn: str
    reader_role_arn: str
