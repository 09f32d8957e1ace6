"""A function that reads a stream of a table: what it fails on comes again."""

import uuid

import pytest

from remit.local.processes import wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

# Fails each record the first time that it sees it, and writes down what it was given.
_FAILS_ONCE = """
import boto3, os
table = os.environ["SEEN"]
def handler(event, context):
    database = boto3.client("dynamodb")
    failed = []
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["tenant"]["S"]
        seen = database.update_item(TableName=table, Key={"tenant": {"S": name}}, UpdateExpression="ADD times :one",
                                    ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues="UPDATED_NEW")
        if seen["Attributes"]["times"]["N"] == "1":
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return {"batchItemFailures": failed}
"""


def test_a_record_that_a_function_reports_as_failed_comes_again(aws: Aws) -> None:
    tables, source, seen = aws.client("dynamodb"), f"source-{uuid.uuid4()}", aws.table()
    tables.create_table(
        TableName=source,
        KeySchema=[{"AttributeName": "tenant", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "tenant", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    function = aws.function(_FAILS_ONCE, "dynamodb:*")
    functions = aws.client("lambda")
    functions.update_function_configuration(FunctionName=function, Environment={"Variables": {"SEEN": seen}})
    functions.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=tables.describe_table(TableName=source)["Table"]["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    tables.put_item(TableName=source, Item={"tenant": {"S": "one"}})

    def times() -> str:
        item = tables.get_item(TableName=seen, Key={"tenant": {"S": "one"}}).get("Item", {})
        return str(item.get("times", {}).get("N"))

    assert wait_until(lambda: times() == "2", 30)
