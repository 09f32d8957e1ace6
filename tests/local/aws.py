"""What the tests make in a local cloud."""

import io
import json
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from remit.local.cloud import CloudState, Credentials
from remit.local.processes import wait_until
from remit.local.users import create_user


@dataclass(frozen=True)
class Aws:
    """One local cloud, as its admin."""

    state: CloudState

    def client(self, service: str, caller: Credentials | None = None, token: str | None = None) -> Any:  # noqa: ANN401 (each service has a client of its own)
        """A boto3 client, as the admin or as anyone else."""
        credentials = caller or self.state.admin
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.state.endpoint,
            region_name=self.state.region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=token,
        )

    def user(self, *statements: Mapping[str, Any], **tags: str) -> Credentials:
        """A caller with these permissions and tags."""
        name = f"user-{uuid.uuid4()}"
        credentials = create_user(self.state, name, document(*statements))
        self.client("iam").tag_user(UserName=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        return credentials

    def role(self, service: str, *actions: str) -> str:
        """The ARN of a role that the service may assume, allowed these actions."""
        iam, name = self.client("iam"), f"role-{uuid.uuid4()}"
        trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]["Arn"]
        grant = {"Effect": "Allow", "Action": ["logs:*", *actions], "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="grant", PolicyDocument=json.dumps(document(grant)))
        return str(arn)

    def function(self, code: str, *actions: str) -> str:
        """The name of a deployed function of this code, allowed these actions."""
        name, archive = f"function-{uuid.uuid4()}", io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.py", code)
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=self.role("lambda", *actions),
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
            Timeout=60,
        )
        return name

    def run(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """The finished execution of a machine of one task state, which may end in `Caught`."""
        machines = self.client("stepfunctions")
        definition = {"StartAt": "Task", "States": {"Task": {**task, "End": True}, "Caught": {"Type": "Pass", "End": True}}}
        machine = machines.create_state_machine(
            name=f"machine-{uuid.uuid4()}", roleArn=self.role("states", "lambda:InvokeFunction"), definition=json.dumps(definition)
        )
        execution = machines.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        assert wait_until(lambda: bool(machines.describe_execution(executionArn=execution)["status"] != "RUNNING"), 30)
        return dict(machines.describe_execution(executionArn=execution))

    def table(self) -> str:
        """The name of a table of items by tenant, found by owner too."""
        name = f"table-{uuid.uuid4()}"
        index = {
            "IndexName": "by-owner",
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "tenant", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in ("tenant", "owner")],
            GlobalSecondaryIndexes=[index],
            BillingMode="PAY_PER_REQUEST",
        )
        return name


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}
