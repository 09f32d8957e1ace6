"""The regional REST API. Every route is signed (AWS_IAM) unless it says why not."""

import json

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.arns import Arns
from stacks.constructs.function import Function
from stacks.constructs.ledger_table import never_rewrites
from stacks.constructs.log_group import LogGroup
from stacks.stages import Stage

# Neither $context.path nor a query string: they hold the tokens of approval links.
_LOGGED = {
    "request": "$context.requestId",
    "at": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
}


class RestApi(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, endpoint: str) -> None:
        super().__init__(scope, construct_id)
        name = stage.names.of("api")
        log_group = LogGroup(self, "Logs", stage=stage, name=f"/aws/apigateway/{name}")
        self._rest = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            cloud_watch_role=True,
            deploy_options=apigateway.StageOptions(
                stage_name=stage.name,
                access_log_destination=apigateway.LogGroupLogDestination(log_group),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_LOGGED)),
                throttling_rate_limit=50,
                throttling_burst_limit=100,
                tracing_enabled=True,
            ),
        )
        # The address that AWS would give it, which is not the local stage's.
        self._rest.node.try_remove_child("Endpoint")
        self.url = stage.api_url.format(
            endpoint=endpoint, api=self._rest.rest_api_id, region=Aws.REGION, domain=Aws.URL_SUFFIX, stage=stage.name
        )
        self._acknowledge()
        writes_logs = self._rest.node.find_child("CloudWatchRole")
        if isinstance(writes_logs, iam.Role):
            writes_logs.add_to_policy(never_rewrites(Arns(Stack.of(self), stage.names)))

    def route(self, method: str, path: str, function: Function, *, unsigned_because: str | None = None) -> None:
        added = self._rest.root.resource_for_path(path).add_method(
            method,
            apigateway.LambdaIntegration(function.resource, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.NONE if unsigned_because else apigateway.AuthorizationType.IAM,
        )
        acknowledge(added, "AwsSolutions-COG4", unsigned_because or "The caller is an AWS identity: requests are signed (AWS_IAM).")
        if unsigned_because:
            acknowledge(added, "AwsSolutions-APIG4", unsigned_because)

    def arn(self, method: str, path: str) -> str:
        """What a permission to call a route names."""
        return self._rest.arn_for_execute_api(method, path, self._rest.deployment_stage.stage_name)

    def _acknowledge(self) -> None:
        managed = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]"
        acknowledge(self._rest.node.find_child("CloudWatchRole"), managed, "API Gateway takes no narrower role for an account's logs.")
        acknowledge(self._rest, "AwsSolutions-APIG2", "The functions validate strictly and answer with the path of each wrong field.")
        stage = self._rest.deployment_stage
        acknowledge(stage, "AwsSolutions-APIG3", "Every route but the approval links is signed; a web ACL is the account's choice.")
        acknowledge(stage, "AwsSolutions-APIG6", "Execution logs hold request paths, and with them the tokens of approval links.")
