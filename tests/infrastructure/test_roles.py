"""Who may do what, exactly. X-Ray and a function's own log are left out: every function has them."""

from itertools import product

import pytest

from tests.infrastructure.templates import STAGES, Deployment, deployment

LEDGER = {"dynamodb:PutItem on dynamodb:table/ledger", "dynamodb:Query on dynamodb:table/ledger"}
REWRITES = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}
ENDS = ("Success", "Failure", "Heartbeat")
STORE = "<PoliciesStore7DD7FF97>"

GRANTS = {
    "api": LEDGER
    | {
        "dynamodb:Query on dynamodb:table/approvals/index/pending",
        "states:StartExecution on states:stateMachine:refunds",
        "states:StartExecution on states:stateMachine:refunds-action",
        "states:DescribeExecution on states:execution:refunds:*",
        "states:DescribeExecution on states:execution:refunds-action:*",
    },
    "approvals": LEDGER
    | {
        "dynamodb:GetItem on dynamodb:table/approvals",
        "dynamodb:PutItem on dynamodb:table/approvals",
        "lambda:InvokeFunction on lambda:function:refunds-gate",
    },
    "recorder": LEDGER,
    "refunds-gate": LEDGER
    | {
        "dynamodb:GetItem on dynamodb:table/actions",
        "dynamodb:PutItem on dynamodb:table/actions",
        "dynamodb:GetItem on dynamodb:table/approvals",
        "dynamodb:PutItem on dynamodb:table/approvals",
        "dynamodb:PutItem on dynamodb:table/warrants",
        "dynamodb:BatchGetItem on dynamodb:table/refunds-accounts",
        "dynamodb:BatchGetItem on dynamodb:table/refunds-orders",
        f"verifiedpermissions:IsAuthorized on {STORE}",
        f"verifiedpermissions:ListPolicies on {STORE}",
        f"verifiedpermissions:GetPolicy on {STORE}",
        f"verifiedpermissions:GetSchema on {STORE}",
        "lambda:InvokeFunction on refunds-support-executor",
        "ses:SendEmail on ses:identity/remit@example.com",
        *(f"states:SendTask{end} on states:stateMachine:{machine}" for end in ENDS for machine in ("refunds", "refunds-action")),
    },
    "refunds-support-executor": {
        "dynamodb:ConditionCheckItem on dynamodb:table/warrants",
        "dynamodb:GetItem on dynamodb:table/uses",
        "dynamodb:PutItem on dynamodb:table/uses",
        "sts:AssumeRole on iam::<AWS::AccountId>:role/refunds-support-agent",
        "sts:TagSession on iam::<AWS::AccountId>:role/refunds-support-agent",
    },
    "refunds-support-reasoner": {"bedrock:InvokeModel on bedrock:<AWS::Region>::foundation-model/amazon.nova-pro-v1:0"},
}

EVERY_FUNCTION = list(product(STAGES, GRANTS))


def own(name: str) -> set[str]:
    log = f"/aws/lambda/{name}"
    return {f"logs:CreateLogStream on {log}", f"logs:PutLogEvents on {log}", "xray:PutTraceSegments on *", "xray:PutTelemetryRecords on *"}


def test_these_are_all_the_functions() -> None:
    assert deployment("prod").functions().keys() == GRANTS.keys()


@pytest.mark.parametrize(("stage", "name"), EVERY_FUNCTION)
def test_a_function_may_do_exactly_this(stage: str, name: str) -> None:
    assert deployment(stage).allowed(name) - own(name) == GRANTS[name]


@pytest.mark.parametrize(("stage", "name"), EVERY_FUNCTION)
def test_whoever_writes_the_ledger_is_denied_to_rewrite_it(stage: str, name: str) -> None:
    writes = GRANTS[name] >= LEDGER
    assert deployment(stage).denied(name) == ({f"dynamodb:{action} on dynamodb:table/ledger" for action in REWRITES} if writes else set())


@pytest.mark.parametrize("stage", STAGES)
def test_no_two_functions_share_a_role(stage: str) -> None:
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in deployment(stage).functions().values()]
    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize("stage", STAGES)
def test_only_the_gate_may_mint(stage: str) -> None:
    minting = "dynamodb:PutItem on dynamodb:table/warrants"
    assert [name for name in deployment(stage).functions() if minting in deployment(stage).allowed(name)] == ["refunds-gate"]


def test_only_what_takes_no_resource_is_granted_on_every_resource() -> None:
    tracing = {"PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"}
    delivery = {"CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"}
    logs = delivery | {"PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"}
    expected = {f"xray:{x}" for x in tracing} | {f"logs:{x}" for x in logs}
    assert {grant.removesuffix(" on *") for grant in all_grants(deployment("prod")) if grant.endswith(" on *")} == expected


@pytest.mark.parametrize("stage", STAGES)
def test_no_action_is_a_pattern(stage: str) -> None:
    assert not [grant for grant in all_grants(deployment(stage)) if "*" in grant.split(" on ")[0]]


def test_without_tracing_nothing_is_granted_to_x_ray() -> None:
    assert not [grant for grant in all_grants(deployment("local")) if grant.startswith("xray:")]


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_invokes_its_own_functions_only(stage: str) -> None:
    deployed = deployment(stage)
    machines = deployed.of_type("AWS::StepFunctions::StateMachine").values()
    invoked = {deployed.short(machine["Properties"]["StateMachineName"]): invokes(deployed, machine) for machine in machines}
    common = {"refunds-gate", "lambda:function:recorder"}
    assert invoked == {"refunds": common | {"refunds-support-reasoner"}, "refunds-action": common}


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
