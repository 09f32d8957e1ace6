"""What a decision looks at, gathered at one moment, as questions to the policy engine."""

from datetime import datetime

from remit.domain.charter import Charter
from remit.domain.errors import Reason
from remit.domain.evaluation import AuthorizationRequest, EntityId
from remit.domain.fact import Fact
from remit.domain.intent import Intent
from remit.domain.labels import Carried
from remit.domain.message import Lineage, narrowing
from remit.domain.model import JsonObject, Model
from remit.domain.tool_spec import ToolSpec


class Evidence(Model):
    """Approval evidence, hypothetical (all of a route's approvers) or real (the one who approved)."""

    route: str
    approvers: tuple[str, ...]


class Owner(Model):
    """Whose the record is, by their address, and whether it is they who ask."""

    address: str
    asks: bool


class Scope(Model):
    """How far the request lets its run reach, and whether this is about the record that the request named."""

    reach: str
    within: bool


class Case(Model):
    """Everything a decision looks at, gathered at one moment; `counts` says how often the run has done each tool of the charter."""

    intent: Intent
    tool: ToolSpec
    facts: tuple[Fact, ...]
    exceeded: tuple[Reason, ...]
    routes: tuple[Evidence, ...]
    counts: dict[str, int]
    policy_set: str
    as_of: datetime | None = None
    seen: int | None = None
    carried: Carried = Carried()
    lineage: Lineage | None = None
    owner: Owner | None = None
    scope: Scope | None = None

    def request(self, evidence: Evidence | None) -> AuthorizationRequest:
        """The question about the agent."""
        return AuthorizationRequest(
            principal=EntityId(type="Remit::Agent", id=self.intent.agent),
            action=EntityId(type="Remit::Action", id=self.intent.tool),
            resource=EntityId(type=f"Remit::{self.tool.resource_type}", id=self.tool.resource_of(self.intent.payload)),
            context=self._context(evidence),
        )

    def requests(self, evidence: Evidence | None) -> tuple[AuthorizationRequest, ...]:
        """The question about the agent; the same about each who asked for its run; and, where it acts on a person's behalf, about them."""
        agent, delegator = self.request(evidence), self.intent.delegator
        askers = tuple(agent.model_copy(update={"principal": EntityId(type="Remit::Agent", id=asker)}) for asker in self._askers())
        if delegator is None:
            return (agent, *askers)
        person = EntityId(type="Remit::User", id=delegator.person)
        groups = tuple(EntityId(type="Remit::Group", id=group) for group in delegator.groups)
        return agent, *askers, agent.model_copy(update={"principal": person, "groups": groups})

    def _askers(self) -> tuple[str, ...]:
        """An answer uses nobody's authority but the one's who gives it."""
        answers = self.tool.message is not None and self.tool.message.opens is None
        return () if answers else tuple(asker for asker in narrowing(self.lineage) if asker != self.intent.agent)

    def _context(self, evidence: Evidence | None) -> JsonObject:
        context: JsonObject = {
            "payload": self.intent.payload,
            "facts": {fact.name: fact.attributes for fact in self.facts},
            "requester": {"arn": self.intent.requester.arn},
            "run": self._run(),
            "labels": self.carried.labels.model_dump(mode="json"),
        }
        context |= {name: each.model_dump() for name, each in (("owner", self.owner), ("scope", self.scope)) if each is not None}
        if self.carried.destination is not None:
            context["destination"] = self.carried.destination.model_dump(mode="json")
        if self.intent.delegator is not None:
            context["delegator"] = self.intent.delegator.context()
        return context if evidence is None else {**context, "approval": {"route": evidence.route, "approvers": list(evidence.approvers)}}

    def _run(self) -> JsonObject:
        completed = [tool for tool, times in sorted(self.counts.items()) if times]
        return {"id": self.intent.run, "step": self.intent.step, "completed": [*completed], "counts": {**self.counts}}


def routes_of(charter: Charter, tool: ToolSpec) -> tuple[Evidence, ...]:
    """The hypothetical approvals worth asking about, in the charter's order."""
    return tuple(Evidence(route=route, approvers=charter.approvers_of(route)) for route in charter.routes_of(tool))
