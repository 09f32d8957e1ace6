"""Callers with permissions of their own in the local cloud."""

import json
from collections.abc import Mapping
from typing import Any

import boto3

from remit.local.state import CloudState, Credentials


def create_user(state: CloudState, name: str, policy_document: Mapping[str, Any]) -> Credentials:
    """An IAM user with exactly this policy and a fresh access key; an existing user's policy and keys are replaced."""
    iam = boto3.client(
        "iam",
        endpoint_url=state.endpoint,
        region_name=state.region,
        aws_access_key_id=state.admin.access_key_id,
        aws_secret_access_key=state.admin.secret_access_key,
    )
    try:
        iam.create_user(UserName=name)
    except iam.exceptions.EntityAlreadyExistsException:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.put_user_policy(UserName=name, PolicyName="remit", PolicyDocument=json.dumps(policy_document))
    created = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(access_key_id=created["AccessKeyId"], secret_access_key=created["SecretAccessKey"])
