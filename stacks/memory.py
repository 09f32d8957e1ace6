"""What follows from a change of memory: whatever rests on what a fact said before is held."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from remit.domain.charter import Charter
from stacks.acknowledge import acknowledge_wildcard
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.function import Function
from stacks.constructs.memory import citations, history, partitions
from stacks.constructs.stream import Stream
from stacks.constructs.texts import Texts
from stacks.stages import Stage


class MemoryStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, charters: Sequence[Charter], fact_stream: str) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._arns = stage, Arns(self, stage.names)
        Texts(self, "Logs", stage=stage, name=stage.names.logs(self.account, self.region))
        self._recorder_of_logs()
        # Until it is held: the gate refuses it as well, but nobody would be told.
        Stream(self, "Stream", arn=fact_stream, reader=self._cascade(charters))

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

    def _recorder_of_logs(self) -> None:
        """A policy for systems that record what is said: they put logs where somebody who answers for them can have them read."""
        objects = self._arns.logs("incoming/")
        allowed = iam.PolicyStatement(actions=["s3:PutObject"], resources=[objects])
        policy = iam.ManagedPolicy(self, "LogRecorder", managed_policy_name=self._stage.names.of("log-recorder"), statements=[allowed])
        acknowledge_wildcard(policy, objects, "Logs are named by whoever records them.")
