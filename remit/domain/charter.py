"""The charter: one domain's decision map. Agents, tools, the permission matrix, facts, escalation routes, workflows."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.access import OperationSpec, SenderSpec, TableSpec
from remit.domain.budget import Allowance, BudgetSpec, LimitSpec
from remit.domain.charter_flaws import undeclared
from remit.domain.fact_key import Namespace, PredicateName
from remit.domain.fact_spec import FactSpec, RecordFactSpec, StoredFactSpec
from remit.domain.identifiers import Name, ToolName
from remit.domain.labels import SourceSpec
from remit.domain.memory import DEFAULT_AUTHORITIES, AuthoritySpec, MemorySpec, NamespaceSpec, PredicateSpec, Speaker
from remit.domain.model import Model
from remit.domain.permission import Permission, ReadPermission
from remit.domain.route import Address, ApproverSpec, Route, approvers_of
from remit.domain.tool_spec import FACTS_ASSERT, Effect, Reach, ToolSpec


class AgentSpec(Model):
    """An agent and its row of the permission matrix. One without a prompt has no model: its state machine says what it does. A controller
    starts what others may do and it may not itself, and does nothing else."""

    description: str
    prompt: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.v[0-9]+$", description="prompts/<domain>/<prompt>.md")] | None = None
    mode: Literal["controller"] | None = None
    tools: Annotated[tuple[ToolName, ...], Field(min_length=1)]
    elsewhere: Annotated[tuple[Speaker, ...], Field(description="Who of the account may ask in its name, where it runs elsewhere")] = ()
    memory: MemorySpec = MemorySpec()


class GroupSpec(Model):
    """A group of people and its row of the permission matrix: what an agent may do on their behalf, if it may do it itself."""

    description: str
    tools: Annotated[tuple[ToolName, ...], Field(min_length=1)]


PauseName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,39}$")]


class ScopeSpec(Model):
    """How far a run may reach, and the field of the request's input that names the one record that it is about."""

    reach: Reach
    subject: str | None = None


class WorkflowSpec(Model):
    """A state machine whose reasoning is one agent's; `attempts` bounds how often it may propose, and `scope` how far.

    `pauses` are the seconds that its Wait states wait for, by the names that they have in its file without `${…Seconds}`.
    """

    agent: Name
    attempts: Annotated[int, Field(ge=1, le=10)]
    scope: ScopeSpec | None = None
    source: Annotated[SourceSpec, Field(description="What the input that it is started with carries")] = SourceSpec()
    pauses: dict[PauseName, Annotated[int, Field(ge=1, le=366 * 86_400)]] = Field(default_factory=dict)


