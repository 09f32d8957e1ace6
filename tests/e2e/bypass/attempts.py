"""What can be tried without any gate. No attempt would change anything of worth if it were let through."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from tests.e2e.bypass.identities import NAMES, Clients

RECORD, TENANT, OTHER_TENANT = "bypass", "north", "south"
_TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_MODEL = "amazon.nova-pro-v1:0"
_PERMIT = {"static": {"statement": "permit (principal, action, resource);"}}


class Place(NamedTuple):
    """What the attempts need to know of the deployment they are made on."""

    account: str
    region: str
    task_token: str
    policy_store: str
    roles: Mapping[str, str]

    def machine(self, workflow: str) -> str:
        return f"arn:aws:states:{self.region}:{self.account}:stateMachine:{NAMES.machine(workflow)}"


Do = Callable[[Clients, Place], object]


class Attempt(NamedTuple):
    """`action` is what IAM has to refuse by name."""

    what: str
    action: str
    do: Do


def get(table: str, key: str, what: str, tenant: str = TENANT) -> Attempt:
    return Attempt(what, "dynamodb:GetItem", lambda to, _: to("dynamodb").get_item(TableName=NAMES.of(table), Key=_item(key, tenant)))


def put(table: str, key: str, what: str, tenant: str = TENANT) -> Attempt:
    return Attempt(what, "dynamodb:PutItem", lambda to, _: to("dynamodb").put_item(**_conditional(table, key), Item=_item(key, tenant)))


def update(table: str, key: str, what: str) -> Attempt:
    return Attempt(what, "dynamodb:UpdateItem", lambda to, _: to("dynamodb").update_item(**_conditional(table, key), Key=_item(key)))


def delete(table: str, key: str, what: str) -> Attempt:
    return Attempt(what, "dynamodb:DeleteItem", lambda to, _: to("dynamodb").delete_item(**_conditional(table, key), Key=_item(key)))


def scan(table: str, what: str) -> Attempt:
    return Attempt(what, "dynamodb:Scan", lambda to, _: to("dynamodb").scan(TableName=NAMES.of(table)))


def query(table: str, key: str, value: str, what: str) -> Attempt:
    """`table` by its whole name."""
    return Attempt(what, "dynamodb:Query", lambda to, _: to("dynamodb").query(TableName=table, **_equal(key, value)))


def invoke(function: str, what: str) -> Attempt:
    return Attempt(what, "lambda:InvokeFunction", lambda to, _: to("lambda").invoke(FunctionName=NAMES.of(function), Payload=b"{}"))


def assume(role: str, what: str) -> Attempt:
    """`role` as Place.roles has it."""
    return Attempt(what, "sts:AssumeRole", lambda to, place: to("sts").assume_role(RoleArn=place.roles[role], RoleSessionName=RECORD))


def change_role(operation: str, role: str, what: str, **request: str) -> Attempt:
    name = "".join(word.capitalize() for word in operation.split("_"))
    return Attempt(
        what, f"iam:{name}", lambda to, place: getattr(to("iam"), operation)(RoleName=place.roles[role].rpartition("/")[2], **request)
    )


def _execute(statement: str, to: Clients, _: Place) -> object:
    return to("dynamodb").execute_statement(Statement=statement)


ANSWER_TASK = Attempt(
    "answer a waiting task, with its real token",
    "states:SendTaskSuccess",
    lambda to, place: to("stepfunctions").send_task_success(taskToken=place.task_token, output="{}"),
)
START_RUN = Attempt(
    "start a run that no request began",
    "states:StartExecution",
    lambda to, place: to("stepfunctions").start_execution(stateMachineArn=place.machine("claims"), input="{}"),
)
CALL_MODEL = Attempt(
    "call the model",
    "bedrock:InvokeModel",
    lambda to, _: to("bedrock-runtime").converse(modelId=_MODEL, messages=[{"role": "user", "content": [{"text": "hi"}]}]),
)
READ_POLICIES = Attempt(
    "read the policies",
    "verifiedpermissions:ListPolicies",
    lambda to, place: to("verifiedpermissions").list_policies(policyStoreId=place.policy_store),
)
ADD_POLICY = Attempt(
    "add a policy that permits everything",
    "verifiedpermissions:CreatePolicy",
    lambda to, place: to("verifiedpermissions").create_policy(policyStoreId=place.policy_store, definition=_PERMIT),
)
READ_APPROVALS = Attempt(
    "read the open questions",
    "dynamodb:Query",
    lambda to, _: to("dynamodb").query(TableName=NAMES.table("approvals"), IndexName="open", **_equal("open_in", "claims")),
)
MINT_BESIDE_A_DRAFT = Attempt(
    "mint a warrant in one transaction with a draft",
    "dynamodb:PutItem",
    lambda to, _: to("dynamodb").transact_write_items(
        TransactItems=[
            {"Put": {**_conditional("claims-assessments", "assessment_id"), "Item": _item("assessment_id")}},
            {"Put": {**_conditional("warrants", "id"), "Item": _item("id")}},
        ]
    ),
)
MAIL = Attempt(
    "send a mail",
    "ses:SendEmail",
    lambda to, _: to("sesv2").send_email(
        FromEmailAddress="remit@example.com",
        Destination={"ToAddresses": ["adjuster@example.com"]},
        Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
    ),
)

PAY_OUT = invoke("claims-payout", "pay a claim out")
EXPORT = invoke("claims-export", "export all claims")
OTHER_TENANTS = (
    get("claims-claims", "claim_id", "read a claim of another tenant", OTHER_TENANT),
    Attempt(
        "read it together with one of its own",
        "dynamodb:BatchGetItem",
        lambda to, _: to("dynamodb").batch_get_item(
            RequestItems={NAMES.of("claims-claims"): {"Keys": [_item("claim_id", tenant) for tenant in (TENANT, OTHER_TENANT)]}}
        ),
    ),
    Attempt(
        "list the claims of another tenant",
        "dynamodb:Query",
        lambda to, _: to("dynamodb").query(TableName=NAMES.of("claims-claims"), **_equal("tenant", OTHER_TENANT)),
    ),
    put("claims-assessments", "assessment_id", "draft an assessment for another tenant", OTHER_TENANT),
)
SCAN_CLAIMS = scan("claims-claims", "scan the claims")
READ_CLAIM = get("claims-claims", "claim_id", "read a claim")
DRAFT = put("claims-assessments", "assessment_id", "write a draft assessment")
MINT = put("warrants", "id", "mint a warrant")
CONSUME = put("uses", "warrant", "consume a warrant")
APPEND_LEDGER = put("ledger", "run", "append to the ledger")
EDIT_LEDGER = update("ledger", "run", "edit the ledger")
DELETE_LEDGER = delete("ledger", "run", "delete from the ledger")
TRANSACT_LEDGER = Attempt(
    "append to the ledger in a transaction",
    "dynamodb:PutItem",
    lambda to, _: to("dynamodb").transact_write_items(TransactItems=[{"Put": {**_conditional("ledger", "run"), "Item": _item("run")}}]),
)
BATCH_LEDGER = Attempt(
    "delete from the ledger in a batch",
    "dynamodb:BatchWriteItem",
    lambda to, _: to("dynamodb").batch_write_item(RequestItems={NAMES.table("ledger"): [{"DeleteRequest": {"Key": _item("run")}}]}),
)
PARTIQL_LEDGER = tuple(
    Attempt(f"{verb} the ledger in PartiQL", f"dynamodb:PartiQL{action}", partial(_execute, statement))
    for verb, action, statement in (
        ("append to", "Insert", f"INSERT INTO \"{NAMES.table('ledger')}\" VALUE {{'run': '{RECORD}', 'seq': '{RECORD}'}}"),
        ("edit", "Update", f"UPDATE \"{NAMES.table('ledger')}\" SET body='x' WHERE run='{RECORD}' AND seq='{RECORD}'"),  # noqa: S608 (a constant)
        ("delete from", "Delete", f"DELETE FROM \"{NAMES.table('ledger')}\" WHERE run='{RECORD}' AND seq='{RECORD}'"),  # noqa: S608 (a constant)
    )
)
LIFT_SUSPENSION = delete("agents", "agent", "lift a suspension")
ANSWER_APPROVAL = put("answers", "pk", "answer an approval")
CHANGE_QUESTION = put("approvals", "pk", "change what is asked")
OWN_EXECUTOR = invoke("claims-claims-executor", "invoke the claims agent's executor")
OTHER_EXECUTOR = invoke("refunds-support-executor", "invoke another agent's executor")
WAKE_GATE = invoke("claims-gate", "invoke the gate")
ASSUME_AGENT = assume("claims agent", "assume the claims agent's role")
ASSUME_OTHER_AGENT = assume("refunds agent", "assume another agent's role")
ASSUME_EXECUTOR = assume("claims executor", "assume the executor's role")
ASSUME_GATE = assume("claims gate", "assume the gate's role")

TAG_OTHERWISE = Attempt(
    "tag the agent's session with anything but tenant and user",
    "sts:TagSession",
    lambda to, place: to("sts").assume_role(
        RoleArn=place.roles["claims agent"], RoleSessionName=RECORD, Tags=[{"Key": "admin", "Value": "yes"}]
    ),
)
CHANGES_OF_ITS_ROLE = (
    change_role("put_role_policy", "claims agent", "give its own role a policy", PolicyName=RECORD, PolicyDocument=json.dumps(_TRUST)),
    change_role("attach_role_policy", "claims agent", "attach AdministratorAccess to its own role", PolicyArn=_ADMIN),
    change_role("delete_role_permissions_boundary", "claims agent", "take its role's boundary away"),
    change_role("update_assume_role_policy", "claims agent", "let anybody assume its role", PolicyDocument=json.dumps(_TRUST)),
)


def _item(key: str, tenant: str = TENANT) -> dict[str, Any]:
    """A key of a table whose other key, if it has one, has the same made-up value, or is the tenant."""
    sort = {"run": "seq", "pk": "sk"}.get(key)
    within = {"tenant": {"S": tenant}} if key in {"claim_id", "assessment_id"} else {}
    return {**within, **{name: {"S": RECORD} for name in (key, sort) if name}}


def _conditional(table: str, key: str) -> dict[str, str]:
    """On a record that is not there, so that nothing is written if it is let through."""
    return {"TableName": NAMES.of(table), "ConditionExpression": f"attribute_exists({key})"}


def _equal(attribute: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#attribute = :value",
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": {":value": {"S": value}},
    }
