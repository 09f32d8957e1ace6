import json

import pytest

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

RAISING = "class Unavailable(Exception): pass\ndef handler(event, context): raise Unavailable('come back later')"


def test_a_raised_exception_is_reported_by_its_class(aws: Aws) -> None:
    answer = aws.client("lambda").invoke(FunctionName=aws.function(RAISING))
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read()) == {"errorType": "Unavailable", "errorMessage": "come back later"}


def test_a_state_machine_catches_it_by_its_class(aws: Aws) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": aws.function(RAISING)},
        "Catch": [{"ErrorEquals": ["Unavailable"], "Next": "Caught"}],
    }
    ended = aws.run(task)
    assert (ended["status"], json.loads(ended["output"])["Error"]) == ("SUCCEEDED", "Unavailable")


def test_a_failure_does_not_colour_the_next_answer(aws: Aws) -> None:
    code = "def handler(event, context): return {'answer': 1 / event['by']}"
    function = aws.function(code)
    failed = aws.client("lambda").invoke(FunctionName=function, Payload=b'{"by": 0}')
    answered = aws.client("lambda").invoke(FunctionName=function, Payload=b'{"by": 2}')
    assert json.loads(failed["Payload"].read())["errorType"] == "ZeroDivisionError"
    assert json.loads(answered["Payload"].read()) == {"answer": 0.5}
    assert "FunctionError" not in answered
