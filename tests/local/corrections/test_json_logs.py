import json

import pytest

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


def lines(aws: Aws, log_format: str) -> list[str]:
    """What a function's one invocation leaves in its log."""
    function, functions = aws.function("def handler(event, context): print('said')"), aws.client("lambda")
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
