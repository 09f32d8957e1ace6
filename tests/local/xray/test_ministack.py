"""X-Ray on the local cloud: IAM, the daemon, and one trace through the services that call each other."""

import json
import socket
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.local.processes import wait_until
from remit.local.xray.headers import new_header, new_id
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

READ = {"Effect": "Allow", "Action": ["xray:GetTraceSummaries", "xray:BatchGetTraces"], "Resource": "*"}
TRACED = """
import os, json, socket, time
def handler(event, context):
    header = dict(part.split("=") for part in os.environ["_X_AMZN_TRACE_ID"].split(";"))
    now = time.time()
    own = {"id": os.urandom(8).hex(), "trace_id": header["Root"], "parent_id": header["Parent"], "type": "subsegment",
           "name": "work", "start_time": now, "end_time": now, "annotations": {"asked": event["asked"]}}
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    message = json.dumps({"format": "json", "version": 1}) + chr(10) + json.dumps(own)
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(message.encode(), (host, int(port)))
    return {"done": True}
"""


def found(aws: Aws, expression: str) -> list[Any]:
    client, now = aws.client("xray"), time.time()
    return list(client.get_trace_summaries(StartTime=now - 600, EndTime=now + 1, FilterExpression=expression)["TraceSummaries"])


def documents(aws: Aws, trace: str) -> list[dict[str, Any]]:
    (whole,) = aws.client("xray").batch_get_traces(TraceIds=[trace])["Traces"]
    return [json.loads(segment["Document"]) for segment in whole["Segments"]]


def traced_function(aws: Aws) -> str:
    name = aws.function(TRACED)
    aws.client("lambda").update_function_configuration(FunctionName=name, TracingConfig={"Mode": "Active"})
    return name


def put(aws: Aws, caller: Any) -> str:  # noqa: ANN401 - a caller's client
    header = new_header()
    now = time.time()
    segment = {"id": new_id(), "trace_id": header.root, "name": "mine", "start_time": now, "end_time": now}
    caller.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    return header.root


def test_what_is_put_comes_back(aws: Aws) -> None:
    trace = put(aws, aws.client("xray"))
    assert [document["name"] for document in documents(aws, trace)] == ["mine"]


def test_a_caller_without_permission_is_refused_and_one_with_it_is_not(aws: Aws) -> None:
    reader, nobody = (aws.client("xray", aws.user(*allowed)) for allowed in ((READ,), ({**READ, "Action": "xray:GetGroups"},)))
    now = time.time()
    assert reader.get_trace_summaries(StartTime=now - 60, EndTime=now)["TraceSummaries"] is not None
    with pytest.raises(ClientError, match="AccessDenied"):
        nobody.get_trace_summaries(StartTime=now - 60, EndTime=now)
    with pytest.raises(ClientError, match="AccessDenied"):
        put(aws, reader)


def test_what_the_service_would_refuse_is_refused_here(aws: Aws) -> None:
    with pytest.raises(ClientError, match="InvalidRequestException"):
        aws.client("xray").get_trace_summaries(StartTime=0, EndTime=time.time())


def test_a_segment_that_came_over_udp_is_kept_and_rubbish_is_dropped(aws: Aws) -> None:
    header, now = new_header(), time.time()
    segment = {"id": new_id(), "trace_id": header.root, "name": "over-udp", "start_time": now, "end_time": now}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in (b"\xff\xfe", b"{}", b'{"format": "json", "version": 1}\n' + json.dumps(segment).encode()):
            sender.sendto(packet, ("127.0.0.1", aws.state.ports.xray))
    assert wait_until(lambda: bool(aws.client("xray").batch_get_traces(TraceIds=[header.root])["Traces"]), 10)


def test_a_functions_own_segments_stand_under_lambdas(aws: Aws) -> None:
    name = traced_function(aws)
    aws.client("lambda").invoke(FunctionName=name, Payload=b'{"asked": "alone"}')
    assert wait_until(lambda: bool(found(aws, 'annotation.asked = "alone"')), 10)
    (summary,) = found(aws, 'annotation.asked = "alone"')
    service, process = documents(aws, summary["Id"])
    assert (service["origin"], process["origin"], process["parent_id"]) == ("AWS::Lambda", "AWS::Lambda::Function", service["id"])
    assert [child["name"] for child in process["subsegments"]] == ["work"]


def test_a_state_machine_and_the_function_it_calls_are_one_trace(aws: Aws) -> None:
    name = traced_function(aws)
    parameters = {"FunctionName": name, "Payload": {"asked": "by-a-machine"}}
    assert aws.run({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters})["status"] == "SUCCEEDED"
    assert wait_until(lambda: bool(found(aws, 'annotation.asked = "by-a-machine" AND !fault')), 10)
    (summary,) = found(aws, 'annotation.asked = "by-a-machine"')
    machine, service, _ = documents(aws, summary["Id"])
    (state,) = machine["subsegments"]
    assert (machine["origin"], state["name"], service["parent_id"]) == ("AWS::StepFunctions::StateMachine", "Task", state["id"])


def test_a_call_with_a_tracing_header_goes_on_with_that_trace(aws: Aws) -> None:
    name, client, header = traced_function(aws), aws.client("lambda"), new_header().under(new_id())
    client.meta.events.register(
        "before-sign.lambda.Invoke", lambda request, **_: request.headers.add_header("X-Amzn-Trace-Id", str(header))
    )
    client.invoke(FunctionName=name, Payload=b'{"asked": "with-a-header"}')
    assert wait_until(lambda: bool(found(aws, 'annotation.asked = "with-a-header"')), 10)
    service, _ = documents(aws, header.root)
    assert service["parent_id"] == header.parent
