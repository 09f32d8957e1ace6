"""A log group, encrypted with its stack's own key and kept as its stage says."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.stages import Stage

_KEY = "LogKey"
_ACTIONS = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "DescribeKey")


class LogGroup(logs.LogGroup):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, name: str) -> None:
        super().__init__(
            scope,
            construct_id,
            log_group_name=name,
            retention=stage.log_retention,
            removal_policy=stage.removal_policy,
            encryption_key=_key_of(Stack.of(scope), stage),
        )


def _key_of(stack: Stack, stage: Stage) -> kms.IKey:
    """One key for all log groups of a stack: whoever may read one domain's logs can read no other's."""
    found = stack.node.try_find_child(_KEY)
    return found if isinstance(found, kms.Key) else _new_key(stack, stage)


def _new_key(stack: Stack, stage: Stage) -> kms.Key:
    what = f"The logs of {stack.stack_name}"
    key = kms.Key(stack, _KEY, description=what, enable_key_rotation=True, removal_policy=stage.removal_policy)
    groups = stack.format_arn(
        service="logs", resource="log-group", resource_name=f"*{stage.names.of('*')}", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
            actions=[f"kms:{action}" for action in _ACTIONS],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
    )
    return key
