"""The key that seals are signed with: asymmetric, so that whoever has its public half can check them without AWS."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.function import Function
from stacks.stages import Stage


class SealKey(kms.Key):
    """Only the sealer signs with it, whatever else is granted in the account."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Signs the seals of {stage.names.table('ledger')}",
            alias=stage.names.of("seal"),
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            policy=iam.PolicyDocument(statements=[_the_accounts()]),
            removal_policy=stage.removal_policy,
        )

    def only_signs_for(self, sealer: Function) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["kms:Sign"],
                resources=["*"],
                conditions={"ArnNotEquals": {"aws:PrincipalArn": sealer.role.role_arn}},
            )
        )


def _the_accounts() -> iam.PolicyStatement:
    """Without it nobody could manage the key; who may is for the account's own policies to say."""
    root = iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root")
    return iam.PolicyStatement(principals=[root], actions=["kms:*"], resources=["*"])
