"""What the charters let each agent's role reach, and what the synthesised templates do: two sets of cells that have to be the same.

Only documents are read: no AWS, no CDK. No condition on an Allow is believed but the one that binds it to partition keys, and a policy
from elsewhere is taken for all it could be, so that what is told here is never less than what IAM would allow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from remit.domain.charter import Charter
from remit.domain.permission import CALL, MEMORY_READS, OWN_TENANT, SEND_MAIL, Permission, ReadPermission, only_keys
from remit.names import Names

Template = Mapping[str, Any]
# The partition keys that a grant is bound to; None: it is bound to none.
Keys = frozenset[str] | None


class Grant(NamedTuple):
    """An action on a resource; both may be patterns."""

    action: str
    resource: str
    keys: Keys = None


_ATTACHING = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}


class Cell(NamedTuple):
    """`role` by its name; `resource` as service and name: `dynamodb:table/remit-prod-claims-claims`; `keys` are the partition keys of
    it that are within reach, sorted, or None for all of them."""

    role: str
    action: str
    resource: str
    keys: tuple[str, ...] | None = None

    @property
    def of(self) -> str:
        """The resource in words."""
        return self.resource if self.keys is None else f"{self.resource} of {', '.join(self.keys)}"


class Difference(NamedTuple):
    """Cells that IAM reaches and no charter gives, and cells that a charter gives and IAM does not reach."""

    beyond: tuple[Cell, ...]
    short: tuple[Cell, ...]


def compare(charters: Iterable[Charter], templates: Iterable[Template], names: Names) -> Difference:
    """Templates of all stacks of one stage."""
    wanted, found = reach(charters, names), granted(templates, names)
    return Difference(beyond=tuple(sorted(found - wanted, key=str)), short=tuple(sorted(wanted - found, key=str)))


def reach(charters: Iterable[Charter], names: Names) -> frozenset[Cell]:
    """Every cell that a charter gives one of its agents, to act, to look, to write to people, or to remember."""
    return frozenset(cell for charter in charters for cell in _cells(charter, names))


def _cells(charter: Charter, names: Names) -> Iterator[Cell]:
    for agent in charter.agents:
        acts, looks = names.agent_role(charter.domain, agent), names.reader_role(charter.domain, agent)
        yield from (_cell(acts, grant) for grant in _given(charter, charter.permissions_of(agent), names))
        yield from (_cell(looks, grant) for grant in _given(charter, charter.reads_of(agent), names))
        yield from (Cell(acts, SEND_MAIL, f"ses:identity/{charter.senders[sender].address}") for sender in charter.senders_of(agent))
        for role, operations in ((acts, charter.calls_of(agent)), (looks, charter.verify_calls_of(agent))):
            functions = (names.operation(charter.domain, operation) for operation in operations)
            yield from (Cell(role, CALL, f"lambda:function:{function}") for function in functions)
        if namespaces := frozenset(charter.namespaces_of(agent)):
            yield from (_cell(acts, Grant(action.value, _table(names.table("facts")), namespaces)) for action in MEMORY_READS)


def _cell(role: str, grant: Grant) -> Cell:
    return Cell(role, grant.action, grant.resource, None if grant.keys is None else tuple(sorted(grant.keys)))


def _given(charter: Charter, permissions: Iterable[Permission | ReadPermission], names: Names) -> Iterator[Grant]:
    for permission in permissions:
        index = f"/index/{permission.index}" if isinstance(permission, Permission) and permission.index else ""
        table = _table(names.business_table(charter.domain, permission.table))
        keys = frozenset({OWN_TENANT}) if charter.tables[permission.table].tenant else None
        yield from (Grant(action.value, f"{table}{index}", keys) for action in permission.actions)


def granted(templates: Iterable[Template], names: Names) -> frozenset[Cell]:
    """Every cell that IAM allows a role that is named like an agent's: its own policies, within its boundary, less what is denied."""
    like_an_agents = re.compile(re.escape(names.of("")) + ".*-(agent|reader)")
    roles = (role for role in _roles(tuple(templates)) if like_an_agents.fullmatch(role.name))
    return frozenset(_cell(role.name, grant) for role in roles for grant in role.allowed())


def _table(name: str) -> str:
    return f"dynamodb:table/{name}"


def _roles(templates: Sequence[Template]) -> Iterator["_Role"]:
    for own in templates:
        roles = (logical_id for logical_id, resource in own["Resources"].items() if resource["Type"] == "AWS::IAM::Role")
        yield from (_Role(logical_id, own, templates) for logical_id in roles)


