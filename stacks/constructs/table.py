"""A DynamoDB table: string keys, paid per request, kept as its stage says."""

from collections.abc import Mapping

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from remit.domain.access import IndexSpec
from stacks.acknowledge import acknowledge
from stacks.stages import Stage


class Table(dynamodb.Table):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        name: str,
        key: str,
        sort: str | None = None,
        expires: bool = False,
        stream: dynamodb.StreamViewType | None = None,
        policy: iam.PolicyDocument | None = None,
        indexes: Mapping[str, IndexSpec] | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            table_name=name,
            partition_key=_text(key),
            sort_key=_text(sort) if sort else None,
            time_to_live_attribute="ttl" if expires else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=stage.encryption,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=stage.point_in_time_recovery
            ),
            deletion_protection=stage.protected,
            removal_policy=stage.removal_policy,
            stream=stream,
            resource_policy=policy,
        )
        for index, spec in (indexes or {}).items():
            self.add_global_secondary_index(
                index_name=index,
                partition_key=_text(spec.key),
                sort_key=_text(spec.sort) if spec.sort else None,
                projection_type=dynamodb.ProjectionType.ALL,
            )
        acknowledge(self, "AwsSolutions-DDB3", "Off only on the local stage, whose data is thrown away.")


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
