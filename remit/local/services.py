"""What a service needs that is added to MiniStack, which checks every signature, but permissions only for services of its own."""

from collections.abc import Callable, Mapping

from ministack import app
from ministack.core.iam_actions import identity_denial_message
from ministack.core.iam_evaluator import AuthError, enforce
from ministack.core.router import extract_access_key_id


def refusal(headers: Mapping[str, str], action: str, region: str, resource: str = "*", keys: Mapping[str, str] | None = None) -> str | None:
    """Why the signer may not do `action` (`service:Operation`) on the resource; None if it may. `keys` are those of the service."""
    if not app.AUTH:
        return None
    service = action.partition(":")[0]
    denied = enforce(extract_access_key_id(headers), action, service, region, resource_arn=resource, service_context=keys)
    if isinstance(denied, AuthError):
        return str(denied.message)
    return str(identity_denial_message(action, denied.principal_arn, resource, denied.decision == "Deny")) if denied else None


def forget_too(reset: Callable[[], None]) -> None:
    """Have MiniStack's own reset forget what the service holds."""
    reset_others = app._reset_all_state

    def reset_all() -> None:
        reset_others()
        reset()

    app._reset_all_state = reset_all
