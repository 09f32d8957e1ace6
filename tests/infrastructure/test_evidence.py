"""What makes the ledger evidence, in the templates."""

import pytest

from tests.infrastructure.grants import REWRITES
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment, listed

LEDGER = "dynamodb:table/ledger"


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


def archive(deployed: Deployment) -> tuple[Resource, list[Resource]]:
    """The bucket, and the statements of its own policy."""
    (name,) = (name for name, each in deployed.of_type("AWS::S3::Bucket").items() if "ObjectLockEnabled" in each["Properties"])
    policies = (each["Properties"] for each in deployed.of_type("AWS::S3::BucketPolicy").values())
    (policy,) = (each for each in policies if each["Bucket"] == {"Ref": name})
    bucket = deployed.resources[name]["Properties"]
    return bucket, policy["PolicyDocument"]["Statement"]


@pytest.mark.parametrize(("stage", "days"), [("local", 1), ("prod", 365)])
def test_what_is_archived_stays_whoever_wants_otherwise(stage: str, days: int) -> None:
    bucket, _ = archive(deployment(stage))
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": days}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms"
    }


@pytest.mark.parametrize("stage", STAGES)
def test_the_archive_takes_new_objects_from_its_two_writers_and_lets_nobody_delete(stage: str) -> None:
    deployed = deployment(stage)
    _, statements = archive(deployed)
    denied = [statement for statement in statements if listed(statement["Action"]) != ["s3:*"]]
    assert {statement["Effect"] for statement in denied} == {"Deny"}
    assert {statement["Principal"]["AWS"] for statement in denied} == {"*"}
    removals, overwriting, others = denied
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"} <= set(removals["Action"])
    assert "Condition" not in removals
    assert (overwriting["Action"], overwriting["Condition"]) == ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}})
    writers = [deployed.functions()[name]["Properties"]["Role"] for name in ("archiver", "sealer")]
    assert (others["Action"], others["Condition"]) == ("s3:PutObject", {"ArnNotEquals": {"aws:PrincipalArn": writers}})


@pytest.mark.parametrize("stage", STAGES)
def test_nobody_but_the_sealer_signs(stage: str) -> None:
    deployed = deployment(stage)
    (key,) = (key["Properties"] for key in deployed.of_type("AWS::KMS::Key").values() if key["Properties"].get("KeyUsage") == "SIGN_VERIFY")
    _, signing = key["KeyPolicy"]["Statement"]
    sealer = deployed.functions()["sealer"]["Properties"]["Role"]
    assert (signing["Effect"], signing["Action"], signing["Principal"]) == ("Deny", "kms:Sign", {"AWS": "*"})
    assert signing["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": sealer}}
    assert {name for name in deployed.functions() if any("kms:Sign" in grant for grant in deployed.allowed(name))} == {"sealer"}


@pytest.mark.parametrize("stage", STAGES)
def test_the_archiver_gets_every_change_until_it_has_kept_it(stage: str) -> None:
    mappings = deployment(stage).of_type("AWS::Lambda::EventSourceMapping").items()
    (mapping,) = (each["Properties"] for name, each in mappings if name.startswith("evidence:"))
    assert (mapping["StartingPosition"], mapping["FunctionResponseTypes"]) == ("TRIM_HORIZON", ["ReportBatchItemFailures"])
    assert not {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "FilterCriteria"} & mapping.keys()


@pytest.mark.parametrize(("stage", "rate"), [("local", "rate(1 minute)"), ("prod", "rate(15 minutes)")])
def test_the_sealer_is_invoked_by_its_schedule_only(stage: str, rate: str) -> None:
    deployed = deployment(stage)
    schedules = (each["Properties"] for each in deployed.of_type("AWS::Scheduler::Schedule").values())
    (schedule,) = (each for each in schedules if deployed.text(each["Target"]["Arn"]) == "sealer")
    assert schedule["ScheduleExpression"] == rate
    role = schedule["Target"]["RoleArn"]
    assert [grant for effect, grant in deployed.grants(role) if effect == "Allow"] == ["lambda:InvokeFunction on sealer"]
    assert not [name for name in deployed.functions() if any("function:sealer" in grant for grant in deployed.allowed(name))]


def test_an_auditor_reads_the_ledger_and_its_archive_and_nothing_else() -> None:
    deployed = deployment("prod")
    policies = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    auditor = next(each["Properties"] for each in policies if each["Properties"]["ManagedPolicyName"] == "remit-prod-auditor")
    assert set(deployed.statements(auditor["PolicyDocument"])) == {
        ("Allow", f"dynamodb:Scan on {LEDGER}"),
        ("Allow", f"dynamodb:Query on {LEDGER}"),
        ("Allow", "s3:ListBucket on <evidence:ArchiveDA4CB258>"),
        ("Allow", "s3:GetObject on s3:::ledger-<AWS::AccountId>-<AWS::Region>/*"),
    }


@pytest.mark.parametrize(("stage", "days"), [("local", 7), ("prod", 365)])
def test_what_models_were_asked_and_answered_is_encrypted_expires_and_can_be_redacted(stage: str, days: int) -> None:
    deployed = deployment(stage)
    (bucket,) = (each["Properties"] for name, each in deployed.of_type("AWS::S3::Bucket").items() if "Transcripts" in name)
    assert "VersioningConfiguration" not in bucket
    assert [rule["ExpirationInDays"] for rule in bucket["LifecycleConfiguration"]["Rules"]] == [days]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}


def test_transcripts_are_read_by_whoever_may_and_deleted_by_the_api_alone_which_records_it() -> None:
    deployed = deployment("prod")
    policies = [each["Properties"] for each in deployed.of_type("AWS::IAM::ManagedPolicy").values()]
    of_people = {(each["ManagedPolicyName"], grant) for each in policies for _, grant in deployed.statements(each["PolicyDocument"])}
    transcripts = "s3:::transcripts-<AWS::AccountId>-<AWS::Region>/*"
    assert {who for who, grant in of_people if grant == f"s3:GetObject on {transcripts}"} == {"remit-prod-transcripts"}
    assert [grant for _, grant in of_people if "s3:DeleteObject" in grant] == []
    everybodys = {(name, grant) for name in deployed.functions() for grant in deployed.allowed(name) if "transcripts-" in grant}
    assert {grant.partition(" on ")[0] for name, grant in everybodys if name != "api"} == {"s3:PutObject"}
    assert {grant for name, grant in everybodys if name == "api"} == {f"s3:DeleteObject on {transcripts}"}
    redactor = next(each for each in policies if each["ManagedPolicyName"] == "remit-prod-redactor")
    routes = [grant.rpartition("/runs/")[2] for _, grant in deployed.statements(redactor["PolicyDocument"])]
    assert sorted(routes) == ["*", "*/redact"]
