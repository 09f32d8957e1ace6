"""The bucket that keeps mail: encrypted, and private to the functions of the mailbox service."""

from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.stages import Stage


class MailStore(s3.Bucket):
    """Not versioned: a message that was deleted is gone."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=stage.tls,
            removal_policy=stage.removal_policy,
        )
        acknowledge(self, "AwsSolutions-S1", "Who read which object is in CloudTrail's data events, which are the account's choice.")
        acknowledge(self, "AwsSolutions-S10", "Off only on the local stage, whose cloud speaks plain HTTP on this machine.")
