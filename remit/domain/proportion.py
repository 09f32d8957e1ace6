"""Whether an action is in proportion to what was asked for, and by whom: as policies look at it, and never as a model says it."""

from collections.abc import Iterable, Mapping

from pydantic import Field

from remit.domain.case import Owner, Scope
from remit.domain.charter import Charter, ScopeSpec
from remit.domain.errors import Denied, Reason
from remit.domain.fact import Fact
from remit.domain.intent import Intent
from remit.domain.model import JsonObject, Model
from remit.domain.precondition import equal
from remit.domain.route import ApproverSpec, known_by_arn, known_by_name
from remit.domain.tool_spec import Reach, ToolSpec


class StatedScope(Model):
    """How far whoever asks for one action lets it reach, and the fields of its payload that name what it is about."""

    reach: Reach
    about: JsonObject = Field(default_factory=dict)

    def covers(self, tool: ToolSpec, payload: JsonObject) -> bool:
        """A payload without any of the fields is judged by its tool's reach alone."""
        named = (equal(self.about[field], payload[field]) for field in self.about.keys() & payload.keys())
        return tool.reach.within(self.reach) and all(named)

    @property
    def recorded(self) -> JsonObject:
        return {"scope": self.model_dump(mode="json")}


def owner_of(tool: ToolSpec, facts: Iterable[Fact], intent: Intent, approvers: Mapping[str, ApproverSpec]) -> Owner | None:
    """Who owns the record that the tool acts on, and whether it is they who ask. None where nobody in particular owns it."""
    if tool.owner is None:
        return None
    name, _, attribute = tool.owner.partition(".")
    address = next((str(fact.attributes[attribute]) for fact in facts if fact.name == name), "")
    return Owner(address=address, asks=address in _asking(intent, approvers))


def scope_of(charter: Charter, opening: JsonObject, payload: JsonObject) -> Scope | None:
    """How far the run may reach by its workflow, and whether the payload is about the record that the request named: both as they were
    when the run was started. None for a workflow without a scope."""
    workflow = charter.workflows.get(str(opening.get("workflow")))
    if workflow is None or workflow.scope is None:
        return None
    return Scope(reach=workflow.scope.reach, within=_within(workflow.scope, opening, payload))


def check_stated(opening: JsonObject, tool: ToolSpec, payload: JsonObject) -> None:
    """Raises Denied for what goes beyond the scope that was stated when the action was asked for, whatever policies allow."""
    if opening.get("scope") is None or StatedScope.model_validate(opening["scope"]).covers(tool, payload):
        return
    why = "This reaches further than the scope that was stated with it, or is about something else."
    raise Denied(why, (Reason(policy="request.scope", reason=why),))


def _within(scope: ScopeSpec, opening: JsonObject, payload: JsonObject) -> bool:
    """An action about no such record is judged by its reach alone."""
    if scope.subject is None or scope.subject not in payload:
        return True
    given = opening.get("input")
    return isinstance(given, dict) and equal(given.get(scope.subject), payload[scope.subject])


def _asking(intent: Intent, approvers: Mapping[str, ApproverSpec]) -> tuple[str, ...]:
    """Whose wish it is: the person's on whose behalf the run acts, or else the caller's."""
    if intent.delegator is not None:
        return known_by_name(intent.delegator.name, approvers)
    return known_by_arn(intent.requester.arn, approvers)
