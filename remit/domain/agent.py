"""An agent that somebody stopped, and who and why."""

from datetime import datetime

from remit.domain.model import Model


class Suspension(Model):
    """While it stands, no warrant is minted for the agent and nobody is asked on its behalf."""

    agent: str
    reason: str
    by: str
    at: datetime
