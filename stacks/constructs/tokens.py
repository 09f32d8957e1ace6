"""What a reasoner may do to accounts of tokens: draw from those of its own agent."""

from aws_cdk import aws_iam as iam

from stacks.arns import Arns


def tokens_of(arns: Arns, agent: str) -> list[iam.PolicyStatement]:
    """A partition of the table is an agent's accounts."""
    statement = iam.PolicyStatement(
        actions=["dynamodb:UpdateItem"],
        resources=[arns.table("tokens")],
        conditions={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [agent]},
            # Of no keys at all, all are equal to anything.
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )
    return [statement]
