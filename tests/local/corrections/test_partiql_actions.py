import pytest
from botocore.exceptions import ClientError

from remit.local.cloud import Credentials
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ITEM = {"tenant": {"S": "t"}}


@pytest.fixture
def table(aws: Aws) -> str:
    name = aws.table()
    aws.client("dynamodb").put_item(TableName=name, Item=ITEM)
    return name


def who_may(aws: Aws, table: str, *actions: str) -> Credentials:
    return aws.user(
        {"Effect": "Allow", "Action": [f"dynamodb:{action}" for action in actions], "Resource": f"arn:aws:dynamodb:*:*:table/{table}"}
    )


def statements(table: str) -> dict[str, str]:
    return {
        "PartiQLSelect": f"SELECT * FROM \"{table}\" WHERE tenant='t'",  # noqa: S608 (a constant)
        "PartiQLInsert": f"INSERT INTO \"{table}\" VALUE {{'tenant': 'u'}}",
        "PartiQLUpdate": f"update \"{table}\" set x=1 where tenant='t'",  # noqa: S608 (a constant)
        "PartiQLDelete": f"DELETE FROM \"{table}\" WHERE tenant='t'",  # noqa: S608 (a constant)
    }


@pytest.mark.parametrize("action", ["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"])
def test_a_statement_needs_the_action_of_its_verb_on_its_table(aws: Aws, table: str, action: str) -> None:
    statement = statements(table)[action]
    others = [other for other in statements(table) if other != action]
    with pytest.raises(ClientError, match=f"dynamodb:{action}"):
        aws.client("dynamodb", who_may(aws, table, *others)).execute_statement(Statement=statement)
    with pytest.raises(ClientError, match=f"dynamodb:{action}"):
        aws.client("dynamodb", who_may(aws, "another", action)).execute_statement(Statement=statement)
    aws.client("dynamodb", who_may(aws, table, action)).execute_statement(Statement=statement)


def test_each_statement_of_a_batch_is_checked(aws: Aws, table: str) -> None:
    given = statements(table)
    batch = [{"Statement": given["PartiQLSelect"]}, {"Statement": given["PartiQLDelete"]}]
    with pytest.raises(ClientError, match="dynamodb:PartiQLDelete"):
        aws.client("dynamodb", who_may(aws, table, "PartiQLSelect")).batch_execute_statement(Statements=batch)
    assert "Item" in aws.client("dynamodb").get_item(TableName=table, Key=ITEM)
