import json

import pytest

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


SAYS = "def handler(event, context): print('said')"
RAISES = """
def handler(event, context):
    try:
        raise KeyError('first')
    except KeyError:
        raise ValueError('it: broke')
"""


def lines(aws: Aws, log_format: str, code: str = SAYS) -> list[str]:
    """What a function's one invocation leaves in its log."""
    function, functions = aws.function(code), aws.client("lambda")
    functions.update_function_configuration(FunctionName=function, LoggingConfig={"LogFormat": log_format})
    functions.invoke(FunctionName=function)
    events = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in events]


def test_the_platforms_lines_are_json_where_the_functions_are(aws: Aws) -> None:
    first, said, done, report = lines(aws, "JSON")
    assert said == "said"
    assert [json.loads(line)["type"] for line in (first, done, report)] == ["platform.start", "platform.runtimeDone", "platform.report"]
    assert len({json.loads(line)["record"]["requestId"] for line in (first, done, report)}) == 1
    assert json.loads(report)["record"]["metrics"].keys() >= {"durationMs", "memorySizeMB"}


def test_elsewhere_they_are_text(aws: Aws) -> None:
    assert [line.split()[0] for line in lines(aws, "Text")] == ["START", "said", "END", "REPORT"]


def test_what_a_function_raises_is_one_record_as_lambdas_runtime_writes_it(aws: Aws) -> None:
    first, raised, *rest = lines(aws, "JSON", RAISES)
    record = json.loads(raised)
    assert (record["level"], record["errorType"], record["errorMessage"]) == ("ERROR", "ValueError", "it: broke")
    assert record["requestId"] == json.loads(first)["record"]["requestId"]
    assert "KeyError: 'first'" in record["stackTrace"]
    assert [json.loads(line)["type"] for line in rest] == ["platform.runtimeDone", "platform.report"]


def test_elsewhere_it_is_text(aws: Aws) -> None:
    assert "Traceback (most recent call last):" in lines(aws, "Text", RAISES)
