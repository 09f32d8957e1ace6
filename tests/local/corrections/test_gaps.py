"""MiniStack as it comes still needs each correction; one of these failing means that a correction can go."""

import inspect
import json

from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import cloudwatch, cloudwatch_logs, eventbridge, lambda_svc, ses_v2, stepfunctions, sts
from ministack.services.cloudformation import provisioners

from remit.local.corrections.lambda_errors import worker_script

SEND_EMAIL = b'{"FromEmailAddress": "remit@example.com"}'


def test_policy_variables_are_compared_as_they_are_written() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:PrincipalTag/tenant}"}
    request = iam_evaluator.EvalContext(
        principal_arn="arn:aws:iam::000000000000:user/a",
        principal_type="User",
        principal_account="000000000000",
        action="s3:GetObject",
        resource_arn="arn:aws:s3:::alpha",
        region="us-east-1",
        principal_keys={"aws:principaltag/tenant": "alpha"},
    )
    policy = iam_evaluator.parse_policy_document({"Statement": statement})
    assert iam_evaluator.evaluate(request, [policy]).decision == "ImplicitDeny"


def test_a_request_for_an_item_has_no_leading_keys() -> None:
    body = json.dumps({"TableName": "orders", "Key": {"tenant": {"S": "alpha"}}}).encode()
    assert "dynamodb:LeadingKeys" not in iam_actions.dynamodb_service_context(body)


def test_a_worker_does_not_report_the_class_of_an_exception() -> None:
    assert worker_script(lambda_runtime._PYTHON_WORKER_SCRIPT) != lambda_runtime._PYTHON_WORKER_SCRIPT


def test_waiting_for_a_token_swallows_errors_and_knows_no_heartbeat() -> None:
    source = inspect.getsource(stepfunctions._invoke_with_callback)
    assert "except _ExecutionError:\n            pass" in source
    assert "Heartbeat" not in source


def test_converse_is_an_action_of_its_own() -> None:
    action = iam_actions.extract_iam_action("bedrock-runtime", "POST", "/model/m/converse", {}, b"{}", {})
    assert action == "bedrock:Converse"


def test_mail_is_sent_from_everything() -> None:
    resource = iam_actions.extract_resource_arn("ses", "POST", "/v2/email/outbound-emails", {}, SEND_EMAIL, {}, "us-east-1", "000000000000")
    assert resource == "*"


def test_an_event_is_handed_to_a_function_once() -> None:
    assert "invoke_async_with_retry" not in inspect.getsource(eventbridge)


def test_nobody_can_be_put_on_the_suppression_list() -> None:
    assert 'json_response({"SuppressedDestinationSummaries": []})' in inspect.getsource(ses_v2.handle_request)


def test_a_mail_loses_its_headers_its_date_and_its_settings() -> None:
    source = inspect.getsource(ses_v2.handle_request)
    assert "Headers" not in source
    assert "ConfigurationSetName" not in source.partition("outbound-bulk-emails")[0].partition("/outbound-emails")[2]
    assert "Date" not in inspect.getsource(ses_v2._build_mime_message)


def test_a_task_is_answered_on_everything() -> None:
    resource = iam_actions.extract_resource_arn("states", "POST", "/", {}, b'{"taskToken": "t"}', {}, "us-east-1", "000000000000")
    assert resource == "*"


def test_a_table_has_no_policy_of_its_own() -> None:
    assert "dynamodb" not in iam_evaluator._RESOURCE_POLICY_LOOKUPS
    assert "ResourcePolicy" not in inspect.getsource(provisioners._ddb_create)


def test_a_statement_in_partiql_names_no_table() -> None:
    body = json.dumps({"Statement": 'DELETE FROM "orders"'}).encode()
    assert iam_actions.dynamodb_transaction_checks("dynamodb:ExecuteStatement", body, "us-east-1", "000000000000") == []
    assert iam_actions.dynamodb_resource_arns(body, "us-east-1", "000000000000") == []


def test_the_platforms_lines_are_text_whatever_the_function_logs() -> None:
    assert "LogFormat" not in inspect.getsource(lambda_svc._emit_lambda_logs)


def test_a_bucket_is_deployed_without_its_lock() -> None:
    assert "ObjectLock" not in inspect.getsource(provisioners)


def test_a_put_does_not_say_whether_it_would_overwrite() -> None:
    assert iam_actions.s3_service_context("s3:PutObject", {}, "/bucket/key", {"if-none-match": "*"}) == {}


def test_a_session_is_compared_as_a_session() -> None:
    assert "assumed-role" not in inspect.getsource(iam_evaluator._resolve_condition_key)


def test_a_streams_failed_records_are_passed_over() -> None:
    assert "batchItemFailures" not in inspect.getsource(lambda_svc._poll_dynamodb_streams)


def test_a_role_that_is_deployed_has_no_boundary() -> None:
    assert "PermissionsBoundary" not in inspect.getsource(provisioners._iam_role_create)


def test_a_line_of_a_log_is_no_metric() -> None:
    assert "_aws" not in inspect.getsource(cloudwatch_logs)


def test_an_alarm_adds_up_whatever_has_its_metrics_name() -> None:
    assert "for (k_ns, k_mn, _), pts in _metrics.items():" in inspect.getsource(cloudwatch._evaluate_alarm)


def test_an_invocation_is_part_of_no_trace_that_its_caller_has() -> None:
    assert "trace_id=_xray_trace_id_for_invocation(config)," in inspect.getsource(lambda_svc._execute_function_warm)


def test_a_role_is_assumed_without_regard_to_a_source_identity() -> None:
    assert "SourceIdentity" not in inspect.getsource(sts.handle_request)
