"""A company of 1,000 agents with ten tools each, in domains of ten agents: a domain is what one team answers for."""

from collections.abc import Iterator

from remit.domain.access import TableSpec
from remit.domain.cedar_schema import cedar_schema
from remit.domain.charter import AgentSpec, Charter
from remit.domain.memory import NamespaceSpec
from remit.domain.payload import Cents, Payload
from remit.domain.permission import DataAction, Permission, ReadAction, ReadPermission
from remit.domain.policy import PolicyText, matrix_permits
from remit.domain.route import Route
from remit.domain.tool_spec import Effect, Reach, ResourceSpec, ToolSpec
from remit.policies import PolicySet

AGENTS, TOOLS, AGENTS_A_DOMAIN = 1_000, 10, 10


class Order(Payload):
    """Every tool's payload."""

    account_id: str
    amount: Cents


def charters(agents: int = AGENTS, a_domain: int = AGENTS_A_DOMAIN) -> Iterator[Charter]:
    for number in range(agents // a_domain):
        yield _charter(f"team{number:03}", a_domain)


def policy_set(charter: Charter) -> PolicySet:
    schema = cedar_schema(charter, {"Order": Order})
    rules: tuple[PolicyText, ...] = tuple(matrix_permits(charter))
    return PolicySet(policies=rules, policy_schema=schema)


def _charter(domain: str, agents: int) -> Charter:
    tools = {f"{domain}.agent{agent}_do{tool}": _tool() for agent in range(agents) for tool in range(TOOLS)}
    return Charter(
        domain=domain,
        description="Orders parts.",
        agents={f"{domain}-{agent}": _agent(domain, agent) for agent in range(agents)},
        tools=tools,
        tables={"accounts": TableSpec(key="account_id")},
        facts={},
        routes={"finance": Route(approvers=("finance@example.com",), expires_after_seconds=3600)},
        unverified="finance",
        namespaces={domain: NamespaceSpec(description="Of the team.", readers=tuple(f"{domain}-{agent}" for agent in range(agents)))},
        workflows={},
    )


def _agent(domain: str, number: int) -> AgentSpec:
    return AgentSpec(description="Orders.", prompt="order.v1", tools=tuple(f"{domain}.agent{number}_do{tool}" for tool in range(TOOLS)))


def _tool() -> ToolSpec:
    return ToolSpec(
        description="Order parts.",
        effect=Effect.WRITE,
        reach=Reach.RECORD,
        payload="Order",
        resource=ResourceSpec(type="Account", field="account_id"),
        escalation=("finance",),
        permissions=(Permission(table="accounts", actions=(DataAction.UPDATE,)),),
        verify=(ReadPermission(table="accounts", actions=(ReadAction.GET,)),),
    )
