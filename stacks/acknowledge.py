"""Findings of cdk-nag that stand, each with its reason."""

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(construct: IConstruct, arn: str, reason: str) -> None:
    """One granted ARN with a star in it, written as cdk-nag writes it."""
    resolved = Stack.of(construct).resolve(arn)
    parts = [part if isinstance(part, str) else f"<{part['Ref']}>" for part in resolved["Fn::Join"][1]]
    acknowledge(construct, f"AwsSolutions-IAM5[Resource::{''.join(parts)}]", reason)
