"""A Lambda function with a role and a log group of its own: it may do what a stack allows it, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.arns import Arns
from stacks.bundling import Bundle, code
from stacks.constructs.ledger_table import never_rewrites
from stacks.constructs.log_group import LogGroup
from stacks.stages import Stage


class Function(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        name: str,
        bundle: Bundle,
        environment: Mapping[str, str] | None = None,
        seconds: int = 30,
        memory: int = 512,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group = LogGroup(self, "Logs", stage=stage, name=f"/aws/lambda/{name}")
        log_group.grant_write(self.role)
        self._arns = Arns(Stack.of(self), stage.names)
        self.role.add_to_policy(self.append_only())
        self.resource = lambda_.Function(
            self,
            "Function",
            function_name=name,
            handler=f"lambdas.{bundle.folder}.handler.{bundle.entry}",
            code=code(bundle, name, stage.wheels),
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=stage.architecture,
            timeout=Duration.seconds(seconds),
            memory_size=memory,
            role=self.role,
            log_group=log_group,
            # The platform's own lines are JSON too.
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            environment=_environment(stage, bundle.folder) | dict(environment or {}),
        )
        acknowledge(self.resource, "AwsSolutions-L1", "Python 3.13 is what the locks are resolved for and tested on.")
        acknowledge(self.role, "AwsSolutions-IAM5[Resource::*]", "X-Ray's PutTraceSegments and PutTelemetryRecords take no resource.")

    @property
    def arn(self) -> str:
        return self.resource.function_arn

    def allow(self, resources: str | Sequence[str], *actions: str) -> None:
        """On no resource nothing is allowed."""
        resources = [resources] if isinstance(resources, str) else list(resources)
        if resources:
            self.permit([iam.PolicyStatement(actions=list(actions), resources=resources)])

    def permit(self, statements: Iterable[iam.PolicyStatement]) -> None:
        for statement in statements:
            self.role.add_to_policy(statement)

    def append_to(self, ledger: str, *also: str) -> None:
        self.allow(ledger, "dynamodb:PutItem", "dynamodb:Query", *also)

    def append_only(self) -> iam.PolicyStatement:
        """For its own role, and for that of whoever invokes it."""
        return never_rewrites(self._arns)


def _environment(stage: Stage, folder: str) -> dict[str, str]:
    return {
        "REMIT_STAGE": stage.name,
        "POWERTOOLS_SERVICE_NAME": folder,
        "POWERTOOLS_METRICS_NAMESPACE": stage.names.metrics,
        # What is raised can hold values of a payload, which have no place in a trace.
        "POWERTOOLS_TRACER_CAPTURE_ERROR": "false",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
