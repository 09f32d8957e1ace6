"""What is kept, what is open, and what a function is told."""

import json
import re
from collections.abc import Iterator

import pytest

from remit.domain.asl.machine import read_machine
from tests.infrastructure.grants import CHARTERS, machines_of
from tests.infrastructure.templates import STAGES, Resource, deployment

# docs/deploy.md lists them, for whoever takes a stage down.
KEPT = (
    *("AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::VerifiedPermissions::PolicyStore", "AWS::S3::Bucket"),
    *("AWS::Logs::LogGroup", "AWS::StepFunctions::StateMachine", "AWS::KMS::Key"),
)
BUCKETS = {"ledger", "logs", "mail-store", "transcripts"}
TABLES = {
    "actions": ["key"],
    "agents": ["agent"],
    "delegations": ["delegation", "sk"],
    "approvals": ["pk", "sk"],
    "answers": ["pk", "sk"],
    "warrants": ["id"],
    "uses": ["warrant"],
    "ended": ["run"],
    "facts": ["pk", "sk"],
    "ledger": ["run", "seq"],
    "budgets": ["account", "meter"],
    "tokens": ["agent", "account"],
}
BUSINESS = {
    f"{charter.domain}-{name}": [table.partition, *([table.sort] if table.sort else [])]
    for charter in CHARTERS
    for name, table in charter.tables.items()
}
BESIDES = {"policy-administration-payouts": ["payout_id"]}
TOLD = {
    "REMIT_STAGE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
    "POWERTOOLS_TRACER_CAPTURE_ERROR",
}
TOLD_ALSO: dict[str, set[str]] = {
    "api": {"LOGS_BUCKET", "ACCOUNT", "TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_KEYS_URL"},
    "approvals": {"ACCOUNT", "PUBLIC_URL", "SIGN_IN_URL", "TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_KEYS_URL"},
    "cascade": set(),
    "timekeeper": set(),
    "recorder": {"MAIL_SENDER"},
    "archiver": {"ARCHIVE_BUCKET"},
    "sealer": {"ARCHIVE_BUCKET", "SEAL_KEY", "SETTLE_SECONDS"},
    "monitor": set(),
    "claims-payout": {"PAYOUTS_TABLE"},
    "claims-export": {"CLAIMS_TABLE"},
    **{f"mailbox-service-{operation}": {"MAIL_STORE"} for operation in ("read", "list", "delete")},
}
for charter in CHARTERS:
    TOLD_ALSO[f"{charter.domain}-gate"] = {"REMIT_DOMAIN", "POLICY_ENGINE", "POLICY_STORE_ID", "MAIL_SENDER", "PUBLIC_URL", "ACCOUNT"}
    for agent in charter.acting_agents():
        TOLD_ALSO[f"{charter.domain}-{agent}-executor"] = {"REMIT_DOMAIN", "REMIT_AGENT", "AGENT_ROLE_ARN", "READER_ROLE_ARN"}
    if charter.scribe:
        TOLD_ALSO[f"{charter.domain}-extractor"] = {"REMIT_DOMAIN", "MODEL_ID", "LOGS_BUCKET"}
        TOLD_ALSO[f"{charter.domain}-{charter.scribe}-executor"] = {"REMIT_DOMAIN", "LOGS_BUCKET"}
    for agent in charter.reasoning_agents():
        TOLD_ALSO[f"{charter.domain}-{agent}-reasoner"] = {"REMIT_DOMAIN", "REMIT_AGENT", "MODEL_ID", "TRANSCRIPTS_BUCKET"}


def tables(stage: str) -> dict[str, Resource]:
    deployed = deployment(stage)
    return {deployed.short(table["Properties"]["TableName"]): table for table in deployed.of_type("AWS::DynamoDB::Table").values()}


@pytest.mark.parametrize("stage", STAGES)
def test_every_table_has_its_name_and_string_keys(stage: str) -> None:
    keys = {name: [key["AttributeName"] for key in table["Properties"]["KeySchema"]] for name, table in tables(stage).items()}
    assert keys == TABLES | BUSINESS | BESIDES
    types = [attribute["AttributeType"] for table in tables(stage).values() for attribute in table["Properties"]["AttributeDefinitions"]]
    assert set(types) == {"S"}


def test_open_approvals_are_found_by_domain_and_by_when_they_are_due_and_what_is_over_expires() -> None:
    approvals = tables("prod")["approvals"]["Properties"]
    indexes = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in approvals["GlobalSecondaryIndexes"]}
    assert indexes == {"open": ["open_in", "requested_at"], "due": ["open_in", "due_at"]}
    expiring = {name for name, table in tables("prod").items() if table["Properties"].get("TimeToLiveSpecification")}
    assert expiring == {"answers", "approvals", "budgets", "delegations", "tokens", "uses"}


