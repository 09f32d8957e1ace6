"""The synthesised stacks as plain text: what a role may do reads as "action on resource"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_cdk import App
from aws_cdk.cx_api import CloudAssembly

from app import compose

_EXPORT = re.compile(r"[0-9A-F]{8}")
STAGES = ("local", "prod")
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Deployment:
    """All resources of one stage, by stack and logical id: `claims:Gate…`. The templates are as they were synthesised."""

    stage: str
    resources: Mapping[str, Resource]
    templates: tuple[Resource, ...] = ()

    def of_type(self, kind: str) -> dict[str, Resource]:
        return {name: resource for name, resource in self.resources.items() if resource["Type"] == kind}

    def functions(self) -> dict[str, Resource]:
        """By name without the stage's prefix."""
        return {self.short(function["Properties"]["FunctionName"]): function for function in self.of_type("AWS::Lambda::Function").values()}

    def allowed(self, function: str) -> set[str]:
        return {grant for effect, grant in self.grants(self.functions()[function]["Properties"]["Role"]) if effect == "Allow"}

    def denied(self, function: str) -> set[str]:
        return {grant for effect, grant in self.grants(self.functions()[function]["Properties"]["Role"]) if effect == "Deny"}

    def grants_by_role(self, effect: str) -> dict[str, set[str]]:
        """What each role is allowed, or denied: by policies in it and attached to it, and by its boundary."""
        all_of = {name: self._all_of(name, role) for name, role in self.of_type("AWS::IAM::Role").items()}
        return {name: {grant for how, grant in found if how == effect} for name, found in all_of.items()}

    def _all_of(self, name: str, role: Resource) -> Iterator[tuple[str, str]]:
        yield from self.grants({"Fn::GetAtt": [name, "Arn"]})
        for policy in role["Properties"].get("Policies", ()):
            yield from self.statements(policy["PolicyDocument"])
        if boundary := role["Properties"].get("PermissionsBoundary"):
            yield from self.statements(self.resources[boundary["Ref"]]["Properties"]["PolicyDocument"])

    def grants(self, role: Resource) -> Iterator[tuple[str, str]]:
        """(effect, "action on resource") of the policies attached to a role that another resource refers to."""
        name = role["Fn::GetAtt"][0]
        for policy in self.of_type("AWS::IAM::Policy").values():
            if {"Ref": name} in policy["Properties"]["Roles"]:
                yield from self.statements(policy["Properties"]["PolicyDocument"])

    def statements(self, document: Resource) -> Iterator[tuple[str, str]]:
        for statement in document["Statement"]:
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield statement["Effect"], f"{action} on {self.text(resource)}"

    def text(self, value: str | Resource) -> str:
        """An ARN or name without partition, region, account and stage."""
        return self.short(self._flat(value).replace("arn:<AWS::Partition>:", "").replace("<AWS::Region>:<AWS::AccountId>:", ""))

    def short(self, name: str) -> str:
        return name.replace(f"remit-{self.stage}-", "")

    def _flat(self, value: str | Resource) -> str:
        if isinstance(value, str):
            return value
        if "Fn::Join" in value:
            return "".join(self._flat(part) for part in value["Fn::Join"][1])
        if "Fn::GetAtt" in value:
            return self._named(value["Fn::GetAtt"][0])
        if "Fn::ImportValue" in value:
            return f"<{_EXPORT.sub('', value['Fn::ImportValue'])}>"
        return f"<{value['Ref']}>"

    def _named(self, logical_id: str) -> str:
        properties = self.resources[logical_id]["Properties"]
        names = ("FunctionName", "LogGroupName", "RoleName", "TableName")
        return next((str(properties[name]) for name in names if name in properties), f"<{logical_id}>")


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def deployment(stage: str) -> Deployment:
    app = App(context={"aws:cdk:bundling-stacks": [], "stage": stage})
    compose(app)
    return deployed_by(app.synth(), stage)


def deployed_by(assembly: CloudAssembly, stage: str) -> Deployment:
    resources: dict[str, Resource] = {}
    for stack in assembly.stacks:
        scope = stack.stack_name.removeprefix(f"remit-{stage}-")
        resources |= {f"{scope}:{name}": scoped(resource, scope) for name, resource in stack.template["Resources"].items()}
    return Deployment(stage=stage, resources=resources, templates=tuple(stack.template for stack in assembly.stacks))


def scoped(value: Any, scope: str) -> Any:  # noqa: ANN401 (any part of a template)
    """The same with every reference to a logical id made one to `scope:id`: two domains have the same ids in their stacks."""
    if isinstance(value, list):
        return [scoped(part, scope) for part in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": str(name)} if not name.startswith("AWS::"):
            return {"Ref": f"{scope}:{name}"}
        case {"Fn::GetAtt": [name, attribute]}:
            return {"Fn::GetAtt": [f"{scope}:{name}", attribute]}
    return {key: scoped(part, scope) for key, part in value.items()}
