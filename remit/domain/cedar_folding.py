"""What is left of a Cedar policy once the agent, the tool and the approval are known.

Folding knows logic, equality and sets only. What it does not know is left over, so that nothing is called impossible that is not.
"""

from collections.abc import Callable, Mapping

from remit.domain.case import Evidence
from remit.domain.cedar_tree import (
    FALSE,
    TRUE,
    all_literal,
    as_object,
    entity,
    fields_of,
    kind_of,
    literal,
    members_of,
    part_of_context,
    same,
    set_of,
    variable,
    whole_condition,
)
from remit.domain.evaluation import EntityId
from remit.domain.model import Json, JsonObject, Model

_OPERANDS = frozenset({"left", "right", "arg", "if", "then", "else", "in"})


class Situation(Model):
    """What is known of a request; `groups` are those of its action, `resource` is its resource's type."""

    principal: EntityId
    action: EntityId
    groups: tuple[EntityId, ...]
    resource: str
    approval: Evidence | None = None


def remainder(policy: JsonObject, situation: Situation) -> Json:
    """TRUE if the policy matches every such request, FALSE if none, else what has to hold beside the situation."""
    return _Folding(situation).fold(whole_condition(policy))


class _Folding:
    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._known = {"principal": entity(situation.principal.model_dump()), "action": entity(situation.action.model_dump())}
        self._groups = [entity(group.model_dump()) for group in situation.groups]
        own = {"in": self._in, "is": self._is, "has": self._has, ".": self._attribute}
        self._rules: Mapping[str, Callable[[JsonObject], Json | None]] = {**_RULES, **own}

    def fold(self, tree: Json) -> Json:
        """Operands first; then what the operator's rule makes of them, if it can tell."""
        ((name, args),) = as_object(tree).items()
        if name == "Value":
            return tree
        if name == "Var":
            return self._known.get(str(args), tree)
        operands = self._operands(name, args)
        found = self._rules[name](operands) if name in self._rules and isinstance(operands, dict) else None
        return {name: operands} if found is None else found

    def _operands(self, name: str, args: Json) -> Json:
        if isinstance(args, list):
            return [self.fold(each) for each in args]
        return {key: self.fold(each) if key in _OPERANDS or name == "Record" else each for key, each in as_object(args).items()}

    def _in(self, args: JsonObject) -> Json | None:
        groups = members_of(args["right"]) or [args["right"]]
        if not all_literal(args["left"], *groups):
            return None
        return _truth(any(self._within(args["left"], group) for group in groups))

    def _within(self, member: Json, group: Json) -> bool:
        # Only actions have parents, by the schema: requests bring no entities along.
        parents = self._groups if same(member, self._known["action"]) else []
        return any(same(each, group) for each in (member, *parents))

    def _is(self, args: JsonObject) -> Json | None:
        kind = self._situation.resource if args["left"] == variable("resource") else kind_of(args["left"])
        if kind is None:
            return None
        if kind != args["entity_type"]:
            return FALSE
        return self.fold({"in": {"left": args["left"], "right": args["in"]}}) if "in" in args else TRUE

    def _has(self, args: JsonObject) -> Json | None:
        if {".": args} == part_of_context("approval"):
            return _truth(self._situation.approval is not None)
        return TRUE if args["attr"] in fields_of(args["left"]) else None

    def _attribute(self, args: JsonObject) -> Json | None:
        approval = self._situation.approval
        if approval is not None and {".": args} == part_of_context("approval"):
            approvers = set_of([literal(approver) for approver in approval.approvers])
            return {"Record": {"route": literal(approval.route), "approvers": approvers}}
        return fields_of(args["left"]).get(str(args["attr"]))


def _and(args: JsonObject) -> Json | None:
    return _absorbed(args, zero=FALSE, one=TRUE)


def _or(args: JsonObject) -> Json | None:
    return _absorbed(args, zero=TRUE, one=FALSE)


def _absorbed(args: JsonObject, *, zero: Json, one: Json) -> Json | None:
    left, right = args["left"], args["right"]
    if zero in (left, right):
        return zero
    return right if left == one else left if right == one else None


def _not(args: JsonObject) -> Json | None:
    return FALSE if args["arg"] == TRUE else TRUE if args["arg"] == FALSE else None


def _equal(args: JsonObject) -> Json | None:
    return _truth(same(args["left"], args["right"])) if all_literal(args["left"], args["right"]) else None


def _unequal(args: JsonObject) -> Json | None:
    equal = _equal(args)
    return None if equal is None else _not({"arg": equal})


def _choice(args: JsonObject) -> Json | None:
    return args["then"] if args["if"] == TRUE else args["else"] if args["if"] == FALSE else None


def _contains(args: JsonObject) -> Json | None:
    return _contains_all({"left": args["left"], "right": set_of([args["right"]])})


def _contains_all(args: JsonObject) -> Json | None:
    found = _found(args)
    return None if found is None else _truth(all(found))


def _contains_any(args: JsonObject) -> Json | None:
    found = _found(args)
    return None if found is None else _truth(any(found))


def _found(args: JsonObject) -> list[bool] | None:
    """For each member of the right set whether the left has it; None if either is not a set of literals."""
    left, right = members_of(args["left"]), members_of(args["right"])
    if left is None or right is None or not all_literal(*left, *right):
        return None
    return [any(same(member, each) for each in left) for member in right]


def _truth(holds: bool) -> Json:
    return TRUE if holds else FALSE


_RULES: Mapping[str, Callable[[JsonObject], Json | None]] = {
    "&&": _and,
    "||": _or,
    "!": _not,
    "==": _equal,
    "!=": _unequal,
    "if-then-else": _choice,
    "contains": _contains,
    "containsAll": _contains_all,
    "containsAny": _contains_any,
}
