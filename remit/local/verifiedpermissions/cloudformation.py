"""The CloudFormation resources, as operations of the service.

`Ref` of a resource with a compound identifier joins its parts with `|`, as CloudFormation does. A change that UpdatePolicy or
UpdatePolicyTemplate refuses (effect, principal, resource, kind of policy) fails the stack update, as on AWS.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from remit.local.verifiedpermissions.contract import operation_model
from remit.local.verifiedpermissions.errors import ResourceNotFoundException, ServiceError, invalid

Json = Any
Properties = Mapping[str, Json]
Provisioned = tuple[str, dict[str, Any]]
Call = Callable[[str, dict[str, Any]], dict[str, Any]]

PREFIX = "AWS::VerifiedPermissions::"

# What CloudFormation replaces a resource for.
REPLACING = {
    "PolicyStore": frozenset[str](),
    "Policy": frozenset({"PolicyStoreId"}),
    "PolicyTemplate": frozenset({"PolicyStoreId"}),
    "IdentitySource": frozenset({"PolicyStoreId"}),
    "PolicyStoreAlias": frozenset({"AliasName", "PolicyStoreId"}),
}


def as_request(operation: str, properties: Properties, without: Iterable[str] = ()) -> dict[str, Any]:
    """Properties in CloudFormation's spelling, but for those `without`, as a request to an operation."""
    shape = operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return _structure(shape, {name: value for name, value in properties.items() if name not in without}, "")


def _structure(shape: StructureShape, given: Properties, path: str) -> dict[str, Any]:
    spelt = {name[0].upper() + name[1:]: name for name in shape.members}
    if unknown := given.keys() - spelt.keys():
        raise invalid(path or "/", f"extraneous key [{min(unknown)}] is not permitted")
    return {spelt[name]: _member(shape.members[spelt[name]], value, f"{path}/{name}") for name, value in given.items()}


def _member(shape: Shape, given: Json, path: str) -> Json:
    if isinstance(shape, StructureShape):
        return _structure(shape, given, path)
    if isinstance(shape, ListShape):
        return [_member(shape.member, member, path) for member in given]
    return given


def _mode_unwrapped(properties: Properties) -> dict[str, Any]:
    """CloudFormation wraps DeletionProtection in {"Mode": …}; the operations take the mode itself."""
    wrapped = properties.get("DeletionProtection")
    return {**properties} if wrapped is None else {**properties, "DeletionProtection": wrapped["Mode"]}


def _tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


@dataclass(frozen=True)
class PolicyStores:
    call: Call

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        request = as_request("CreatePolicyStore", _mode_unwrapped(properties), without=("Schema", "Tags"))
        store_id = self.call("CreatePolicyStore", {**request, "tags": _tag_map(properties.get("Tags"))})["policyStoreId"]
        try:
            self._put_schema(store_id, properties)
        except ServiceError:
            self.call("DeletePolicyStore", {"policyStoreId": store_id})
            raise
        return self._provisioned(store_id)

    def update(self, store_id: str, old: Properties, new: Properties, stack: str) -> Provisioned:
        changes = {**_cleared(old), "DeletionProtection": "DISABLED", **_mode_unwrapped(new)}
        request = as_request("UpdatePolicyStore", changes, without=("Schema", "Tags", "EncryptionSettings"))
        self.call("UpdatePolicyStore", {**request, "policyStoreId": store_id})
        if old.get("Schema") != new.get("Schema"):
            self._put_schema(store_id, {"Schema": {"CedarJson": "{}"}, **new})
        self._retag(store_id, _tag_map(old.get("Tags")), _tag_map(new.get("Tags")))
        return self._provisioned(store_id)

    def delete(self, store_id: str, properties: Properties) -> None:
        self.call("DeletePolicyStore", {"policyStoreId": store_id})

    def _put_schema(self, store_id: str, properties: Properties) -> None:
        if schema := properties.get("Schema"):
            self.call("PutSchema", {"policyStoreId": store_id, "definition": {"cedarJson": schema["CedarJson"]}})

    def _retag(self, store_id: str, old: dict[str, str], new: dict[str, str]) -> None:
        arn = self.call("GetPolicyStore", {"policyStoreId": store_id})["arn"]
        if gone := sorted(old.keys() - new.keys()):
            self.call("UntagResource", {"resourceArn": arn, "tagKeys": gone})
        self.call("TagResource", {"resourceArn": arn, "tags": new})

    def _provisioned(self, store_id: str) -> Provisioned:
        store = self.call("GetPolicyStore", {"policyStoreId": store_id})
        return store_id, {"PolicyStoreId": store_id, "Arn": store["arn"], "EncryptionState": _encryption_state(store["encryptionState"])}


def _encryption_state(state: Mapping[str, Any]) -> dict[str, Any]:
    kms = state.get("kmsEncryptionState")
    return {"KmsEncryptionState": {"Key": kms["key"], "EncryptionContext": kms["encryptionContext"]}} if kms else {"Default": {}}


