"""A function that is invoked again and again, by a role that may do only that."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks.constructs.function import Function


class Schedule(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, name: str, rate: str, function: Function) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.arn]))
        role.add_to_policy(function.append_only())
        scheduler.CfnSchedule(
            self,
            "Schedule",
            name=name,
            schedule_expression=rate,
            flexible_time_window={"mode": "OFF"},
            target={"arn": function.arn, "roleArn": role.role_arn, "input": "{}"},
        )
