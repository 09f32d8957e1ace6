"""What makes the ledger evidence, in the templates."""

import pytest

from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment, listed

LEDGER = "dynamodb:table/ledger"
REWRITES = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}


def ledger(deployed: Deployment) -> Resource:
    tables = deployed.of_type("AWS::DynamoDB::Table").values()
    properties: Resource = next(table["Properties"] for table in tables if deployed.short(table["Properties"]["TableName"]) == "ledger")
    return properties


def denials(deployed: Deployment) -> list[tuple[set[str], object, str]]:
    """What the ledger's own policy denies: actions, under which condition, and to whom."""
    document = ledger(deployed)["ResourcePolicy"]["PolicyDocument"]
    assert {deployed.text(resource) for statement in document["Statement"] for resource in listed(statement["Resource"])} == {LEDGER}
    assert {statement["Effect"] for statement in document["Statement"]} == {"Deny"}
    return [
        ({action.removeprefix("dynamodb:") for action in listed(each["Action"])}, each.get("Condition"), each["Principal"]["AWS"])
        for each in document["Statement"]
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_the_ledgers_own_policy_denies_every_rewrite_to_everybody(stage: str) -> None:
    assert (REWRITES, None, "*") in denials(deployment(stage))


@pytest.mark.parametrize("stage", STAGES)
def test_an_entry_is_put_by_remits_roles_in_a_transaction_and_not_otherwise(stage: str) -> None:
    deployed = deployment(stage)
    conditions = [condition for actions, condition, whom in denials(deployed) if (actions, whom) == ({"PutItem"}, "*")]
    (by_role, in_transaction) = conditions
    assert in_transaction == {"Null": {"dynamodb:EnclosingOperation": "true"}}
    assert isinstance(by_role, dict)
    assert deployed.text(by_role["ArnNotLike"]["aws:PrincipalArn"]) == "iam::<AWS::AccountId>:role/*"


@pytest.mark.parametrize("stage", STAGES)
def test_every_change_of_the_ledger_is_streamed_as_it_was_and_as_it_is(stage: str) -> None:
    assert ledger(deployment(stage))["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.mark.parametrize("stage", STAGES)
def test_every_log_group_expires_and_is_encrypted_with_its_own_stacks_key(stage: str) -> None:
    deployed = deployment(stage)
    groups = deployed.of_type("AWS::Logs::LogGroup")
    assert groups
    for name, group in groups.items():
        properties = group["Properties"]
        assert properties["RetentionInDays"] == {"local": 7, "prod": 365}[stage]
        key = properties["KmsKeyId"]["Fn::GetAtt"][0]
        assert key.partition(":")[0] == name.partition(":")[0]
        assert deployed.resources[key]["Properties"]["EnableKeyRotation"] is True


@pytest.mark.parametrize("stage", STAGES)
def test_a_log_key_serves_the_log_service_for_remits_groups_only(stage: str) -> None:
    deployed = deployment(stage)
    keys = [key for name, key in deployed.of_type("AWS::KMS::Key").items() if ":LogKey" in name]
    assert len(keys) == len({name.partition(":")[0] for name in deployed.of_type("AWS::Logs::LogGroup")})
    for key in keys:
        account, service = key["Properties"]["KeyPolicy"]["Statement"]
        assert deployed.text(account["Principal"]["AWS"]) == "iam::<AWS::AccountId>:root"
        groups = service["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
        assert deployed.text(groups) == "logs:log-group:**"


@pytest.mark.parametrize("stage", STAGES)
def test_every_functions_log_is_json(stage: str) -> None:
    formats = {function["Properties"]["LoggingConfig"]["LogFormat"] for function in deployment(stage).functions().values()}
    assert formats == {"JSON"}
