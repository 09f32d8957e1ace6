"""Where MiniStack answers otherwise than AWS: each correction replaces private functions of exactly one version."""

from importlib.metadata import version

from remit.local.corrections import (
    bedrock_actions,
    lambda_errors,
    leading_keys,
    mail_details,
    mail_identities,
    policy_variables,
    role_boundaries,
    task_resources,
    task_tokens,
)
from remit.local.state import LocalCloudError

MINISTACK = "1.5.33"
_CORRECTIONS = (
    bedrock_actions,
    policy_variables,
    leading_keys,
    lambda_errors,
    mail_details,
    mail_identities,
    role_boundaries,
    task_resources,
    task_tokens,
)


def apply() -> None:
    """Correct this process's MiniStack; call once, before it serves."""
    guard(version("ministack"))
    for correction in _CORRECTIONS:
        correction.apply()


def guard(installed: str) -> None:
    """Refuse any other MiniStack than the one these corrections were written against."""
    if installed != MINISTACK:
        raise LocalCloudError(f"Remit's local cloud needs ministack {MINISTACK} exactly, and {installed} is installed.")
