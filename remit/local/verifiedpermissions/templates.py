"""Policy templates."""

from typing import TYPE_CHECKING

from remit.local.verifiedpermissions.cedar import parse_template
from remit.local.verifiedpermissions.errors import ServiceQuotaExceededException
from remit.local.verifiedpermissions.lookup import claim_name, page, store_of, template_of
from remit.local.verifiedpermissions.state import Account, PolicyStore, Response, Template, new_id
from remit.local.verifiedpermissions.statements import accept, check_head_unchanged

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_MOST_TEMPLATES = 40


def create_policy_template(account: Account, request: "t.CreatePolicyTemplateInputTypeDef") -> Response:
    store, name = store_of(account, request["policyStoreId"]), request.get("name")
    if len(store.templates) >= _MOST_TEMPLATES:
        raise ServiceQuotaExceededException(f"A policy store has at most {_MOST_TEMPLATES} policy templates", "POLICY_TEMPLATE")
    claim_name(store.templates.values(), name, "POLICY_TEMPLATE")
    statement, now = accept(store, request["statement"], parse_template, "/statement", "POLICY_TEMPLATE"), account.now()
    template = Template(new_id(), statement, now, now, request.get("description"), name or None)
    store.templates[template.id] = template
    return _stamp(store, template)


def _stamp(store: PolicyStore, template: Template) -> Response:
    return {
        "policyStoreId": store.id,
        "policyTemplateId": template.id,
        "createdDate": template.created,
        "lastUpdatedDate": template.updated,
    }


def _described(store: PolicyStore, template: Template) -> Response:
    return {**_stamp(store, template), "description": template.description, "name": template.name}


def get_policy_template(account: Account, request: "t.GetPolicyTemplateInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    template = template_of(store, request["policyTemplateId"])
    return {**_described(store, template), "statement": template.statement.text}


def list_policy_templates(account: Account, request: "t.ListPolicyTemplatesInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    templates, token = page(request, list(store.templates.values()), lambda template: template.id)
    return {"policyTemplates": [_described(store, template) for template in templates], "nextToken": token}


def update_policy_template(account: Account, request: "t.UpdatePolicyTemplateInputTypeDef") -> Response:
    """Change a template, and with it every policy linked to it."""
    store = store_of(account, request["policyStoreId"])
    template = template_of(store, request["policyTemplateId"])
    claim_name(store.templates.values(), request.get("name"), "POLICY_TEMPLATE", template.id)
    statement = accept(store, request["statement"], parse_template, "/statement", "POLICY_TEMPLATE")
    check_head_unchanged(template.statement, statement, "/statement")
    template.statement = statement
    template.description = request.get("description", template.description)
    template.name = request.get("name", template.name) or None
    template.updated = account.now()
    store.changed()
    return _stamp(store, template)


def delete_policy_template(account: Account, request: "t.DeletePolicyTemplateInputTypeDef") -> Response:
    """Delete a template and every policy linked to it."""
    store = store_of(account, request["policyStoreId"])
    template = template_of(store, request["policyTemplateId"])
    del store.templates[template.id]
    store.policies = {key: policy for key, policy in store.policies.items() if policy.link is None or policy.link.template is not template}
    store.changed()
    return {}
