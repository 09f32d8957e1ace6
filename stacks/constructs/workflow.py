"""A Step Functions machine from its ASL file, in which only ${…} are left open."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from stacks.acknowledge import acknowledge
from stacks.constructs.log_group import LogGroup
from stacks.stages import Stage


class Workflow(Construct):
    """`functions` are the Lambda ARNs by their names in the file, and all that the machine may invoke."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        name: str,
        definition: Path,
        functions: Mapping[str, str],
        numbers: Mapping[str, int],
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = LogGroup(self, "Logs", stage=stage, name=f"/aws/vendedlogs/states/{name}")
        machine = stepfunctions.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=stepfunctions.DefinitionBody.from_string(_with_numbers(definition, numbers)),
            definition_substitutions=functions,
            logs=stepfunctions.LogOptions(destination=log_group, level=stepfunctions.LogLevel.ALL, include_execution_data=False),
            tracing_enabled=True,
            removal_policy=stage.removal_policy,
        )
        machine.add_to_role_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(functions.values())))
        acknowledge(machine.role, "AwsSolutions-IAM5[Resource::*]", "Log delivery and X-Ray take no resource.")


def _with_numbers(definition: Path, numbers: Mapping[str, int]) -> str:
    """CloudFormation would put a number in as text: the quotes around it have to go here."""
    text = definition.read_text(encoding="utf-8")
    for name, number in numbers.items():
        text = text.replace(f'"${{{name}}}"', str(number))
    return text
