"""A bucket is deployed with the Object Lock that its template gives it."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

Provisioned = tuple[str, dict[str, Any]]


def apply() -> None:
    """Lock it where it is made; AWS lets a template turn the lock on there and nowhere else."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create: Callable[..., Provisioned] = handlers["create"]

    def corrected_create(logical_id: str, props: Mapping[str, Any], *rest: object) -> Provisioned:
        provisioned = create(logical_id, props, *rest)
        if str(props.get("ObjectLockEnabled", "")).lower() == "true":
            rule = props.get("ObjectLockConfiguration", {}).get("Rule", {})
            s3._bucket_versioning[provisioned[0]] = "Enabled"
            s3._bucket_object_lock[provisioned[0]] = {"enabled": True, "default_retention": _retention(rule.get("DefaultRetention"))}
        return provisioned

    handlers["create"] = corrected_create


def _retention(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {"Mode": given["Mode"], **{unit: int(given[unit]) for unit in ("Days", "Years") if unit in given}}
