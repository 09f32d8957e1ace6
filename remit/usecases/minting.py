"""What has to hold in the very transaction that mints a warrant, or that asks a human on an agent's behalf."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from remit.budget_ports import GiveBack, Reserve
from remit.delegation_ports import RequireDelegation
from remit.domain.budget import UNBOUNDED, Reservation, action_reservations, asked_accounts, message_reservations, step_reservations
from remit.domain.charter import Charter
from remit.domain.errors import AgentSuspended, BudgetExhausted, DelegationEnded, RunEnded
from remit.domain.intent import Intent
from remit.domain.message import Lineage
from remit.record_ports import Change, RequireActive, RequireRunOpen

# How such a transaction refuses: the decision is made and recorded, and nothing comes of it.
REFUSALS = (AgentSuspended, BudgetExhausted, DelegationEnded, RunEnded)
_REMEMBERED = timedelta(days=32)


def requirements(intent: Intent, lineage: Lineage | None) -> list[Change]:
    """Neither the run nor any that it was asked for by has ended, none of their agents is suspended, and nobody has revoked the delegation
    that it acts under."""
    delegator, asked_by = intent.delegator, () if lineage is None else lineage.ancestors
    runs: list[Change] = [RequireRunOpen(run=run) for run in (intent.run, *(each.run for each in asked_by))]
    agents = [RequireActive(agent=agent) for agent in dict.fromkeys([intent.agent, *(each.agent for each in asked_by)])]
    delegations = [] if delegator is None else [RequireDelegation(delegation=delegator.delegation)]
    return [*runs, *agents, *delegations]


def step(intent: Intent, charter: Charter, now: datetime) -> list[Change]:
    """The run may go one step further."""
    return reserve(step_reservations(intent, charter.limits), charter, now)


def reserved(intent: Intent, lineage: Lineage | None, charter: Charter, now: datetime) -> tuple[Reservation, ...]:
    """What the action draws from the accounts that have to cover it: its agent's, those of each run that it was asked for by, and the
    tree's."""
    asked_by = () if lineage is None else lineage.ancestors
    beside = asked_accounts(intent.run, asked_by, charter.budgets, charter.tree)
    budget = charter.budgets.get(intent.agent, UNBOUNDED)
    return action_reservations(intent, budget, charter.tools[intent.tool].spends, now, beside)


def talk(intent: Intent, lineage: Lineage | None, charter: Charter, now: datetime) -> list[Change]:
    """A message is one more between these two in their tree; any other action is none."""
    message = charter.tools[intent.tool].message
    root = intent.run if lineage is None else lineage.root
    return [] if message is None else reserve(message_reservations(intent, message.to, root, charter.limits), charter, now)


def reserve(reservations: Iterable[Reservation], charter: Charter, now: datetime) -> list[Change]:
    """Kept for longer than any run takes."""
    keep_until = now + timedelta(seconds=charter.limits.seconds) + _REMEMBERED
    return [Reserve(reservation=each, keep_until=keep_until) for each in reservations]


def give_back(reservations: Iterable[Reservation]) -> list[Change]:
    """For an action of which it is certain that it was not done."""
    return [GiveBack(reservation=each) for each in reservations]
