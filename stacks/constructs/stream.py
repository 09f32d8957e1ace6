"""A function that reads a table's stream: every change from the first on, and what it reports as failed again until it is done."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.function import Function

_READS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")


class Stream(Construct):
    """Nothing is given up: what expired in the stream would be missing for ever. `gather_seconds`: how long changes are gathered."""

    def __init__(self, scope: Construct, construct_id: str, *, arn: str, reader: Function, gather_seconds: int = 0) -> None:
        super().__init__(scope, construct_id)
        reader.allow(arn, *(f"dynamodb:{read}" for read in _READS))
        lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=reader.resource,
            event_source_arn=arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            max_batching_window=Duration.seconds(gather_seconds),
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
        )
