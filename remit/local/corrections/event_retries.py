"""An event for which a function fails comes again, twice, after ever longer waits; MiniStack's event bus calls a function once.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import json
import logging

from ministack.services import eventbridge, lambda_svc

_log = logging.getLogger("events")


def apply() -> None:
    """Hand events over as every other asynchronous invocation is made, which is tried again."""
    eventbridge._dispatch_to_lambda = _dispatched


def _dispatched(arn: str, payload: str) -> None:
    function, config, name = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        _log.warning("EventBridge → Lambda: function %s not found", name)
        return
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), json.loads(payload))
    _log.info("EventBridge → Lambda %s: dispatched", name)
