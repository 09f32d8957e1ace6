"""Escalation routes: each one that a tool lists can be asked at some time."""

from collections.abc import Iterator, Mapping, Sequence

from remit.domain.case import Evidence
from remit.domain.cedar_folding import remainder
from remit.domain.cedar_tree import FALSE, same
from remit.domain.finding import Finding
from remit.domain.model import Json, Model
from remit.domain.payload import is_capped
from remit.usecases.verify.subject import Subject

# A rule as it bears on one agent.
_Bearing = tuple[str, str]


class _Lift(Model):
    """What an approval by one route does: which rules it can lift, which always, and whether it brings in none that was not there."""

    route: str
    some: frozenset[_Bearing]
    always: frozenset[_Bearing]
    harmless: bool


def dead_routes(subject: Subject) -> Iterator[Finding]:
    """The central route is every tool's, whatever it can lift there."""
    for tool in (name for name, spec in subject.charter.tools.items() if spec.escalation):
        lifts = [_lift(route, tool, subject) for route in subject.routes(tool)]
        for index, lift in enumerate(lifts):
            what = _death(lift, lifts[:index], capped=is_capped(subject.payloads[tool]))
            if what:
                field = f"tools.{tool}.escalation.{index}"
                todo = "Remove it from the tool's escalation, or let a rule ask for its approval"
                yield subject.at_field(field, "dead-route", f"{tool} never escalates to '{lift.route}': {what}", todo)


def _death(lift: _Lift, earlier: Sequence[_Lift], *, capped: bool) -> str | None:
    if not lift.some and not capped:
        return "no approval by it lifts a rule or a cap"
    first = next((each.route for each in earlier if each.harmless and lift.some <= each.always), None)
    return None if first is None else f"'{first}' comes before it and can approve all that it can"


def _lift(route: Evidence, tool: str, subject: Subject) -> _Lift:
    plain, approved = _remainders(tool, subject, None), _remainders(tool, subject, route)
    changed = frozenset(bearing for bearing, left in approved.items() if not same(left, plain[bearing]))
    some = frozenset(bearing for bearing in changed if plain[bearing] != FALSE)
    always = frozenset(bearing for bearing in some if approved[bearing] == FALSE)
    return _Lift(route=route.route, some=some, always=always, harmless=changed == always)


def _remainders(tool: str, subject: Subject, approval: Evidence | None) -> Mapping[_Bearing, Json]:
    agents = [agent for agent, spec in subject.charter.agents.items() if tool in spec.tools]
    bearings = ((rule, tree, agent) for rule, tree in subject.forbidding.items() for agent in agents)
    return {(rule, agent): remainder(tree, subject.situation(agent, tool, approval)) for rule, tree, agent in bearings}
