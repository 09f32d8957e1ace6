import json
from typing import Any

import pytest

from tests.local.aws import Aws
from tests.local.corrections.test_task_tokens import task

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ANSWERING = """
import boto3
states = boto3.client("stepfunctions")
def handler(event, context):
    states.send_task_success(taskToken=event["token"], output='"done"')
"""


def ended(aws: Aws, resource: str) -> dict[str, Any]:
    function = aws.function(ANSWERING)
    role = aws.client("lambda").get_function(FunctionName=function)["Configuration"]["Role"].rpartition("/")[2]
    grant = {"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [grant]}
    aws.client("iam").put_role_policy(RoleName=role, PolicyName="answer", PolicyDocument=json.dumps(document))
    return aws.run(task(function))


def test_a_task_is_answered_by_who_may_answer_its_state_machine(aws: Aws) -> None:
    assert ended(aws, "arn:aws:states:us-east-1:000000000000:stateMachine:machine-*")["status"] == "SUCCEEDED"


def test_a_task_is_not_answered_by_who_may_answer_another_state_machine(aws: Aws) -> None:
    end = ended(aws, "arn:aws:states:us-east-1:000000000000:stateMachine:other")
    assert (end["status"], "states:SendTaskSuccess" in end["cause"]) == ("FAILED", True)
