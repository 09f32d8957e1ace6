"""What a role may do to memory: only what stands in the namespaces it is given, and nothing of what stood there before."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from remit.domain.permission import ReadAction, only_keys
from stacks.arns import Arns


def memory(arns: Arns, namespaces: Sequence[str], *actions: ReadAction) -> list[iam.PolicyStatement]:
    """A partition of the table is a namespace's standing facts; their history lies in others. No namespace: no statement."""
    if not namespaces:
        return []
    only_these = only_keys(*sorted(namespaces))
    return [iam.PolicyStatement(actions=[action.value for action in actions], resources=[arns.table("facts")], conditions=only_these)]
