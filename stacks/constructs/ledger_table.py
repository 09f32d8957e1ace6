"""The ledger: entries are added by Remit's own roles, in transactions, and what is there is not changed by anyone."""

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.arns import Arns
from stacks.constructs.table import Table
from stacks.stages import Stage

REWRITES = ("UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")


def never_rewrites(arns: Arns) -> iam.PolicyStatement:
    """For each role's own policy or boundary, so that two layers refuse: whatever else is ever granted, no entry is changed or removed."""
    return iam.PolicyStatement(effect=iam.Effect.DENY, actions=_rewrites(), resources=[arns.table("ledger")])


class LedgerTable(Table):
    """Its own policy denies to everybody, whatever else somebody is granted. Every change is in its stream, as it was and as it is."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, arns: Arns) -> None:
        super().__init__(
            scope,
            construct_id,
            stage=stage,
            name=stage.names.table("ledger"),
            key="run",
            sort="seq",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            policy=_append_only(arns),
        )
        self.stream_arn = str(self.table_stream_arn)


def _rewrites() -> list[str]:
    return [f"dynamodb:{action}" for action in REWRITES]


def _append_only(arns: Arns) -> iam.PolicyDocument:
    remits_roles = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{arns.names.of('*')}"
    return iam.PolicyDocument(
        statements=[
            _deny(arns, *REWRITES),
            _deny(arns, "PutItem", ArnNotLike={"aws:PrincipalArn": remits_roles}),
            # A put outside of a transaction is none of Remit's: an entry is always put with what it tells of.
            _deny(arns, "PutItem", Null={"dynamodb:EnclosingOperation": "true"}),
        ]
    )


def _deny(arns: Arns, *actions: str, **conditions: dict[str, str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=[f"dynamodb:{action}" for action in actions],
        resources=[arns.table("ledger")],
        conditions=conditions or None,
    )
