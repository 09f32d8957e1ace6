"""The archiver: every change of the ledger's table, into the archive. What it reports as failed comes again, which is harmless."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.archiver.changes import change_of
from lambdas.archiver.wiring import ports
from remit.adapters.observability import metrics, observed
from remit.usecases.archive import Delivery

processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("ChangesReceived", MetricUnit.Count, len(event["Records"]))
    delivery = Delivery(ports())

    def take(record: DynamoDBRecord) -> None:
        delivery.take(change_of(record.raw_event))

    with processor(records=event["Records"], handler=take, lambda_context=context):
        processor.process()
    delivery.keep()
    return processor.response()
