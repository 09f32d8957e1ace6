"""Static and template-linked policies."""

from typing import TYPE_CHECKING

from remit.local.verifiedpermissions.cedar import EntityIdentifier, parse_policy
from remit.local.verifiedpermissions.errors import ResourceNotFoundException, invalid
from remit.local.verifiedpermissions.lookup import claim_name, find, page, policy_of, store_of, template_of
from remit.local.verifiedpermissions.state import Account, Link, Policy, PolicyStore, Response, new_id
from remit.local.verifiedpermissions.statements import accept, check_head_unchanged, check_room, validate

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_STATEMENT = "/definition/static/statement"


def create_policy(account: Account, request: "t.CreatePolicyInputTypeDef") -> Response:
    store, name = store_of(account, request["policyStoreId"]), request.get("name")
    claim_name(store.policies.values(), name, "POLICY")
    definition, now = request["definition"], account.now()
    policy = Policy(new_id(), now, now, name=name or None)
    if "static" in definition:
        policy.statement = accept(store, definition["static"]["statement"], parse_policy, _STATEMENT, "POLICY")
        policy.description = definition["static"].get("description")
    else:
        policy.link = _link(store, definition["templateLinked"])
    check_room(store, policy)
    store.policies[policy.id] = policy
    store.changed()
    return _summary(store, policy)


def _link(store: PolicyStore, definition: "t.TemplateLinkedPolicyDefinitionTypeDef") -> Link:
    template = template_of(store, definition["policyTemplateId"])
    link = Link(template, _identifier(definition.get("principal")), _identifier(definition.get("resource")))
    if link.values.keys() != template.statement.slots:
        wanted = " and ".join(sorted(template.statement.slots))
        raise invalid("/definition/templateLinked", f"Policy template {template.id} takes exactly: {wanted}")
    validate(store, template.statement.linked(link.values), "/definition/templateLinked")
    return link


def _identifier(given: "t.EntityIdentifierTypeDef | None") -> EntityIdentifier | None:
    return {"entityType": given["entityType"], "entityId": given["entityId"]} if given else None


def _summary(store: PolicyStore, policy: Policy) -> Response:
    return {
        "policyStoreId": store.id,
        "policyId": policy.id,
        "policyType": _type(policy),
        "principal": policy.principal,
        "resource": policy.resource,
        "actions": policy.written.actions or None,
        "createdDate": policy.created,
        "lastUpdatedDate": policy.updated,
        "effect": policy.written.effect,
    }


def _type(policy: Policy) -> str:
    return "STATIC" if policy.statement else "TEMPLATE_LINKED"


def _definition(policy: Policy, with_statement: bool) -> Response:
    if policy.link:
        link = policy.link
        return {"templateLinked": {"policyTemplateId": link.template.id, "principal": link.principal, "resource": link.resource}}
    static = {"description": policy.description}
    if with_statement and policy.statement:
        static["statement"] = policy.statement.text
    return {"static": static}


def get_policy(account: Account, request: "t.GetPolicyInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    policy = policy_of(store, request["policyId"])
    return {**_summary(store, policy), "definition": _definition(policy, with_statement=True), "name": policy.name}


def batch_get_policy(account: Account, request: "t.BatchGetPolicyInputTypeDef") -> Response:
    results, errors = [], []
    for item in request["requests"]:
        try:
            found = get_policy(account, item)
        except ResourceNotFoundException as error:
            code = f"{error.members['resourceType']}_NOT_FOUND"
            errors.append({"code": code, "message": error.message, **item})
        else:
            results.append({key: value for key, value in found.items() if key not in ("principal", "resource", "actions", "effect")})
    return {"results": results, "errors": errors}


def list_policies(account: Account, request: "t.ListPoliciesInputTypeDef") -> Response:
    store, wanted = store_of(account, request["policyStoreId"]), request.get("filter", {})
    if template := wanted.get("policyTemplateId"):
        wanted = {**wanted, "policyTemplateId": template_of(store, template).id}
    found = [policy for policy in store.policies.values() if _matches(policy, wanted)]
    policies, token = page(request, found, lambda policy: policy.id)
    return {"policies": [_item(store, policy) for policy in policies], "nextToken": token}


def _item(store: PolicyStore, policy: Policy) -> Response:
    return {**_summary(store, policy), "definition": _definition(policy, with_statement=False), "name": policy.name}


def _matches(policy: Policy, wanted: "t.PolicyFilterTypeDef") -> bool:
    template = policy.link.template.id if policy.link else None
    return (
        wanted.get("policyType") in (None, _type(policy))
        and wanted.get("policyTemplateId") in (None, template)
        and _refers(wanted.get("principal"), policy.principal)
        and _refers(wanted.get("resource"), policy.resource)
    )


def _refers(reference: "t.EntityReferenceTypeDef | None", entity: EntityIdentifier | None) -> bool:
    if reference is None:
        return True
    if "unspecified" in reference:
        return reference["unspecified"] == (entity is None)
    return _identifier(reference["identifier"]) == entity


def update_policy(account: Account, request: "t.UpdatePolicyInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    policy = policy_of(store, request["policyId"])
    claim_name(store.policies.values(), request.get("name"), "POLICY", policy.id)
    if "definition" in request:
        _update_static(store, policy, request["definition"]["static"])
    policy.name = request.get("name", policy.name) or None
    policy.updated = account.now()
    return _summary(store, policy)


def _update_static(store: PolicyStore, policy: Policy, definition: "t.UpdateStaticPolicyDefinitionTypeDef") -> None:
    if policy.statement is None:
        raise invalid("/definition", "A template-linked policy is changed through its policy template")
    statement = accept(store, definition["statement"], parse_policy, _STATEMENT, "POLICY")
    check_head_unchanged(policy.statement, statement, _STATEMENT)
    check_room(store, Policy(policy.id, policy.created, policy.updated, statement))
    policy.statement = statement
    policy.description = definition.get("description", policy.description)
    store.changed()


def delete_policy(account: Account, request: "t.DeletePolicyInputTypeDef") -> Response:
    """Delete a policy; one that is gone already is no error."""
    store = store_of(account, request["policyStoreId"])
    if policy := find(store.policies.values(), request["policyId"]):
        del store.policies[policy.id]
        store.changed()
    return {}
