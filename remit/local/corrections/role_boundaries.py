"""A role that CloudFormation makes has the permissions boundary that its template gives it."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

Provisioned = tuple[str, dict[str, Any]]


def apply() -> None:
    """Set the boundary wherever a role is made or changed."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create: Callable[..., Provisioned] = handlers["create"]
    update: Callable[..., Provisioned] = handlers["update"]

    def corrected_create(logical_id: str, props: Mapping[str, Any], *rest: object) -> Provisioned:
        return _bounded(create(logical_id, props, *rest), props)

    def corrected_update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: object, **more: object) -> Provisioned:
        return _bounded(update(physical_id, old, new, *rest, **more), new)

    handlers.update(create=corrected_create, update=corrected_update)


def _bounded(provisioned: Provisioned, props: Mapping[str, Any]) -> Provisioned:
    iam._roles[provisioned[0]]["PermissionsBoundary"] = props.get("PermissionsBoundary")
    return provisioned