def test_in_production_every_table_can_be_restored_and_is_hard_to_lose() -> None:
    for table in tables("prod").values():
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["Properties"]["DeletionProtectionEnabled"] is True
        assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize(("stage", "policy"), [("prod", "Retain"), ("local", "Delete")])
def test_state_is_kept_in_production_and_goes_with_the_local_stage(stage: str, policy: str) -> None:
    deployed = deployment(stage)
    policies = {resource.get("DeletionPolicy") for kind in KEPT for resource in deployed.of_type(kind).values()}
    assert policies == {policy}


def test_what_a_destroyed_stack_leaves_is_what_holds_state_and_the_accounts_own_setting_of_api_gateway() -> None:
    left = {
        stage: {each["Type"] for each in deployment(stage).resources.values() if each.get("DeletionPolicy") == "Retain"} for stage in STAGES
    }
    account = {"AWS::ApiGateway::Account", "AWS::IAM::Role"}
    assert left["local"] == account
    assert left["prod"] == account | {*KEPT}


def test_a_bucket_is_for_the_archive_or_mail_or_what_was_said() -> None:
    deployed = deployment("prod")
    names = [deployed.text(bucket["Properties"]["BucketName"]) for bucket in deployed.of_type("AWS::S3::Bucket").values()]
    assert {name.partition("-<")[0] for name in names} == BUCKETS


@pytest.mark.parametrize(("stage", "mode"), [("prod", "ENABLED"), ("local", "DISABLED")])
def test_every_policy_store_is_strict_and_protected_in_production(stage: str, mode: str) -> None:
    stores = deployment(stage).of_type("AWS::VerifiedPermissions::PolicyStore").values()
    assert len(stores) == len(CHARTERS)
    for store in stores:
        assert store["Properties"]["ValidationSettings"] == {"Mode": "STRICT"}
        assert store["Properties"]["DeletionProtection"] == {"Mode": mode}


@pytest.mark.parametrize("stage", STAGES)
def test_only_the_approval_links_are_open(stage: str) -> None:
    deployed = deployment(stage)
    paths = {name: resource["Properties"] for name, resource in deployed.of_type("AWS::ApiGateway::Resource").items()}
    methods = [method["Properties"] for method in deployed.of_type("AWS::ApiGateway::Method").values()]
    assert {(m["HttpMethod"], route(paths, m["ResourceId"]["Ref"])): m["AuthorizationType"] for m in methods} == {
        ("POST", "/runs"): "AWS_IAM",
        ("GET", "/runs/{id}"): "AWS_IAM",
        ("POST", "/runs/{id}/undo"): "AWS_IAM",
        ("GET", "/runs/{id}/undo"): "AWS_IAM",
        ("POST", "/runs/{id}/withdraw"): "AWS_IAM",
        ("POST", "/runs/{id}/redact"): "AWS_IAM",
        ("POST", "/intents"): "AWS_IAM",
        ("POST", "/agents/{name}/intents"): "AWS_IAM",
        ("GET", "/agents/{name}/intents/{id}"): "AWS_IAM",
        ("POST", "/agents/{name}/intents/{id}/withdraw"): "AWS_IAM",
        ("GET", "/approvals"): "AWS_IAM",
        ("GET", "/approvals/{id}"): "NONE",
        ("POST", "/approvals/{id}"): "NONE",
        ("POST", "/facts"): "AWS_IAM",
        ("POST", "/facts/extract"): "AWS_IAM",
        ("POST", "/facts/adopt"): "AWS_IAM",
        ("GET", "/facts/extract/{id}"): "AWS_IAM",
        **{("GET", f"/facts{part}"): "AWS_IAM" for part in ("", "/history", "/context", "/conflicts", "/suggestions")},
        ("GET", "/delegations"): "AWS_IAM",
        ("POST", "/delegations/{id}/revoke"): "AWS_IAM",
        ("GET", "/approvals/{id}/answers"): "AWS_IAM",
        ("POST", "/approvals/{id}/answers"): "AWS_IAM",
        ("POST", "/approvals/{id}/deputies"): "AWS_IAM",
        ("POST", "/deputies"): "AWS_IAM",
        ("GET", "/inbox"): "NONE",
        ("POST", "/inbox"): "NONE",
        ("GET", "/inbox/{id}"): "NONE",
        ("GET", "/signed-in"): "NONE",
        ("GET", "/agents"): "AWS_IAM",
        ("GET", "/agents/{name}/tools"): "AWS_IAM",
        ("POST", "/agents/{name}/suspend"): "AWS_IAM",
        ("POST", "/agents/{name}/resume"): "AWS_IAM",
    }


