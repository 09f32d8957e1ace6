"""The bucket that keeps the ledger: what is put stays as it is until its retention ends, whoever wants otherwise."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.constructs.function import Function
from stacks.stages import Stage

_REMOVALS = ("DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention", "PutBucketVersioning")


class Archive(s3.Bucket):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=name,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=stage.archive_retention,
            encryption=s3.BucketEncryption.KMS_MANAGED,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=stage.tls,
            removal_policy=stage.removal_policy,
        )
        acknowledge(self, "AwsSolutions-S1", "Who read which object is in CloudTrail's data events, which are the account's choice.")
        acknowledge(self, "AwsSolutions-S10", "Off only on the local stage, whose cloud speaks plain HTTP on this machine.")
        self._deny(_REMOVALS)
        # Not even a writer can put something in another object's place.
        self._deny(["PutObject"], Null={"s3:if-none-match": "true"})

    def only_written_by(self, writers: Sequence[Function]) -> None:
        """Whatever else is ever granted, nobody else puts anything."""
        roles = [writer.role.role_arn for writer in writers]
        self._deny(["PutObject"], ArnNotEquals={"aws:PrincipalArn": roles})

    def _deny(self, actions: Sequence[str], **conditions: dict[str, str | list[str]]) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[f"s3:{action}" for action in actions],
                resources=[self.bucket_arn, self.arn_for_objects("*")],
                conditions=conditions or None,
            )
        )
