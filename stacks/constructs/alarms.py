"""Alarms, and the topic that tells people of them."""

from collections.abc import Mapping

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from remit.domain.measure import Metric
from stacks.stages import Stage

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


class AlarmTopic(Construct):
    """Who is told of alarms."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        topic = sns.Topic(self, "Topic", topic_name=stage.names.alarms(), master_key=self._key(stage), enforce_ssl=True)
        for address in stage.operators:
            topic.add_subscription(subscriptions.EmailSubscription(address))

    def _key(self, stage: Stage) -> kms.Key:
        """AWS's own key for SNS cannot be used by alarms."""
        key = kms.Key(self, "Key", description=f"Alarms of {stage.name}", enable_key_rotation=True, removal_policy=stage.removal_policy)
        alarms = f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:{stage.names.of('*')}"
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"ArnLike": {"aws:SourceArn": alarms}},
            )
        )
        return key


class Alarms(Construct):
    """Each alarm tells the topic when it goes off and when it is over."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, topic: str) -> None:
        """`topic`: its ARN."""
        super().__init__(scope, construct_id)
        self._stage = stage
        self._action = actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic))

    def at(
        self, name: str, metric: Metric, dimensions: Mapping[str, str], *, threshold: float = 1, minutes: int = 5, statistic: str = "Sum"
    ) -> None:
        """Goes off when the statistic of so many minutes reaches the threshold."""
        measured = cloudwatch.Metric(
            namespace=self._stage.names.metrics,
            metric_name=metric.name,
            dimensions_map=dict(dimensions),
            statistic=statistic,
            period=Duration.minutes(minutes),
        )
        self._alarm(name, measured, threshold)

    def on_errors_of(self, name: str, function: str) -> None:
        """A function that raised, ran out of time or could not start: of these it counts nothing itself."""
        errors = cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions_map={"FunctionName": function},
            statistic="Sum",
            period=Duration.minutes(5),
        )
        self._alarm(name, errors, 1)

    def on_lag_of(self, name: str, function: str, *, seconds: int) -> None:
        """A function that does not get on with its stream: what it reports as failed is no error of it, and comes again and again."""
        age = cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name="IteratorAge",
            dimensions_map={"FunctionName": function},
            statistic="Maximum",
            period=Duration.minutes(5),
        )
        self._alarm(name, age, seconds * 1_000)

    def on_silence_of(self, name: str, metric: str, service: str, *, minutes: int) -> None:
        """Goes off when what should happen on a schedule did not."""
        counted = cloudwatch.Metric(
            namespace=self._stage.names.metrics,
            metric_name=metric,
            dimensions_map={"service": service},
            statistic="SampleCount",
            period=Duration.minutes(minutes),
        )
        silence = cloudwatch.TreatMissingData.BREACHING
        self._alarm(name, counted, 1, cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD, silence)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.Metric,
        threshold: float,
        compared: cloudwatch.ComparisonOperator = AT_LEAST,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self._stage.names.of(name),
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=compared,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
