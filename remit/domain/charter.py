"""The charter: one domain's decision map. Agents, tools, the permission matrix, facts, escalation routes, workflows."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.access import OperationSpec, SenderSpec, TableSpec
from remit.domain.assertion import resource_of as asserted
from remit.domain.budget import Allowance, BudgetSpec, LimitSpec, Spending
from remit.domain.compensation import Compensation, contradictions
from remit.domain.fact_key import Namespace, PredicateName
from remit.domain.fact_spec import FactSpec, RecordFactSpec, StoredFactSpec
from remit.domain.identifiers import Name, ToolName
from remit.domain.labels import Side, SourceSpec
from remit.domain.memory import DEFAULT_AUTHORITIES, AuthoritySpec, MemorySpec, NamespaceSpec, PredicateSpec, Speaker
from remit.domain.message import MessageSpec
from remit.domain.model import JsonObject, Model
from remit.domain.permission import Permission, ReadPermission
from remit.domain.precondition import Requirement, cycle
from remit.domain.route import Address, ApproverSpec, Route, approvers_of, flaws, named_panels

# The one tool by which what a log says becomes a fact.
FACTS_ASSERT = "facts.assert"


class Effect(StrEnum):
    READ = "read"
    WRITE = "write"
    IRREVERSIBLE = "irreversible"


class Reach(StrEnum):
    RECORD = "record"
    ACCOUNT = "account"
    SYSTEM = "system"

    def within(self, widest: "Reach") -> bool:
        """Whether this reaches no further."""
        return [*Reach].index(self) <= [*Reach].index(widest)


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


class ResourceSpec(Model):
    """The business record a tool acts on: its Cedar entity type, the payload field that names it, and the fact's attribute that has the
    address of its owner, if it is somebody's own."""

    type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    field: str
    owner: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9_]*$", description="<fact>.<attribute>")] = None


