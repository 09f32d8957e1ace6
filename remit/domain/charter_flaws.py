"""What one part of a charter says and another contradicts: names that are not declared, and roles that do not go together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from remit.domain.compensation import contradictions
from remit.domain.fact_spec import RecordFactSpec
from remit.domain.precondition import cycle
from remit.domain.route import flaws, named_panels
from remit.domain.tool_spec import FACTS_ASSERT, Effect, ToolSpec

if TYPE_CHECKING:
    from remit.domain.charter import Charter

_Reference = tuple[str, tuple[str, ...], frozenset[str]]


def undeclared(charter: "Charter") -> Iterator[str]:
    for place, names, declared in (*_references(charter), *_message_references(charter)):
        for name in names:
            if name not in declared:
                yield f"{place}: '{name}' is not declared in this charter"
    ranked = [authority.name for authority in charter.authorities]
    yield from (f"authorities: '{name}' is there twice" for name in ranked if ranked.count(name) > 1)
    yield from _misremembered(charter)
    yield from _misread(charter)
    yield from _misled(charter)
    yield from _unowned(charter)
    yield from _miscalled(charter)
    yield from _cycles(charter)
    yield from contradictions(charter.tools, charter.agents)
    for name, route in charter.routes.items():
        yield from (f"routes.{name}: {flaw}" for flaw in flaws(route, charter.panels, charter.approvers))


def _misled(charter: "Charter") -> Iterator[str]:
    """What many agents under one authority may not have."""
    for name, agent in charter.agents.items():
        for tool in agent.tools if agent.mode else ():
            if tool in charter.tools and charter.tools[tool].message is None:
                yield f"agents.{name}.tools: '{tool}' is no message, and a controller does nothing itself"
    for name, tool_spec in charter.tools.items():
        opens = tool_spec.message.opens if tool_spec.message else None
        if tool_spec.message and opens in charter.workflows and charter.workflows[opens].agent != tool_spec.message.to:
            yield f"tools.{name}.message.opens: '{opens}' is no workflow of the agent {tool_spec.message.to}"
        for route in tool_spec.escalation:
            if charter.central not in {None, route}:
                yield f"tools.{name}.escalation: '{route}' is not the central route {charter.central}"
        for required in (each.tool for each in tool_spec.requires if each.tool in charter.tools):
            if charter.tools[required].message:
                yield f"tools.{name}.requires: '{required}' is a message, which nobody reads back"
        if tool_spec.message and charter.central is None:
            yield f"tools.{name}.message: '{tool_spec.message.to}' is another agent, so the charter needs a central route"


def _misread(charter: "Charter") -> Iterator[str]:
    """Whoever reads what anybody may have written does nothing else, and only they assert."""
    for name, tool in charter.tools.items():
        if tool.asserts != (name == FACTS_ASSERT):
            yield f"tools.{name}: '{name}' is not the tool that asserts, which is {FACTS_ASSERT}"
    scribes = [name for name, agent in charter.agents.items() if FACTS_ASSERT in agent.tools]
    for name in scribes:
        if charter.agents[name].prompt is None or len(charter.agents[name].tools) > 1 or charter.namespaces_of(name) or name != scribes[0]:
            yield f"agents.{name}: '{name}' is not the one agent that asserts, with a prompt, no other tool and no namespace to read"
    for name in charter.workflows:
        if scribes and charter.workflows[name].agent in scribes:
            yield f"workflows.{name}.agent: '{charter.workflows[name].agent}' is not there for workflows: it reads logs"


def _miscalled(charter: "Charter") -> Iterator[str]:
    """What only looks calls nothing that writes."""
    for name, spec in charter.tools.items():
        looking = {"verify_calls": spec.verify_calls, "calls": spec.calls if spec.effect is Effect.READ else ()}
        for field, operations in looking.items():
            for operation in operations:
                if operation in charter.service and not charter.service[operation].reads:
                    yield f"tools.{name}.{field}: '{operation}' writes, and this only reads"


def _cycles(charter: "Charter") -> Iterator[str]:
    requires = {name: spec.requires for name, spec in charter.tools.items()}
    for name in charter.tools:
        if way := cycle(requires, name):
            yield f"tools.{name}.requires: '{way[1]}' makes a cycle, in which nothing could ever be first: {' needs '.join(way)}"


def _references(charter: "Charter") -> Iterator[_Reference]:
    """Each place that names things, what it names, and what there is."""
    tools, routes, agents = frozenset(charter.tools), frozenset(charter.routes), frozenset(charter.agents)
    for name, agent in charter.agents.items():
        yield f"agents.{name}.tools", agent.tools, tools
    for name, group in charter.groups.items():
        yield f"groups.{name}.tools", group.tools, tools
    for tool, spec in charter.tools.items():
        yield from _tool_references(f"tools.{tool}", spec, charter)
    yield from _fact_references(charter)
    yield "unverified", () if charter.unverified is None else (charter.unverified,), routes
    for name, route in charter.routes.items():
        yield f"routes.{name}", named_panels(route), frozenset(charter.panels)
    for name, workflow in charter.workflows.items():
        yield f"workflows.{name}.agent", (workflow.agent,), agents
    yield "budgets", tuple(charter.budgets), agents
    yield from _memory_references(charter)


def _tool_references(place: str, spec: ToolSpec, charter: "Charter") -> Iterator[_Reference]:
    tools, tables, service = frozenset(charter.tools), frozenset(charter.tables), frozenset(charter.service)
    yield f"{place}.facts", spec.facts, frozenset(charter.facts)
    yield f"{place}.escalation", spec.escalation, frozenset(charter.routes)
    yield f"{place}.requires", tuple(requirement.tool for requirement in spec.requires), tools
    yield f"{place}.permissions", tuple(permission.table for permission in spec.permissions), tables
    yield f"{place}.verify", tuple(permission.table for permission in spec.verify), tables
    yield f"{place}.senders", spec.senders, frozenset(charter.senders)
    yield f"{place}.calls", spec.calls, service
    yield f"{place}.verify_calls", spec.verify_calls, service
    yield f"{place}.compensate", (spec.compensate.tool,) if spec.compensate else (), tools
    for permission in spec.permissions:
        if permission.index and permission.table in tables:
            yield f"{place}.permissions", (permission.index,), frozenset(charter.tables[permission.table].indexes)


def _fact_references(charter: "Charter") -> Iterator[_Reference]:
    for name, fact in charter.facts.items():
        if isinstance(fact, RecordFactSpec):
            yield f"facts.{name}.table", (fact.table,), frozenset(charter.tables)
        else:
            yield f"facts.{name}.namespace", (fact.namespace,), frozenset(charter.namespaces)
            yield f"facts.{name}.predicate", (fact.predicate,), frozenset(charter.predicates)


def _memory_references(charter: "Charter") -> Iterator[_Reference]:
    agents = frozenset(f"agent/{agent}" for agent in charter.agents)
    yield "authorities", tuple(who for each in charter.authorities for who in each.principals if who.startswith("agent/")), agents
    for name, namespace in charter.namespaces.items():
        yield f"namespaces.{name}.readers", namespace.readers, frozenset(charter.agents)
    for name, predicate in charter.predicates.items():
        yield f"predicates.{name}.namespaces", predicate.namespaces, frozenset(charter.namespaces)
        yield f"predicates.{name}.route", (predicate.route,), frozenset(charter.routes)


def _message_references(charter: "Charter") -> Iterator[_Reference]:
    for tool, spec in charter.tools.items():
        if spec.message:
            yield f"tools.{tool}.message.to", (spec.message.to,), frozenset(charter.agents)
            yield f"tools.{tool}.message.opens", (spec.message.opens,) if spec.message.opens else (), frozenset(charter.workflows)
    yield "central", () if charter.central is None else (charter.central,), frozenset(charter.routes)


def _unowned(charter: "Charter") -> Iterator[str]:
    """Owners that no fact names."""
    for name, tool in charter.tools.items():
        fact, _, attribute = (tool.owner or "").partition(".")
        known = charter.facts[fact].attributes if fact in tool.facts and fact in charter.facts else {}
        if tool.owner is not None and known.get(attribute) != "String":
            yield f"tools.{name}.resource.owner: '{tool.owner}' is not a String of one of the tool's facts"


def _misremembered(charter: "Charter") -> Iterator[str]:
    """Facts that the predicates contradict."""
    for name, fact in charter.facts.items():
        if isinstance(fact, RecordFactSpec) or (predicate := charter.predicates.get(fact.predicate)) is None:
            continue
        if fact.namespace not in predicate.namespaces:
            yield f"facts.{name}.namespace: '{fact.namespace}' is not a namespace of the predicate {fact.predicate}"
        if fact.type is not predicate.type:
            yield f"facts.{name}.type: '{fact.type}' is not the type of the predicate {fact.predicate}, which is a {predicate.type}"
