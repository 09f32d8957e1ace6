"""A domain of 1,000 agents with ten tools each, as many policies as wanted, and what the agents ask for."""

import random
from collections.abc import Mapping, Sequence
from typing import Annotated

from remit.domain.access import TableSpec
from remit.domain.cedar_schema import cedar_schema
from remit.domain.cedar_type import CedarType
from remit.domain.charter import AgentSpec, Charter
from remit.domain.fact import Fact, make_fact
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.intent import Intent, Requester
from remit.domain.model import JsonObject
from remit.domain.payload import Autonomous, Cents, Payload
from remit.domain.permission import ReadAction, ReadPermission
from remit.domain.policy import PolicyText, split_policies
from remit.domain.route import Route
from remit.domain.tool_spec import Effect, Reach, ResourceSpec, ToolSpec
from remit.ports import FactSource

AGENTS = 1_000
SIZES = (1, 10, 100, 1_000, 10_000)
TOOLS = tuple(f"orders.do_{number}" for number in range(10))
ALLOWED, ESCALATED = 100_00, 700_00


class Order(Payload):
    account_id: str
    amount: Annotated[Cents, Autonomous(le=500_00)]


PAYLOADS: Mapping[str, type[Payload]] = dict.fromkeys(TOOLS, Order)

_TOOL = ToolSpec(
    description="Order parts.",
    effect=Effect.WRITE,
    reach=Reach.RECORD,
    payload="Order",
    resource=ResourceSpec(type="Account", field="account_id"),
    facts=("account",),
    escalation=("finance",),
    verify=(ReadPermission(table="accounts", actions=(ReadAction.GET,)),),
)

CHARTER = Charter(
    domain="orders",
    description="A thousand agents order parts.",
    agents={
        agent_name: AgentSpec(description="Orders.", prompt="order.v1", tools=TOOLS) for agent_name in map("agent-{}".format, range(AGENTS))
    },
    tools=dict.fromkeys(TOOLS, _TOOL),
    tables={"accounts": TableSpec(key="account_id")},
    facts={"account": RecordFactSpec(table="accounts", key="account_id", attributes={"status": CedarType.STRING})},
    routes={"finance": Route(approvers=("finance@example.com",), expires_after_seconds=3600)},
    unverified="finance",
    workflows={},
)

SCHEMA: JsonObject = cedar_schema(CHARTER, {"Order": Order})


class OneAccount(FactSource):
    """Every account is open."""

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        record: JsonObject = {"status": "open", "version": 1}
        return tuple(make_fact(name, spec, str(payload[spec.key]), record) for name, spec in wanted.items())


def policies(number: int) -> tuple[PolicyText, ...]:
    """Agent after agent a permit over all its tools; then, round after round, a forbid for each agent over two of them."""
    return split_policies("\n".join(_policy(index % AGENTS, index // AGENTS) for index in range(number)))


def intents(number_of_policies: int, amount: int, seed: int, count: int) -> Sequence[Intent]:
    """By the agents that have a policy, with any of their tools."""
    pick = random.Random(seed)  # noqa: S311 - the same questions in every run
    agents = min(number_of_policies, AGENTS)
    return [_intent(f"agent-{pick.randrange(agents)}", pick.choice(TOOLS), amount) for _ in range(count)]


def _policy(agent: int, turn: int) -> str:
    who = f'principal == Remit::Agent::"agent-{agent}"'
    if turn == 0:
        tools = ", ".join(f'Remit::Action::"{tool}"' for tool in TOOLS)
        return f'@id("permit-{agent}") @reason("The permission matrix.") permit ({who}, action in [{tools}], resource);'
    tools = ", ".join(f'Remit::Action::"{TOOLS[(turn + step) % len(TOOLS)]}"' for step in (0, 1))
    return (
        f'@id("forbid-{agent}-{turn}") @reason("Above ${turn + 5}00.00 finance has to approve.")\n'
        f"forbid ({who}, action in [{tools}], resource) when {{ context.payload.amount > {(turn + 5) * 100_00} }}\n"
        'unless { context has approval && context.approval.route == "finance" };'
    )


def _intent(agent: str, tool: str, amount: int) -> Intent:
    payload: JsonObject = {"account_id": "A-100", "amount": amount}
    return Intent(
        run="run-1", step="govern-1", agent=agent, tool=tool, payload=payload, requester=Requester(arn="arn:aws:iam::1:role/caller")
    )
