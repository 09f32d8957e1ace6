from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from requests_aws4auth import AWS4Auth

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ACTIONS = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "ConditionCheckItem",
    "Query",
    "BatchGetItem",
    "BatchWriteItem",
    "PartiQLSelect",
]
OPERATORS = ["ForAllValues:StringEquals", "ForAnyValue:StringEquals"]
Call = Callable[[Any, str, str], object]

CALLS: dict[str, Call] = {
    "get": lambda table, name, tenant: table.get_item(TableName=name, Key=key(tenant)),
    "put": lambda table, name, tenant: table.put_item(TableName=name, Item=key(tenant)),
    "update": lambda table, name, tenant: table.update_item(TableName=name, Key=key(tenant)),
    "delete": lambda table, name, tenant: table.delete_item(TableName=name, Key=key(tenant)),
    "query": lambda table, name, tenant: table.query(
        TableName=name, KeyConditionExpression="tenant = :t", ExpressionAttributeValues={":t": {"S": tenant}}
    ),
    "query by placeholder": lambda table, name, tenant: table.query(
        TableName=name,
        KeyConditionExpression="#t = :t",
        ExpressionAttributeNames={"#t": "tenant"},
        ExpressionAttributeValues={":t": {"S": tenant}},
    ),
    "query of an index": lambda table, name, tenant: table.query(
        TableName=name,
        IndexName="by-owner",
        KeyConditionExpression="#o = :o",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":o": {"S": tenant}},
    ),
    "query in the old form": lambda table, name, tenant: table.query(
        TableName=name, KeyConditions={"tenant": {"AttributeValueList": [{"S": tenant}], "ComparisonOperator": "EQ"}}
    ),
    "batch get": lambda table, name, tenant: table.batch_get_item(RequestItems={name: {"Keys": [key(tenant)]}}),
    "batch write": lambda table, name, tenant: table.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": key(tenant)}}]}),
    "transaction": lambda table, name, tenant: table.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": key(tenant)}}]
    ),
    "transactional read": lambda table, name, tenant: table.transact_get_items(
        TransactItems=[{"Get": {"TableName": name, "Key": key(tenant)}}]
    ),
    "condition check": lambda table, name, tenant: table.transact_write_items(
        TransactItems=[
            {
                "ConditionCheck": {
                    "TableName": name,
                    "Key": key(tenant),
                    "ConditionExpression": "attribute_not_exists(paid_at)",
                }
            }
        ]
    ),
}


def key(tenant: str) -> dict[str, Any]:
    return {"tenant": {"S": tenant}}


def bound(operator: str, value: str = "${aws:PrincipalTag/tenant}", actions: list[str] = ACTIONS) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/*",
        "Condition": {operator: {"dynamodb:LeadingKeys": [value]}},
    }


def allowed(call: Call, table: BaseClient, name: str, tenant: str) -> bool:
    try:
        call(table, name, tenant)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


@pytest.fixture
def orders(aws: Aws) -> str:
    return aws.table()


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_tenant_reaches_its_own_items_and_no_other_tenants(aws: Aws, orders: str, call: Call, operator: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(operator), tenant="alpha"))
    assert allowed(call, table, orders, "alpha")
    assert not allowed(call, table, orders, "beta")


def test_a_literal_key_is_compared_as_well(aws: Aws, orders: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(OPERATORS[0], "alpha")))
    assert allowed(CALLS["get"], table, orders, "alpha")
    assert not allowed(CALLS["get"], table, orders, "beta")


@pytest.mark.parametrize("operator", OPERATORS)
def test_one_foreign_item_in_a_transaction_refuses_it(aws: Aws, orders: str, operator: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(operator), tenant="alpha"))
    items = [{"Put": {"TableName": orders, "Item": key(tenant)}} for tenant in ("alpha", "beta")]
    assert not allowed(lambda *_: table.transact_write_items(TransactItems=items), table, orders, "")
    assert not aws.client("dynamodb").scan(TableName=orders)["Items"]


def test_one_foreign_item_in_a_batch_refuses_it(aws: Aws, orders: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(OPERATORS[0]), tenant="alpha"))
    writes = [{"PutRequest": {"Item": key(tenant)}} for tenant in ("alpha", "beta")]
    assert not allowed(lambda *_: table.batch_write_item(RequestItems={orders: writes}), table, orders, "")


def test_a_statement_whose_keys_cannot_be_read_is_refused(aws: Aws, orders: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(OPERATORS[0]), tenant="alpha"))
    statement = f"SELECT * FROM \"{orders}\" WHERE tenant = 'alpha'"  # noqa: S608 (a name of our own making)
    assert not allowed(lambda *_: table.execute_statement(Statement=statement), table, orders, "")


def test_a_scan_is_refused_where_it_is_not_granted(aws: Aws, orders: str) -> None:
    table = aws.client("dynamodb", aws.user(bound(OPERATORS[0]), tenant="alpha"))
    assert not allowed(lambda *_: table.scan(TableName=orders), table, orders, "")


@pytest.mark.parametrize(("operator", "scans"), [(OPERATORS[0], True), (OPERATORS[1], False)])
def test_a_granted_scan_names_no_key_so_only_for_any_value_refuses_it(aws: Aws, orders: str, operator: str, scans: bool) -> None:
    table = aws.client("dynamodb", aws.user(bound(operator, actions=["Scan"]), tenant="alpha"))
    assert allowed(lambda *_: table.scan(TableName=orders), table, orders, "") is scans


@pytest.mark.parametrize("disguise", [{"TransactItems": []}, {"Item": key("alpha")}, {"RequestItems": {}}])
def test_members_that_the_operation_does_not_read_do_not_hide_a_foreign_key(aws: Aws, orders: str, disguise: dict[str, Any]) -> None:
    caller = aws.user(bound(OPERATORS[0]), tenant="alpha")
    auth = AWS4Auth(caller.access_key_id, caller.secret_access_key, "us-east-1", "dynamodb")
    headers = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}
    own, foreign = ({"TableName": orders, "Key": key(tenant), **disguise} for tenant in ("alpha", "beta"))
    assert requests.post(aws.state.endpoint, json=own, headers=headers, auth=auth, timeout=10).json() == {}
    refused = requests.post(aws.state.endpoint, json=foreign, headers=headers, auth=auth, timeout=10)
    assert refused.json()["__type"].endswith("AccessDeniedException")
