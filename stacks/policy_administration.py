"""The insurer's policy administration, for the claims domain: beside Remit, with grants of its own, and known to no charter."""

from aws_cdk import Stack
from constructs import Construct

from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.function import Function
from stacks.constructs.table import Table
from stacks.stages import Stage

_FOLDER = "policy_administration"


class PolicyAdministrationStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names = stage, stage.names
        payouts = Table(self, "Payouts", stage=stage, name=self._names.of("policy-administration", "payouts"), key="payout_id")
        payout = self._function("payout", "payout", {"PAYOUTS_TABLE": payouts.table_name})
        payout.allow(payouts.table_arn, "dynamodb:PutItem")
        claims = self._names.business_table("claims", "claims")
        export = self._function("export", "bulk_export", {"CLAIMS_TABLE": claims})
        export.allow(Arns(self, self._names).business_table("claims", "claims"), "dynamodb:Scan")

    def _function(self, name: str, entry: str, environment: dict[str, str]) -> Function:
        return Function(
            self,
            name.capitalize(),
            stage=self._stage,
            name=self._names.of("claims", name),
            bundle=Bundle(folder=_FOLDER, entry=entry),
            environment=environment,
        )
