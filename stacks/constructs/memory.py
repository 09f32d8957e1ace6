"""What a role may do to memory: only in the partitions that it is given, of which a namespace's standing facts are one."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from remit.domain.permission import ReadAction, only_keys
from stacks.arns import Arns

_A_STATEMENT = 50


def memory(arns: Arns, namespaces: Sequence[str], *actions: ReadAction) -> list[iam.PolicyStatement]:
    """Only what stands in the namespaces, and nothing of what stood there before."""
    return partitions(arns, namespaces, *(action.value for action in actions))


def partitions(arns: Arns, keys: Sequence[str], *actions: str) -> list[iam.PolicyStatement]:
    """A namespace's standing facts, their history and their citations lie in partitions of the table. No key: no statement.

    Many keys: several statements, because a policy of IAM holds 6,144 characters, and the CDK parts statements but not a statement.
    """
    ordered = sorted(keys)
    parts = [ordered[first : first + _A_STATEMENT] for first in range(0, len(ordered), _A_STATEMENT)]
    return [iam.PolicyStatement(actions=list(actions), resources=[arns.table("facts")], conditions=only_keys(*part)) for part in parts]


def history(namespaces: Sequence[str]) -> list[str]:
    """Where what was ever said in the namespaces lies."""
    return [f"{namespace}#history" for namespace in namespaces]


def claims(namespaces: Sequence[str]) -> list[str]:
    """Where what was said and does not stand lies."""
    return [f"{namespace}#claims" for namespace in namespaces]


def citations(namespaces: Sequence[str]) -> list[str]:
    """Where what rests on the namespaces' facts lies."""
    return [f"{namespace}#citations" for namespace in namespaces]
