"""Who may do what, exactly. X-Ray and a function's own log are left out: every function has them."""

from itertools import product
from pathlib import Path

import pytest

from remit.names import extract_workflow
from tests.infrastructure.grants import CHARTERS, NO_REWRITES, executing, gates, machines_of, of_all_functions
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment

GRANTS = of_all_functions()
EVERY_FUNCTION = list(product(STAGES, GRANTS))


def own(name: str) -> set[str]:
    log = f"/aws/lambda/{name}"
    return {f"logs:CreateLogStream on {log}", f"logs:PutLogEvents on {log}", "xray:PutTraceSegments on *", "xray:PutTelemetryRecords on *"}


def holders(stage: str, grant: str) -> set[str]:
    """The functions whose role has a grant that begins so."""
    deployed = deployment(stage)
    return {name for name in deployed.functions() if any(each.startswith(grant) for each in deployed.allowed(name))}


def test_these_are_all_the_functions() -> None:
    assert deployment("prod").functions().keys() == GRANTS.keys()


@pytest.mark.parametrize(("stage", "name"), EVERY_FUNCTION)
def test_a_function_may_do_exactly_this(stage: str, name: str) -> None:
    assert deployment(stage).allowed(name) - own(name) == GRANTS[name]


@pytest.mark.parametrize("stage", STAGES)
def test_every_role_there_is_is_denied_to_rewrite_the_ledger(stage: str) -> None:
    """By its own policy or by its boundary; the table's own policy denies it once more, to everybody."""
    denials = deployment(stage).grants_by_role("Deny")
    assert len(denials) > len(GRANTS)
    assert {role: found for role, found in denials.items() if not found >= NO_REWRITES} == {}


@pytest.mark.parametrize(("stage", "name"), EVERY_FUNCTION)
def test_a_function_is_denied_nothing_else(stage: str, name: str) -> None:
    assert deployment(stage).denied(name) == NO_REWRITES


@pytest.mark.parametrize("stage", STAGES)
def test_no_two_functions_share_a_role(stage: str) -> None:
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in deployment(stage).functions().values()]
    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize("stage", STAGES)
def test_only_the_gates_may_mint(stage: str) -> None:
    assert holders(stage, "dynamodb:PutItem on dynamodb:table/warrants") == gates()


@pytest.mark.parametrize("stage", STAGES)
def test_only_the_gates_may_answer_a_waiting_task(stage: str) -> None:
    assert holders(stage, "states:SendTask") == gates()


@pytest.mark.parametrize("stage", STAGES)
def test_only_a_domains_gate_may_invoke_its_executors(stage: str) -> None:
    for charter in CHARTERS:
        for agent in executing(charter):
            executor = f"lambda:InvokeFunction on {charter.domain}-{agent}-executor"
            assert holders(stage, executor) == {f"{charter.domain}-gate"}


@pytest.mark.parametrize("stage", STAGES)
def test_gates_ask_the_cascade_holds_and_approvals_answer(stage: str) -> None:
    assert holders(stage, "dynamodb:PutItem on dynamodb:table/approvals") == {*gates(), "cascade"}
    assert holders(stage, "dynamodb:PutItem on dynamodb:table/answers") == {"approvals"}
    open_to_all = [method for method in methods(stage) if method["AuthorizationType"] == "NONE"]
    assert {behind(stage, method) for method in open_to_all} == {"approvals"}


@pytest.mark.parametrize("stage", STAGES)
def test_no_role_is_passed_on_and_none_but_the_agents_are_assumed(stage: str) -> None:
    passed = [grant for grant in all_grants(deployment(stage)) if grant.startswith("iam:")]
    assumed = {grant for grant in all_grants(deployment(stage)) if grant.startswith("sts:AssumeRole")}
    roles = {
        f"{charter.domain}-{agent}-{kind}" for charter in CHARTERS for agent in charter.acting_agents() for kind in ("agent", "reader")
    }
    assert (passed, assumed) == ([], {f"sts:AssumeRole on iam::<AWS::AccountId>:role/{role}" for role in roles})


