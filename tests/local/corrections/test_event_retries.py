"""A function that an event bus calls: what it fails on comes again."""

import json
import uuid

import pytest

from remit.local.processes import wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

# Fails the first time, and counts.
_FAILS_ONCE = """
import boto3
def handler(event, context):
    key = {"tenant": {"S": event["detail"]["name"]}}
    seen = boto3.client("dynamodb").update_item(TableName=event["detail"]["table"], Key=key, UpdateExpression="ADD times :one",
                                                ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues="UPDATED_NEW")
    if seen["Attributes"]["times"]["N"] == "1":
        raise RuntimeError("not yet")
"""


def test_an_event_that_a_function_fails_on_comes_again_until_it_does_not(aws: Aws) -> None:
    table, function, source = aws.table(), aws.function(_FAILS_ONCE, "dynamodb:*"), f"test.{uuid.uuid4()}"
    arn = aws.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    events = aws.client("events")
    events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
    events.put_targets(Rule=source, Targets=[{"Id": "function", "Arn": arn}])
    detail = json.dumps({"table": table, "name": "one"})
    events.put_events(Entries=[{"Source": source, "DetailType": "Something happened", "Detail": detail}])

    def times() -> str:
        item = aws.client("dynamodb").get_item(TableName=table, Key={"tenant": {"S": "one"}}).get("Item", {})
        return str(item.get("times", {}).get("N"))

    assert wait_until(lambda: times() == "2", 30)
