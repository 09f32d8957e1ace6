"""The charter alone: everything that it declares is used, and everything that it permits exists."""

from collections.abc import Iterator

from remit.domain.finding import Finding
from remit.usecases.verify.subject import Subject


def loose_ends(subject: Subject) -> Iterator[Finding]:
    yield from _cells_without_tool(subject)
    yield from _tools_without_agent(subject)
    yield from _routes_without_tool(subject)
    yield from _facts_without_tool(subject)


def _cells_without_tool(subject: Subject) -> Iterator[Finding]:
    actions = f"tools/{subject.charter.domain}/actions.py"
    for agent, spec in subject.charter.agents.items():
        for index, tool in enumerate(spec.tools):
            if tool not in subject.implemented and subject.charter.tools[tool].resource is not None:
                what = f"agent '{agent}' may call {tool}, which {actions} does not have"
                yield subject.at_field(f"agents.{agent}.tools.{index}", "cell-without-tool", what, f"Add it to TOOLS in {actions}")


def _tools_without_agent(subject: Subject) -> Iterator[Finding]:
    called = {tool for _, tool in subject.cells()}
    for tool in subject.charter.tools:
        if tool not in called:
            todo = "List it under the tools of an agent, or remove it"
            yield subject.at_field(f"tools.{tool}", "tool-without-agent", f"no agent may call {tool}", todo)


def _routes_without_tool(subject: Subject) -> Iterator[Finding]:
    charter = subject.charter
    listed = {route for tool in charter.tools.values() for route in tool.escalation} | {charter.unverified, charter.central}
    for route in subject.charter.routes:
        if route not in listed:
            todo = "List it under the escalation of a tool, or remove it"
            yield subject.at_field(f"routes.{route}", "route-without-tool", f"no tool escalates to '{route}'", todo)


def _facts_without_tool(subject: Subject) -> Iterator[Finding]:
    listed = {fact for tool in subject.charter.tools.values() for fact in tool.facts}
    for fact in subject.charter.facts:
        if fact not in listed:
            todo = "List it under the facts of a tool, or remove it"
            yield subject.at_field(f"facts.{fact}", "unused-fact", f"no tool looks at the fact '{fact}'", todo)
