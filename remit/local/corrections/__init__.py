"""Where MiniStack answers otherwise than AWS: each correction replaces private functions of exactly one version."""

from importlib.metadata import version

from remit.local.corrections import (
    alarm_dimensions,
    bedrock_actions,
    conditional_puts,
    embedded_metrics,
    event_retries,
    json_logs,
    lambda_errors,
    leading_keys,
    mail_details,
    mail_identities,
    mail_suppression,
    object_lock,
    partiql_actions,
    policy_variables,
    principal_arns,
    role_boundaries,
    source_identities,
    stream_failures,
    table_policies,
    task_resources,
    task_tokens,
)
from remit.local.state import LocalCloudError

MINISTACK = "1.5.33"
_CORRECTIONS = (
    alarm_dimensions,
    bedrock_actions,
    embedded_metrics,
    event_retries,
    policy_variables,
    leading_keys,
    lambda_errors,
    json_logs,
    mail_details,
    mail_identities,
    mail_suppression,
    partiql_actions,
    principal_arns,
    role_boundaries,
    source_identities,
    table_policies,
    conditional_puts,
    object_lock,
    stream_failures,
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
