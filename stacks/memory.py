"""What follows from a change of memory: whatever rests on what a fact said before is held."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from remit.domain.charter import Charter
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.function import Function
from stacks.constructs.memory import citations, history, partitions
from stacks.evidence import STREAM_READS
from stacks.stages import Stage


class MemoryStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, charters: Sequence[Charter], fact_stream: str) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._arns = stage, Arns(self, stage.names)
        cascade = self._cascade(charters)
        cascade.allow(fact_stream, *(f"dynamodb:{read}" for read in STREAM_READS))
        lambda_.EventSourceMapping(
            self,
            "Stream",
            target=cascade.resource,
            event_source_arn=fact_stream,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=100,
            max_batching_window=Duration.seconds(0),
            # Until it is held: the gate refuses it as well, but nobody would be told.
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
        )

    def _cascade(self, charters: Sequence[Charter]) -> Function:
        stage, arns = self._stage, self._arns
        namespaces = sorted({namespace for charter in charters for namespace in charter.namespaces})
        name, bundle = stage.names.function("cascade"), Bundle(folder="cascade")
        cascade = Function(self, "Cascade", stage=stage, name=name, bundle=bundle, seconds=60)
        cascade.permit(partitions(arns, namespaces, "dynamodb:GetItem", "dynamodb:UpdateItem"))
        cascade.permit(partitions(arns, [*history(namespaces), *citations(namespaces)], "dynamodb:Query"))
        cascade.permit(partitions(arns, citations(namespaces), "dynamodb:DeleteItem"))
        cascade.allow(arns.table("approvals"), "dynamodb:GetItem", "dynamodb:PutItem")
        cascade.append_to(arns.table("ledger"))
        cascade.allow([arns.gate(charter.domain) for charter in charters], "lambda:InvokeFunction")
        return cascade