@dataclass(frozen=True)
class Policies:
    call: Call

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        return self._provisioned(self.call("CreatePolicy", as_request("CreatePolicy", properties)))

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Provisioned:
        policy_id, store_id = physical_id.split("|")
        changes = {**_cleared(old), **new}
        if old["Definition"] == new["Definition"]:
            del changes["Definition"]
        request = as_request("UpdatePolicy", changes, without=("PolicyStoreId",))
        return self._provisioned(self.call("UpdatePolicy", {**request, "policyStoreId": store_id, "policyId": policy_id}))

    def delete(self, physical_id: str, properties: Properties) -> None:
        policy_id, store_id = physical_id.split("|")
        _gone_is_deleted(self.call, "DeletePolicy", policyStoreId=store_id, policyId=policy_id)

    def _provisioned(self, policy: Mapping[str, Any]) -> Provisioned:
        attributes = {"PolicyId": policy["policyId"], "PolicyType": policy["policyType"]}
        return f"{policy['policyId']}|{policy['policyStoreId']}", attributes


@dataclass(frozen=True)
class PolicyTemplates:
    call: Call

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        return self._provisioned(self.call("CreatePolicyTemplate", as_request("CreatePolicyTemplate", properties)))

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Provisioned:
        store_id, template_id = physical_id.split("|")
        changes = {**_cleared(old), **new}
        named = {"policyStoreId": store_id, "policyTemplateId": template_id}
        request = {**as_request("UpdatePolicyTemplate", changes, without=("PolicyStoreId",)), **named}
        return self._provisioned(self.call("UpdatePolicyTemplate", request))

    def delete(self, physical_id: str, properties: Properties) -> None:
        store_id, template_id = physical_id.split("|")
        _gone_is_deleted(self.call, "DeletePolicyTemplate", policyStoreId=store_id, policyTemplateId=template_id)

    def _provisioned(self, template: Mapping[str, Any]) -> Provisioned:
        template_id = template["policyTemplateId"]
        return f"{template['policyStoreId']}|{template_id}", {"PolicyTemplateId": template_id}


@dataclass(frozen=True)
class IdentitySources:
    call: Call

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        return self._provisioned(self.call("CreateIdentitySource", as_request("CreateIdentitySource", properties)))

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Provisioned:
        source_id, store_id = physical_id.split("|")
        changes = {"UpdateConfiguration" if name == "Configuration" else name: value for name, value in new.items()}
        named = {"policyStoreId": store_id, "identitySourceId": source_id}
        request = {**as_request("UpdateIdentitySource", changes, without=("PolicyStoreId",)), **named}
        return self._provisioned(self.call("UpdateIdentitySource", request))

    def delete(self, physical_id: str, properties: Properties) -> None:
        source_id, store_id = physical_id.split("|")
        _gone_is_deleted(self.call, "DeleteIdentitySource", policyStoreId=store_id, identitySourceId=source_id)

    def _provisioned(self, source: Mapping[str, Any]) -> Provisioned:
        named = {"policyStoreId": source["policyStoreId"], "identitySourceId": source["identitySourceId"]}
        details = self.call("GetIdentitySource", named).get("details", {})
        spelt = {f"Details.{name[0].upper()}{name[1:]}": value for name, value in details.items()}
        attributes = {"IdentitySourceId": source["identitySourceId"], **spelt}
        return f"{source['identitySourceId']}|{source['policyStoreId']}", attributes


@dataclass(frozen=True)
class PolicyStoreAliases:
    call: Call

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        alias = self.call("CreatePolicyStoreAlias", as_request("CreatePolicyStoreAlias", properties))
        return alias["aliasName"], {}

    def delete(self, name: str, properties: Properties) -> None:
        # A name that stays reserved for a day would stop the stack from being deployed again.
        self.call("DeletePolicyStoreAlias", {"aliasName": name, "deletionMode": "HardDelete"})


def _cleared(old: Properties) -> dict[str, str]:
    """What the service would otherwise keep of a property that the template no longer has."""
    return {name: "" for name in ("Name", "Description") if name in old}


def _gone_is_deleted(call: Call, operation: str, **request: str) -> None:
    try:
        call(operation, request)
    except ResourceNotFoundException:
        return


def resource_handlers(call: Call) -> dict[str, dict[str, Callable[..., Any]]]:
    """Create, update and delete of each resource type."""
    stores, policies, templates = PolicyStores(call), Policies(call), PolicyTemplates(call)
    sources, aliases = IdentitySources(call), PolicyStoreAliases(call)
    return {
        f"{PREFIX}PolicyStore": {"create": stores.create, "update": stores.update, "delete": stores.delete},
        f"{PREFIX}Policy": {"create": policies.create, "update": policies.update, "delete": policies.delete},
        f"{PREFIX}PolicyTemplate": {"create": templates.create, "update": templates.update, "delete": templates.delete},
        f"{PREFIX}IdentitySource": {"create": sources.create, "update": sources.update, "delete": sources.delete},
        f"{PREFIX}PolicyStoreAlias": {"create": aliases.create, "delete": aliases.delete},
    }