class _Role:
    """One role of one template, and all that is attached to it anywhere."""

    def __init__(self, logical_id: str, own: Template, templates: Sequence[Template]) -> None:
        self._own, self._templates, self._ref = own["Resources"], templates, {"Ref": logical_id}
        self._properties = self._own[logical_id]["Properties"]
        self.name = _flat(self._properties.get("RoleName", logical_id))

    def allowed(self) -> set[Grant]:
        grants = self._of("Allow", self._documents())
        if "PermissionsBoundary" in self._properties:
            limits = self._of("Allow", [self._managed(self._properties["PermissionsBoundary"])])
            grants = {both for grant in grants for limit in limits if (both := _intersection(grant, limit))}
        denied = self._of("Deny", self._documents())
        return {grant for grant in grants if not any(_covers(denial, grant) for denial in denied)}

    def _documents(self) -> list[Mapping[str, Any]]:
        """Inline, attached by reference from this role, and attached by a policy that names this role."""
        inline = [policy["PolicyDocument"] for policy in self._properties.get("Policies", [])]
        attached = [self._managed(arn) for arn in self._properties.get("ManagedPolicyArns", [])]
        return [*inline, *attached, *self._naming()]

    def _naming(self) -> Iterator[Mapping[str, Any]]:
        for template in self._templates:
            for policy in (each["Properties"] for each in template["Resources"].values() if each["Type"] in _ATTACHING):
                roles = policy.get("Roles", [policy.get("RoleName")])
                if self.name in roles or (template["Resources"] is self._own and self._ref in roles):
                    yield policy["PolicyDocument"]

    def _managed(self, arn: object) -> Mapping[str, Any]:
        """The document behind a managed policy; one that is not in the template may allow anything."""
        known = self._own.get(arn["Ref"]) if isinstance(arn, dict) and "Ref" in arn else None
        anything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        return known["Properties"]["PolicyDocument"] if known else anything

    @staticmethod
    def _of(effect: str, documents: Iterable[Mapping[str, Any]]) -> set[Grant]:
        statements = (statement for document in documents for statement in _listed(document["Statement"]))
        return {grant for statement in statements if _counts(statement, effect) for grant in _grants(statement)}


def _grants(statement: Mapping[str, Any]) -> Iterator[Grant]:
    """What is said by exclusion counts as everything."""
    keys = _keys(statement.get("Condition"))
    for action in _listed(statement.get("Action", "*")):
        for resource in _listed(statement.get("Resource", "*")):
            yield Grant(action, _short(_flat(resource)), keys)


def _keys(condition: object) -> Keys:
    """The partition keys of a condition that is exactly of this form; any other counts as none."""
    match condition:
        case {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys}} if condition == only_keys(*_listed(keys)):
            return frozenset(_listed(keys))
    return None


def _counts(statement: Mapping[str, Any], effect: str) -> bool:
    """A Deny that does not always hold takes nothing away."""
    exact = not {"Condition", "NotAction", "NotResource"} & statement.keys()
    return bool(statement["Effect"] == effect and (effect == "Allow" or exact))


def _intersection(one: Grant, other: Grant) -> Grant | None:
    action, resource = _narrower(one.action.lower(), other.action.lower()), _narrower(one.resource, other.resource)
    spelt = other.action if action == other.action.lower() else one.action
    keys = _common(one.keys, other.keys)
    return Grant(spelt, resource, keys) if action and resource and keys != frozenset() else None


def _common(one: Keys, other: Keys) -> Keys:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _narrower(one: str, other: str) -> str | None:
    """The pattern that the other one covers; of two that only might overlap, the first."""
    if fnmatchcase(other, one):
        return other
    return one if fnmatchcase(one, other) or ("*" in one and "*" in other) else None


def _covers(pattern: Grant, grant: Grant) -> bool:
    return fnmatchcase(grant.action.lower(), pattern.action.lower()) and fnmatchcase(grant.resource, pattern.resource)


def _flat(value: object) -> str:
    """A template's value as text: what is only known at deployment stands in angle brackets."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(_flat(part) for part in value["Fn::Join"][1])
    words = re.findall(r"[\w.-]+", str(value))
    return f"<{' '.join(words)}>"


def _short(arn: str) -> str:
    """Service and name, whatever the partition, region and account."""
    parts = arn.split(":", 5)
    return f"{parts[2]}:{parts[5]}" if len(parts) == 6 else arn  # noqa: PLR2004 (an ARN has six parts)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
