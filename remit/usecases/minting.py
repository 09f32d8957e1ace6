"""What has to hold in the very transaction that mints a warrant, or that asks a human on an agent's behalf."""

from remit.delegation_ports import RequireDelegation
from remit.domain.errors import AgentSuspended, DelegationEnded
from remit.domain.intent import Intent
from remit.ports import Change, RequireActive

# How such a transaction refuses: the decision is made and recorded, and nothing comes of it.
REFUSALS = (AgentSuspended, DelegationEnded)


def requirements(intent: Intent) -> list[Change]:
    """The agent is not suspended, and nobody has revoked the delegation that it acts under."""
    delegator = intent.delegator
    agent: list[Change] = [RequireActive(agent=intent.agent)]
    return agent if delegator is None else [*agent, RequireDelegation(delegation=delegator.delegation)]
