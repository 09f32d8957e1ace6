"""The hand-written rules: each valid, possible, reachable, a forbid, and with an approval clause only where somebody can approve."""

from collections.abc import Callable, Iterator

from remit.domain.cedar_folding import Situation, remainder
from remit.domain.cedar_tree import FALSE, asks_for_approval, entities_named, facts_read, is_permit, same
from remit.domain.citing import uncitable
from remit.domain.finding import Finding
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText
from remit.usecases.verify.subject import Subject

_Check = Callable[[PolicyText, JsonObject, Subject], Finding | None]
# No charter can declare an agent of this name.
_STRANGER = "?"


def faulty_rules(subject: Subject) -> Iterator[Finding]:
    """The first thing that is wrong with each rule that is not right."""
    for rule in subject.rules:
        yield from (finding for finding in (_fault(rule, subject),) if finding)


def unread_facts(subject: Subject) -> Iterator[Finding]:
    """A fact that decisions look up and no rule reads costs time, and its absence denies for nothing."""
    trees = [subject.reader.tree(rule.statement) for rule in subject.rules]
    read = frozenset[str]().union(*map(facts_read, trees))
    listed = {fact for tool in subject.charter.tools.values() for fact in tool.facts}
    for fact in subject.charter.facts:
        if fact in listed - read:
            what = f"no rule reads the fact '{fact}', which every decision has to look up"
            yield subject.at_field(f"facts.{fact}", "unused-fact", what, "Write the rule that needs it, or remove the fact")


def _fault(rule: PolicyText, subject: Subject) -> Finding | None:
    if rule.id.startswith(f"{subject.charter.domain}.matrix."):
        return subject.at_rule(rule, "reserved-id", "ids of this form are those of the matrix's permits", "Give it another @id")
    if problems := subject.reader.problems(rule.statement):
        return subject.at_rule(rule, "invalid-rule", problems[0], "Correct it: the schema is generated from the charter and the payloads")
    if subject.reader.impossible(rule.statement):
        todo = "Correct its condition, or remove it"
        return subject.at_rule(rule, "impossible-rule", "no request that fits the schema can ever match it", todo)
    tree = subject.reader.tree(rule.statement)
    checks: tuple[_Check, ...] = (_permit, _stranger, _unreachable, _unliftable, _uncitable)
    return next((finding for check in checks if (finding := check(rule, tree, subject))), None)


def _permit(rule: PolicyText, tree: JsonObject, subject: Subject) -> Finding | None:
    if not is_permit(tree):
        return None
    matrix = set(subject.cells())
    strangers = ((agent, tool) for agent in (*subject.charter.agents, _STRANGER) for tool in subject.charter.tools)
    beyond = any(_matches(tree, subject.situation(*pair)) for pair in strangers if pair not in matrix)
    what = "a permit that gives more than the permission matrix" if beyond else "a permit that adds nothing to the permission matrix"
    return subject.at_rule(rule, "vacuous-permit", what, "Remove it: the charter's matrix permits, rules only forbid")


def _stranger(rule: PolicyText, tree: JsonObject, subject: Subject) -> Finding | None:
    unknown = sorted(entities_named(tree, "Remit::Agent") - subject.charter.agents.keys())
    if not unknown:
        return None
    what = f"it names the agent '{unknown[0]}', which the charter does not declare"
    return subject.at_rule(rule, "unreachable-rule", what, "Name a declared agent, or remove it")


def _unreachable(rule: PolicyText, tree: JsonObject, subject: Subject) -> Finding | None:
    if any(_matches(tree, situation) for situation in _situations(subject)):
        return None
    what = "no agent and tool of the permission matrix can ever match it"
    return subject.at_rule(rule, "unreachable-rule", what, "Correct its scope, or remove it")


def _unliftable(rule: PolicyText, tree: JsonObject, subject: Subject) -> Finding | None:
    if not asks_for_approval(tree) or any(_changes(tree, agent, tool, subject) for agent, tool in subject.cells()):
        return None
    what = "it asks for an approval that no route of its tools can give"
    todo = "Name a route that the charter lists under the tool's escalation, or drop the clause"
    return subject.at_rule(rule, "unliftable-rule", what, todo)


def _uncitable(rule: PolicyText, tree: JsonObject, subject: Subject) -> Finding | None:
    """A reason that cites what one of its decisions may not have looked at."""
    charter = subject.charter
    for tool in sorted({tool for agent, tool in subject.cells() if _matches(tree, subject.situation(agent, tool))}):
        facts = {name: charter.facts[name] for name in charter.tools[tool].facts}
        for citation in uncitable(rule.reason, facts):
            what = f"its reason cites {citation}, which a decision about {tool} does not look at"
            return subject.at_rule(rule, "reason-cites-nothing", what, "Cite {fact} or {fact.attribute} of the tool's facts")
    return None


def _changes(tree: JsonObject, agent: str, tool: str, subject: Subject) -> bool:
    """Whether an approval by any of the tool's routes makes a difference to the rule."""
    plain = remainder(tree, subject.situation(agent, tool))
    return any(not same(plain, remainder(tree, subject.situation(agent, tool, route))) for route in subject.routes(tool))


def _matches(tree: JsonObject, situation: Situation) -> bool:
    return remainder(tree, situation) != FALSE


def _situations(subject: Subject) -> Iterator[Situation]:
    for agent, tool in subject.cells():
        yield from (subject.situation(agent, tool, approval) for approval in (None, *subject.routes(tool)))