@pytest.mark.parametrize("stage", STAGES)
def test_the_access_log_holds_no_path_query_or_body(stage: str) -> None:
    (api_stage,) = deployment(stage).of_type("AWS::ApiGateway::Stage").values()
    logged = set(json.loads(api_stage["Properties"]["AccessLogSetting"]["Format"]).values())
    assert not {value for value in logged if re.search(r"\.path|querystring|body|header", value, re.IGNORECASE)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_is_told_what_it_needs_and_no_secret(stage: str) -> None:
    told = {name: function["Properties"]["Environment"]["Variables"] for name, function in deployment(stage).functions().items()}
    assert {name: set(variables) for name, variables in told.items()} == {name: TOLD | also for name, also in TOLD_ALSO.items()}
    assert {variables["POWERTOOLS_METRICS_NAMESPACE"] for variables in told.values()} == {f"Remit/{stage}"}
    assert not re.search(r"secret(?!ary)|password|api_?key|AKIA", json.dumps(told), re.IGNORECASE)


def test_in_production_functions_run_traced_on_arm_with_python_3_13() -> None:
    for function in deployment("prod").functions().values():
        assert function["Properties"]["Runtime"] == "python3.13"
        assert function["Properties"]["Architectures"] == ["arm64"]
        assert function["Properties"]["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_is_whole_once_its_arns_are_filled_in(stage: str) -> None:
    for machine in deployment(stage).of_type("AWS::StepFunctions::StateMachine").values():
        text = machine["Properties"]["DefinitionString"]
        assert set(re.findall(r"\$\{(\w+)\}", text)) == machine["Properties"]["DefinitionSubstitutions"].keys()


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_waits_for_a_human_as_long_as_its_charter_says(stage: str) -> None:
    deployed = deployment(stage)
    machines = deployed.of_type("AWS::StepFunctions::StateMachine").values()
    waits = {deployed.short(m["Properties"]["StateMachineName"]): set(patience(m)) for m in machines}
    assert waits == {name: {charter.longest_wait_seconds() + 300} for charter in CHARTERS for name in machines_of(charter)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_machine_logs_every_event_without_its_data(stage: str) -> None:
    for machine in deployment(stage).of_type("AWS::StepFunctions::StateMachine").values():
        logging = machine["Properties"]["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_machine_and_route_is_traced(stage: str) -> None:
    deployed = deployment(stage)
    functions = {function["Properties"]["TracingConfig"]["Mode"] for function in deployed.functions().values()}
    machines = {
        each["Properties"]["TracingConfiguration"]["Enabled"] for each in deployed.of_type("AWS::StepFunctions::StateMachine").values()
    }
    (api,) = deployed.of_type("AWS::ApiGateway::Stage").values()
    assert (functions, machines, api["Properties"]["TracingEnabled"]) == ({"Active"}, {True}, True)


def route(paths: dict[str, Resource], resource: str) -> str:
    properties = paths[resource]
    parent = properties["ParentId"]
    above = route(paths, parent["Ref"]) if "Ref" in parent else ""
    return f"{above}/{properties['PathPart']}"


@pytest.mark.parametrize("stage", STAGES)
def test_mail_is_encrypted_tracked_by_nobody_and_what_bounces_is_told(stage: str) -> None:
    deployed = deployment(stage)
    (settings,) = deployed.of_type("AWS::SES::ConfigurationSet").values()
    assert settings["Properties"]["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert "TrackingOptions" not in settings["Properties"]
    (destination,) = deployed.of_type("AWS::SES::ConfigurationSetEventDestination").values()
    told = destination["Properties"]["EventDestination"]["MatchingEventTypes"]
    assert {event.lower() for event in told} == {"bounce", "complaint", "reject"}


@pytest.mark.parametrize("stage", STAGES)
def test_each_gate_hears_of_its_own_mails_that_do_not_arrive(stage: str) -> None:
    rules = [rule["Properties"]["EventPattern"] for rule in deployment(stage).of_type("AWS::Events::Rule").values()]
    heard = {(*rule["source"], *rule["detail-type"], *rule["detail"]["mail"]["tags"]["domain"]) for rule in rules}
    assert heard == {("aws.ses", "Email Bounced", "Email Rejected", charter.domain) for charter in CHARTERS}


@pytest.mark.parametrize("stage", STAGES)
def test_time_passes_for_questions_every_minute(stage: str) -> None:
    schedules = [each["Properties"] for each in deployment(stage).of_type("AWS::Scheduler::Schedule").values()]
    assert {each["ScheduleExpression"] for each in schedules if "tick" in str(each["Name"])} == {"rate(1 minute)"}


def patience(machine: Resource) -> Iterator[object]:
    """How long each state waits for the gate's answer, wherever it is nested."""
    for _, task in read_machine(machine["Properties"]["DefinitionString"]).tasks():
        if task.resource.endswith(".waitForTaskToken"):
            yield task.timeout_seconds
