"""A DynamoDB table's own policy is deployed with it and has its say: what it denies is refused, whoever asks."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

Provisioned = tuple[str, dict[str, Any]]
_LOOKUP = "remit_table_policy"


def apply() -> None:
    """Set the policy wherever a table is made or changed, and let every check on a table ask it."""
    setattr(dynamodb, _LOOKUP, _policy_of)
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["dynamodb"] = ("dynamodb", _LOOKUP)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create: Callable[..., Provisioned] = handlers["create"]
    update: Callable[..., Provisioned] = handlers["update"]

    def corrected_create(logical_id: str, props: Mapping[str, Any], *rest: object) -> Provisioned:
        return _with_policy(create(logical_id, props, *rest), props)

    def corrected_update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: object, **more: object) -> Provisioned:
        return _with_policy(update(physical_id, old, new, *rest, **more), new)

    handlers.update(create=corrected_create, update=corrected_update)


def _with_policy(provisioned: Provisioned, props: Mapping[str, Any]) -> Provisioned:
    arn = provisioned[1]["Arn"]
    document = props.get("ResourcePolicy", {}).get("PolicyDocument")
    dynamodb._resource_policies.pop(arn, None)
    if document is not None:
        dynamodb._resource_policies[arn] = {"Policy": document, "RevisionId": "deployed"}
    return provisioned


def _policy_of(arn: str) -> tuple[object, str | None] | None:
    held = dynamodb._resource_policies.get(arn)
    return None if held is None else (held["Policy"], arn.split(":")[4])