class Charter(Model):
    domain: Name
    description: str
    agents: Annotated[dict[Name, AgentSpec], Field(min_length=1)]
    groups: dict[Name, GroupSpec] = Field(default_factory=dict)
    tools: Annotated[dict[ToolName, ToolSpec], Field(min_length=1)]
    tables: dict[Name, TableSpec]
    facts: dict[Name, FactSpec]
    approvers: dict[Address, ApproverSpec] = Field(default_factory=dict)
    panels: dict[Name, Annotated[tuple[Address, ...], Field(min_length=1)]] = Field(default_factory=dict)
    routes: dict[Name, Route]
    central: Annotated[Name | None, Field(description="The one route of all questions, whichever agent asks")] = None
    unverified: Annotated[Name | None, Field(description="The route that is told of an outcome that is not as intended")] = None
    workflows: dict[Name, WorkflowSpec]
    budgets: dict[Name, BudgetSpec] = Field(default_factory=dict, description="What each agent may spend")
    tree: Annotated[Allowance, Field(description="What a run and all that it asks for may spend together")] = Allowance()
    limits: LimitSpec = LimitSpec()
    senders: dict[Name, SenderSpec] = Field(default_factory=dict)
    service: Annotated[dict[Name, OperationSpec], Field(description="What the business's own service does, a function for each")] = Field(
        default_factory=dict
    )
    authorities: Annotated[tuple[AuthoritySpec, ...], Field(min_length=1)] = DEFAULT_AUTHORITIES
    namespaces: dict[Namespace, NamespaceSpec] = Field(default_factory=dict)
    predicates: dict[PredicateName, PredicateSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _somebody_is_told(self) -> Self:
        if self.unverified is None and any(tool.effect is not Effect.READ for tool in self.tools.values()):
            raise PydanticCustomError("nobody_told", "unverified: its tools write, so a route is told of outcomes that are not as intended")
        return self

    @model_validator(mode="after")
    def _every_name_is_declared(self) -> Self:
        for problem in undeclared(self):
            raise ValueError(problem)
        return self

    def routes_of(self, tool: ToolSpec) -> tuple[str, ...]:
        """The routes that may lift what a rule forbids the tool, in order."""
        return tool.escalation or (() if self.central is None else (self.central,))

    def reasoning_agents(self) -> tuple[str, ...]:
        return tuple(name for name, agent in self.agents.items() if agent.prompt and name != self.scribe)

    @property
    def scribe(self) -> str | None:
        """The agent that reads logs for what they say, and proposes that as facts."""
        return next((name for name, agent in self.agents.items() if FACTS_ASSERT in agent.tools), None)

    def acting_agents(self) -> tuple[str, ...]:
        """Those that do more than talk."""
        return tuple(name for name in self.agents if self.actions_of(name))

    def actions_of(self, agent: str) -> tuple[str, ...]:
        """Those of its tools that act on records."""
        return tuple(tool for tool in self.agents[agent].tools if self.tools[tool].resource is not None)

    def opened_by(self, agent: str) -> tuple[str, ...]:
        """The workflows that messages of the agent open."""
        messages = (self.tools[tool].message for tool in self.agents[agent].tools)
        return tuple(dict.fromkeys(message.opens for message in messages if message and message.opens))

    def opens_a_run(self, tool: str) -> bool:
        message = self.tools[tool].message
        return message is not None and message.opens is not None

    def opened_workflows(self) -> frozenset[str]:
        """Those that only a message opens."""
        return frozenset(workflow for agent in self.agents for workflow in self.opened_by(agent))

    @property
    def shares_tokens(self) -> bool:
        """Whether what one agent's model takes is drawn from another's account too: of a run that asks, or of the tree."""
        bounded = self.tree.tokens is not None or any(budget.run.tokens is not None for budget in self.budgets.values())
        return bounded and bool(self.opened_workflows())

    @property
    def draws_on_trees(self) -> bool:
        """Whether what a model takes is drawn from more than its own agent's accounts."""
        return self.shares_tokens or self.tree.tokens is not None

    @property
    def bounds_tokens(self) -> bool:
        """Whether any model's tokens are bounded at all."""
        allowances = (self.tree, *(each for budget in self.budgets.values() for each in (budget.day, budget.run)))
        return any(allowance.tokens is not None for allowance in allowances)

    def permissions_of(self, agent: str) -> Iterator[Permission]:
        """What the agent's role needs: the permissions of exactly its tools."""
        return (permission for tool in self.agents[agent].tools for permission in self.tools[tool].permissions)

    def senders_of(self, agent: str) -> tuple[str, ...]:
        """The senders that any of the agent's tools may send from."""
        return tuple(sorted({sender for tool in self.agents[agent].tools for sender in self.tools[tool].senders}))

    def calls_of(self, agent: str) -> tuple[str, ...]:
        """The operations that any of the agent's tools may call to act."""
        return tuple(sorted({operation for tool in self.agents[agent].tools for operation in self.tools[tool].calls}))

    def verify_calls_of(self, agent: str) -> tuple[str, ...]:
        """The operations that the read-backs of its tools look with."""
        return tuple(sorted({operation for tool in self.agents[agent].tools for operation in self.tools[tool].verify_calls}))

    def namespaces_of(self, agent: str) -> tuple[str, ...]:
        """The namespaces that the agent reads, its own and the shared ones, in the charter's order."""
        return tuple(name for name, namespace in self.namespaces.items() if agent in namespace.readers)

    def is_by_tenant(self, tool: str) -> bool:
        """Whether any record that the tool touches, looks at, or is decided on is kept by tenant."""
        spec = self.tools[tool]
        decided_on = {fact.table for fact in map(self.facts.get, spec.facts) if isinstance(fact, RecordFactSpec)}
        touched = {permission.table for permission in spec.permissions} | {permission.table for permission in spec.verify}
        return any(self.tables[table].tenant for table in decided_on | touched)

    def fact_tables(self) -> tuple[str, ...]:
        """The business tables that policies look at."""
        return tuple(sorted({fact.table for fact in self.facts.values() if isinstance(fact, RecordFactSpec)}))

    def fact_namespaces(self) -> tuple[str, ...]:
        """The namespaces that policies look at."""
        return tuple(sorted({fact.namespace for fact in self.facts.values() if isinstance(fact, StoredFactSpec)}))

    def reads_of(self, agent: str) -> Iterator[ReadPermission]:
        """What the agent's reading role needs: what the read-backs of exactly its tools look at."""
        return (permission for tool in self.agents[agent].tools for permission in self.tools[tool].verify)

    def undone_by(self, tool: str) -> tuple[str, ...]:
        """The tools that this one undoes: where there are any, it does nothing else."""
        return tuple(name for name, spec in self.tools.items() if spec.compensate and spec.compensate.tool == tool)

    @property
    def undoes(self) -> bool:
        """Whether anything can be undone at all."""
        return any(tool.compensate for tool in self.tools.values())

    def day_limits(self) -> dict[str, dict[str, int]]:
        """By meter, of each agent that has a budget for the day."""
        limits = {agent: budget.day.limits for agent, budget in self.budgets.items()}
        return {agent: found for agent, found in limits.items() if found}

    def told(self) -> tuple[str, ...]:
        """Who is told of an outcome that is not as intended."""
        return () if self.unverified is None else self.approvers_of(self.unverified)

    def approvers_of(self, route: str) -> tuple[str, ...]:
        """The addresses of all that can ever answer a question to the route."""
        return approvers_of(self.routes[route], self.panels)

    def known_approvers(self) -> dict[str, ApproverSpec]:
        """Everybody who can ever answer here, and how each is known without a mail."""
        asked = dict.fromkeys((address for route in self.routes for address in self.approvers_of(route)), ApproverSpec())
        return {**asked, **self.approvers}

    def longest_wait_seconds(self) -> int:
        """The longest that any approval of this domain may take."""
        return max((route.expires_after_seconds for route in self.routes.values()), default=60)
