"""A Step Functions machine from its ASL file, in which only ${…} are left open."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from remit.names import machine_variable
from stacks.acknowledge import acknowledge, acknowledge_wildcard
from stacks.arns import Arns
from stacks.constructs.ledger_table import never_rewrites
from stacks.constructs.log_group import LogGroup
from stacks.stages import Stage

# The service's own, for machines that wait for executions of others.
_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"


class Workflow(Construct):
    """`functions` are the Lambda ARNs by their names in the file, and all that the machine may invoke; `machines`, likewise, are all that
    it may start and wait for, and their `executions` are named after their runs."""

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
        machines: Mapping[str, str],
        executions: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = LogGroup(self, "Logs", stage=stage, name=f"/aws/vendedlogs/states/{name}")
        machine = stepfunctions.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=stepfunctions.DefinitionBody.from_string(_with_numbers(definition, numbers)),
            definition_substitutions={**functions, **machines},
            logs=stepfunctions.LogOptions(destination=log_group, level=stepfunctions.LogLevel.ALL, include_execution_data=False),
            tracing_enabled=True,
            removal_policy=stage.removal_policy,
        )
        machine.add_to_role_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(functions.values())))
        machine.add_to_role_policy(never_rewrites(Arns(Stack.of(self), stage.names)))
        if machines:
            _let_start(machine, machines.values(), executions)
        acknowledge(machine.role, "AwsSolutions-IAM5[Resource::*]", "Log delivery and X-Ray take no resource.")


def starts(definition: str, workflows: Iterable[str]) -> tuple[str, ...]:
    """Those of the workflows that a definition starts."""
    return tuple(each for each in workflows if f"${{{machine_variable(each)}}}" in definition)


def _let_start(machine: stepfunctions.StateMachine, machines: Iterable[str], executions: Sequence[str]) -> None:
    """Start runs, wait for their ends, and stop them when it is stopped itself: the service does the waiting by a rule of its own."""
    rule = Stack.of(machine).format_arn(service="events", resource="rule", resource_name=_RULE)
    machine.add_to_role_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[*machines]))
    machine.add_to_role_policy(iam.PolicyStatement(actions=["states:DescribeExecution", "states:StopExecution"], resources=[*executions]))
    actions = [f"events:{action}" for action in ("PutTargets", "PutRule", "DescribeRule")]
    machine.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[rule]))
    for execution in executions:
        acknowledge_wildcard(machine.role, execution, "An execution is named after its run, which is not known before.")


def _with_numbers(definition: Path, numbers: Mapping[str, int]) -> str:
    """CloudFormation would put a number in as text: the quotes around it have to go here."""
    text = definition.read_text(encoding="utf-8")
    for name, number in numbers.items():
        text = text.replace(f'"${{{name}}}"', str(number))
    return text