def test_only_what_takes_no_resource_is_granted_on_every_resource() -> None:
    tracing = {"PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"}
    delivery = {"CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"}
    logs = delivery | {"PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"}
    expected = {f"xray:{x}" for x in tracing} | {f"logs:{x}" for x in logs}
    assert {grant.removesuffix(" on *") for grant in all_grants(deployment("prod")) if grant.endswith(" on *")} == expected


@pytest.mark.parametrize("stage", STAGES)
def test_no_action_is_a_pattern(stage: str) -> None:
    assert not [grant for grant in all_grants(deployment(stage)) if "*" in grant.split(" on ")[0]]


def file_of(workflow: str) -> str:
    return Path(f"statemachines/{workflow}.asl.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_invokes_its_own_gate_reasoner_and_the_recorder_only(stage: str) -> None:
    deployed = deployment(stage)
    machines = deployed.of_type("AWS::StepFunctions::StateMachine").values()
    invoked = {deployed.short(machine["Properties"]["StateMachineName"]): invokes(deployed, machine) for machine in machines}
    expected: dict[str, set[str]] = {}
    for charter in CHARTERS:
        common = {f"{charter.domain}-gate", "lambda:function:recorder"}
        expected |= dict.fromkeys(machines_of(charter), common)
        if charter.scribe:
            expected[extract_workflow(charter.domain)] = common | {f"{charter.domain}-extractor"}
        reasoning = {name: spec.agent for name, spec in charter.workflows.items() if "${ReasonerArn}" in file_of(name)}
        expected |= {name: common | {f"{charter.domain}-{agent}-reasoner"} for name, agent in reasoning.items()}
    assert invoked == expected


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_lets_in_the_api_and_a_gate_returned_mails_too(stage: str) -> None:
    """A function's own policy could let somebody in whom no role's policy names."""
    permissions = [permission["Properties"] for permission in deployment(stage).of_type("AWS::Lambda::Permission").values()]
    assert {permission["Principal"] for permission in permissions} == {"apigateway.amazonaws.com", "events.amazonaws.com"}
    by_rules = [permission for permission in permissions if permission["Principal"] == "events.amazonaws.com"]
    rules = deployment(stage).of_type("AWS::Events::Rule").keys()
    sources = {str(permission["SourceArn"]["Fn::GetAtt"][0]).rpartition(":")[2] for permission in by_rules}
    assert sources == {name.rpartition(":")[2] for name in rules}
    assert len(by_rules) == len(CHARTERS)
    assert all("SourceArn" in permission for permission in permissions)


def methods(stage: str) -> list[Resource]:
    return [method["Properties"] for method in deployment(stage).of_type("AWS::ApiGateway::Method").values()]


def behind(stage: str, method: Resource) -> str:
    """The function that a route leads to."""
    return deployment(stage).text(method["Integration"]["Uri"]).split("/functions/")[1].split("/")[0]


def invokes(deployed: Deployment, machine: object) -> set[str]:
    assert isinstance(machine, dict)
    grants = deployed.grants(machine["Properties"]["RoleArn"])
    return {grant.removeprefix("lambda:InvokeFunction on ") for _, grant in grants if grant.startswith("lambda:")}


def all_grants(deployed: Deployment) -> set[str]:
    documents = [policy["Properties"]["PolicyDocument"] for policy in deployed.of_type("AWS::IAM::Policy").values()]
    documents += [policy["Properties"]["PolicyDocument"] for policy in deployed.of_type("AWS::IAM::ManagedPolicy").values()]
    for role in deployed.of_type("AWS::IAM::Role").values():
        documents += [policy["PolicyDocument"] for policy in role["Properties"].get("Policies", [])]
    return {grant for document in documents for effect, grant in deployed.statements(document) if effect == "Allow"}
