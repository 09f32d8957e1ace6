"""What a reasoner may do to accounts of tokens: draw from those of its own agent."""

from aws_cdk import aws_iam as iam

from remit.adapters.dynamodb_tokens import shared_partition
from stacks.arns import Arns


def tokens_of(arns: Arns, agent: str, *shared: str) -> list[iam.PolicyStatement]:
    """A partition of the table is an agent's accounts, or those of the runs and trees of a domain."""
    statement = iam.PolicyStatement(
        actions=["dynamodb:UpdateItem"],
        resources=[arns.table("tokens")],
        conditions={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [agent, *map(shared_partition, shared)]},
            # Of no keys at all, all are equal to anything.
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )
    return [statement]
