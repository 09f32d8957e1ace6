"""What is verified: one domain as it is committed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from remit.domain.case import Evidence, routes_of
from remit.domain.cedar_folding import Situation
from remit.domain.charter import Charter
from remit.domain.decision import Outcome
from remit.domain.evaluation import EntityId
from remit.domain.finding import Finding
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Payload
from remit.domain.policy import PolicyText
from remit.ports import PolicyReader
from remit.usecases.judge import Judge
from remit.usecases.offline import Question


class CaseFile(Model):
    """One decision that is committed as an example: the question, and what has to come of it."""

    file: str
    question: Question
    outcome: Outcome
    route: str | None
    policies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`line_of` finds a field of the charter, `implemented` are the tools that exist, `judge` makes the judge once the rules are valid."""

    charter: Charter
    charter_file: str
    line_of: Callable[[str], int]
    rules: tuple[PolicyText, ...]
    rules_file: str
    standing: tuple[PolicyText, ...]
    action_groups: Mapping[str, tuple[str, ...]]
    payloads: Mapping[str, type[Payload]]
    implemented: frozenset[str]
    cases: tuple[CaseFile, ...]
    reader: PolicyReader
    judge: Callable[[], Judge]

    @cached_property
    def trees(self) -> Mapping[str, JsonObject]:
        """The valid rules that are enforced, by id, as trees."""
        return {rule.id: self.reader.tree(rule.statement) for rule in self.rules if not rule.shadow}

    @cached_property
    def forbidding(self) -> Mapping[str, JsonObject]:
        """All that can forbid: its own rules, and those that stand in every domain."""
        return {**self.trees, **{rule.id: self.reader.tree(rule.statement) for rule in self.standing}}

    def cells(self) -> Iterator[tuple[str, str]]:
        """The permission matrix, as pairs of agent and tool."""
        return ((agent, tool) for agent, spec in self.charter.agents.items() for tool in spec.tools)

    def situation(self, agent: str, tool: str, approval: Evidence | None = None) -> Situation:
        return Situation(
            principal=EntityId(type="Remit::Agent", id=agent),
            action=EntityId(type="Remit::Action", id=tool),
            groups=tuple(EntityId(type="Remit::Action", id=group) for group in self.action_groups[tool]),
            resource=f"Remit::{self.charter.tools[tool].resource_type}",
            approval=approval,
        )

    def routes(self, tool: str) -> tuple[Evidence, ...]:
        return routes_of(self.charter, self.charter.tools[tool])

    def at_field(self, field: str, rule: str, what: str, todo: str) -> Finding:
        return Finding(file=self.charter_file, line=self.line_of(field), rule=rule, what=what, todo=todo)

    def at_rule(self, rule: PolicyText, check: str, what: str, todo: str) -> Finding:
        return Finding(file=self.rules_file, line=rule.line, rule=check, what=f"{rule.id}: {what}", todo=todo)
