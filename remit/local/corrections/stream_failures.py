"""A batch of a DynamoDB stream of which a function reports failed records is delivered again, where the mapping asks for such reports.

AWS delivers again from the first failed record on. Here it is the whole batch, which a function has to bear on AWS as well.
"""

from typing import Any

from ministack.services import lambda_svc

_STREAM = "aws:dynamodb"


def apply() -> None:
    """Make such a report a failure of the invocation, which the poller retries."""
    execute = lambda_svc._execute_function

    def corrected(function: dict[str, Any], event: Any, *rest: object, **more: object) -> dict[str, Any]:  # noqa: ANN401 (any event)
        result: dict[str, Any] = execute(function, event, *rest, **more)
        if _is_stream(event) and not result.get("error") and (failed := _failures(result.get("body"))):
            return {**result, "error": True, "body": {"errorType": "BatchItemFailures", "errorMessage": f"{len(failed)} records failed"}}
        return result

    lambda_svc._execute_function = corrected


def _is_stream(event: object) -> bool:
    records = event.get("Records") if isinstance(event, dict) else None
    return bool(records) and all(record.get("eventSource") == _STREAM for record in records or ())


def _failures(body: object) -> list[object]:
    return list(body.get("batchItemFailures") or ()) if isinstance(body, dict) else []
