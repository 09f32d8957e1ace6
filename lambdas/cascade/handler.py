"""The cascade: every fact that no longer stands as it did, out of the table's stream. What it reports as failed comes again."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.cascade.turns import turned
from lambdas.cascade.wiring import ports
from remit.adapters.observability import metrics, observed
from remit.usecases.cascade import cascade

processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("ChangesReceived", MetricUnit.Count, len(event["Records"]))
    with processor(records=event["Records"], handler=_take, lambda_context=context):
        processor.process()
    return processor.response()


def _take(record: DynamoDBRecord) -> None:
    fact = turned(record.raw_event)
    if fact is not None:
        metrics.add_metric("FactsTurned", MetricUnit.Count, 1)
        cascade(fact, ports())