class ToolSpec(Model):
    """`asks` finishes the sentence "The agent wants to …" for whoever is asked; {field} stands for a field of the payload."""

    description: str
    asks: str | None = None
    effect: Effect
    reach: Reach
    payload: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$", description="A class of tools/<domain>/payloads.py")]
    resource: ResourceSpec | None = None
    message: Annotated[MessageSpec | None, Field(description="To whom it says something, instead of a record that it acts on")] = None
    asserts: Annotated[bool, Field(description="true for facts.assert alone: it acts on memory, instead of a record")] = False
    facts: tuple[Name, ...] = ()
    escalation: tuple[Name, ...] = ()
    requires: tuple[Requirement, ...] = ()
    permissions: tuple[Permission, ...] = ()
    senders: tuple[Name, ...] = ()
    calls: Annotated[tuple[Name, ...], Field(description="Operations of the domain's service")] = ()
    source: Annotated[dict[str, SourceSpec], Field(description="What fields of its result carry, at whatever depth; * is the rest")] = (
        Field(default_factory=dict)
    )
    destination: Annotated[dict[str, Side], Field(description="The payload fields that say where it goes")] = Field(default_factory=dict)
    spends: Annotated[Spending | None, Field(description="What it costs, for the budgets of money")] = None
    verify: Annotated[tuple[ReadPermission, ...], Field(description="What its read-back looks at, under the agent's reading role")] = ()
    verify_calls: Annotated[tuple[Name, ...], Field(description="Operations that its read-back looks with, which only read")] = ()
    compensate: Compensation | None = None

    @model_validator(mode="after")
    def _what_is_written_is_read_back(self) -> Self:
        looks = bool(self.verify or self.verify_calls)
        if self.effect is Effect.READ and looks:
            raise PydanticCustomError("nothing_to_verify", "verify: a tool that only reads has no outcome to read back")
        if self.effect is not Effect.READ and not looks and self.message is None and not self.asserts:
            raise PydanticCustomError("unverified", "verify: a tool that writes says what its read-back looks at")
        return self

    @model_validator(mode="after")
    def _acts_on_a_record_or_says_something(self) -> Self:
        if [self.resource is not None, self.message is not None, self.asserts].count(True) != 1:
            raise PydanticCustomError("resource", "resource: a tool acts on the record that it names, or is a message, and not both")
        looks = self.verify or self.verify_calls
        needs_nothing = self.effect is Effect.WRITE and not (self.permissions or self.senders or self.calls or looks)
        if self.message and not needs_nothing:
            raise PydanticCustomError(
                "message", "message: a message has the effect write, and needs no permissions, senders, calls or verify"
            )
        if self.asserts and (not needs_nothing or self.compensate or self.facts or self.requires):
            raise PydanticCustomError("asserts", "asserts: what asserts has the effect write, and needs nothing but its payload")
        return self

    @property
    def resource_type(self) -> str:
        """The type of Cedar's resource: of a message, it is whom it is said to; of an assertion, the fact."""
        return self.resource.type if self.resource else "Fact" if self.asserts else "Agent"

    @property
    def owner(self) -> str | None:
        """The fact's attribute with the owner's address; None for what is nobody's in particular."""
        return self.resource.owner if self.resource else None

    def resource_of(self, payload: JsonObject) -> str:
        """The id of Cedar's resource; empty if the payload does not say."""
        if self.message:
            return self.message.to
        if self.asserts:
            return asserted(payload)
        named = payload.get(self.resource.field) if self.resource else None
        return "" if named is None else str(named)


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
        for problem in self._undeclared():
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

    def _undeclared(self) -> Iterator[str]:
        for place, names, declared in (*self._references(), *self._message_references()):
            for name in names:
                if name not in declared:
                    yield f"{place}: '{name}' is not declared in this charter"
        ranked = [authority.name for authority in self.authorities]
        yield from (f"authorities: '{name}' is there twice" for name in ranked if ranked.count(name) > 1)
        yield from self._misremembered()
        yield from self._misread()
        yield from self._misled()
        yield from self._unowned()
        yield from self._miscalled()
        yield from self._cycles()
        yield from contradictions(self.tools, self.agents)
        for name, route in self.routes.items():
            yield from (f"routes.{name}: {flaw}" for flaw in flaws(route, self.panels, self.approvers))

    def _misled(self) -> Iterator[str]:
        """What many agents under one authority may not have."""
        for name, agent in self.agents.items():
            for tool in agent.tools if agent.mode else ():
                if tool in self.tools and self.tools[tool].message is None:
                    yield f"agents.{name}.tools: '{tool}' is no message, and a controller does nothing itself"
        for name, tool_spec in self.tools.items():
            opens = tool_spec.message.opens if tool_spec.message else None
            if tool_spec.message and opens in self.workflows and self.workflows[opens].agent != tool_spec.message.to:
                yield f"tools.{name}.message.opens: '{opens}' is no workflow of the agent {tool_spec.message.to}"
            for route in tool_spec.escalation:
                if self.central not in {None, route}:
                    yield f"tools.{name}.escalation: '{route}' is not the central route {self.central}"
            for required in (each.tool for each in tool_spec.requires if each.tool in self.tools):
                if self.tools[required].message:
                    yield f"tools.{name}.requires: '{required}' is a message, which nobody reads back"
            if tool_spec.message and self.central is None:
                yield f"tools.{name}.message: '{tool_spec.message.to}' is another agent, so the charter needs a central route"

    def _misread(self) -> Iterator[str]:
        """Whoever reads what anybody may have written does nothing else, and only they assert."""
        for name, tool in self.tools.items():
            if tool.asserts != (name == FACTS_ASSERT):
                yield f"tools.{name}: '{name}' is not the tool that asserts, which is {FACTS_ASSERT}"
        scribes = [name for name, agent in self.agents.items() if FACTS_ASSERT in agent.tools]
        for name in scribes:
            if self.agents[name].prompt is None or len(self.agents[name].tools) > 1 or self.namespaces_of(name) or name != scribes[0]:
                yield f"agents.{name}: '{name}' is not the one agent that asserts, with a prompt, no other tool and no namespace to read"
        for name in self.workflows:
            if scribes and self.workflows[name].agent in scribes:
                yield f"workflows.{name}.agent: '{self.workflows[name].agent}' is not there for workflows: it reads logs"

    def _miscalled(self) -> Iterator[str]:
        """What only looks calls nothing that writes."""
        for name, spec in self.tools.items():
            looking = {"verify_calls": spec.verify_calls, "calls": spec.calls if spec.effect is Effect.READ else ()}
            for field, operations in looking.items():
                for operation in operations:
                    if operation in self.service and not self.service[operation].reads:
                        yield f"tools.{name}.{field}: '{operation}' writes, and this only reads"

    def _cycles(self) -> Iterator[str]:
        requires = {name: spec.requires for name, spec in self.tools.items()}
        for name in self.tools:
            if way := cycle(requires, name):
                yield f"tools.{name}.requires: '{way[1]}' makes a cycle, in which nothing could ever be first: {' needs '.join(way)}"

    def _references(self) -> Iterator[tuple[str, tuple[str, ...], frozenset[str]]]:
        tools, tables, facts, routes = frozenset(self.tools), frozenset(self.tables), frozenset(self.facts), frozenset(self.routes)
        for name, agent in self.agents.items():
            yield f"agents.{name}.tools", agent.tools, tools
        for name, group in self.groups.items():
            yield f"groups.{name}.tools", group.tools, tools
        for tool, spec in self.tools.items():
            yield f"tools.{tool}.facts", spec.facts, facts
            yield f"tools.{tool}.escalation", spec.escalation, routes
            yield f"tools.{tool}.requires", tuple(requirement.tool for requirement in spec.requires), tools
            yield f"tools.{tool}.permissions", tuple(permission.table for permission in spec.permissions), tables
            yield f"tools.{tool}.verify", tuple(permission.table for permission in spec.verify), tables
            yield f"tools.{tool}.senders", spec.senders, frozenset(self.senders)
            yield f"tools.{tool}.calls", spec.calls, frozenset(self.service)
            yield f"tools.{tool}.verify_calls", spec.verify_calls, frozenset(self.service)
            yield f"tools.{tool}.compensate", (spec.compensate.tool,) if spec.compensate else (), tools
            for permission in spec.permissions:
                if permission.index and permission.table in tables:
                    yield f"tools.{tool}.permissions", (permission.index,), frozenset(self.tables[permission.table].indexes)
        for name, fact in self.facts.items():
            if isinstance(fact, RecordFactSpec):
                yield f"facts.{name}.table", (fact.table,), tables
            else:
                yield f"facts.{name}.namespace", (fact.namespace,), frozenset(self.namespaces)
                yield f"facts.{name}.predicate", (fact.predicate,), frozenset(self.predicates)
        yield "unverified", () if self.unverified is None else (self.unverified,), routes
        for name, route in self.routes.items():
            yield f"routes.{name}", named_panels(route), frozenset(self.panels)
        for name, workflow in self.workflows.items():
            yield f"workflows.{name}.agent", (workflow.agent,), frozenset(self.agents)
        yield "budgets", tuple(self.budgets), frozenset(self.agents)
        agents = frozenset(f"agent/{agent}" for agent in self.agents)
        yield "authorities", tuple(who for each in self.authorities for who in each.principals if who.startswith("agent/")), agents
        for name, namespace in self.namespaces.items():
            yield f"namespaces.{name}.readers", namespace.readers, frozenset(self.agents)
        for name, predicate in self.predicates.items():
            yield f"predicates.{name}.namespaces", predicate.namespaces, frozenset(self.namespaces)
            yield f"predicates.{name}.route", (predicate.route,), routes

    def _message_references(self) -> Iterator[tuple[str, tuple[str, ...], frozenset[str]]]:
        for tool, spec in self.tools.items():
            if spec.message:
                yield f"tools.{tool}.message.to", (spec.message.to,), frozenset(self.agents)
                yield f"tools.{tool}.message.opens", (spec.message.opens,) if spec.message.opens else (), frozenset(self.workflows)
        yield "central", () if self.central is None else (self.central,), frozenset(self.routes)

    def _unowned(self) -> Iterator[str]:
        """Owners that no fact names."""
        for name, tool in self.tools.items():
            fact, _, attribute = (tool.owner or "").partition(".")
            known = self.facts[fact].attributes if fact in tool.facts and fact in self.facts else {}
            if tool.owner is not None and known.get(attribute) != "String":
                yield f"tools.{name}.resource.owner: '{tool.owner}' is not a String of one of the tool's facts"

    def _misremembered(self) -> Iterator[str]:
        """Facts that the predicates contradict."""
        for name, fact in self.facts.items():
            if isinstance(fact, RecordFactSpec) or (predicate := self.predicates.get(fact.predicate)) is None:
                continue
            if fact.namespace not in predicate.namespaces:
                yield f"facts.{name}.namespace: '{fact.namespace}' is not a namespace of the predicate {fact.predicate}"
            if fact.type is not predicate.type:
                yield f"facts.{name}.type: '{fact.type}' is not the type of the predicate {fact.predicate}, which is a {predicate.type}"
