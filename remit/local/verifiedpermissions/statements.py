"""Accepting a Cedar statement into a store: its size, its syntax, and in a STRICT store its validation."""

from collections.abc import Callable

from remit.local.verifiedpermissions.cedar import CedarError, Statement, validation_errors
from remit.local.verifiedpermissions.errors import ServiceQuotaExceededException, ValidationException, invalid
from remit.local.verifiedpermissions.state import Policy, PolicyStore, Template

MOST_BYTES = 10_000
MOST_BYTES_PER_RESOURCE = 200_000


def accept(store: PolicyStore, text: str, parse: Callable[[str], Statement], path: str, resource_type: str) -> Statement:
    """The parsed statement, if this store takes it."""
    if len(text.encode()) > MOST_BYTES:
        raise ServiceQuotaExceededException(f"A policy has at most {MOST_BYTES} bytes", resource_type)
    try:
        statement = parse(text)
    except CedarError as error:
        raise invalid(path, f"Failed to parse the policy: {error}") from error
    validate(store, statement, path)
    return statement


def validate(store: PolicyStore, statement: Statement, path: str) -> None:
    """Raise with Cedar's own words if a STRICT store must not hold the statement."""
    if store.mode != "STRICT":
        return
    if store.schema is None:
        raise invalid(path, "Policy validation failed: No schema present - automatically failing all validation")
    if errors := validation_errors(statement, store.schema.parsed):
        fields = [{"path": path, "message": error} for error in errors]
        raise ValidationException("Policy validation failed: " + "; ".join(errors), fields)


def check_head_unchanged(old: Statement, new: Statement, path: str) -> None:
    """An update may change the action and the conditions of a statement only."""
    if not old.same_head(new):
        raise invalid(path, "The effect, the principal and the resource of a policy cannot be changed by an update")


def check_room(store: PolicyStore, policy: Policy) -> None:
    """Raise if, with this policy, the policies of its resource would be too large together.

    Policies without a resource share one allowance. A template counts once however many policies it has for the resource.
    """
    others = [other for other in store.policies.values() if other.id != policy.id]
    peers = [policy, *(other for other in others if other.resource == policy.resource)]
    templates = {peer.link.template.id: peer.link.template for peer in peers if peer.link}
    if sum(map(_size, peers)) + sum(map(_template_size, templates.values())) > MOST_BYTES_PER_RESOURCE:
        raise ServiceQuotaExceededException(f"The policies of one resource have at most {MOST_BYTES_PER_RESOURCE} bytes", "POLICY")


def _size(policy: Policy) -> int:
    if policy.statement:
        return len(policy.statement.text.encode())
    values = policy.link.values.values() if policy.link else ()
    return sum(len(text.encode()) for value in values for text in value.values())


def _template_size(template: Template) -> int:
    return len(template.statement.text.encode())
