"""What each function's role is allowed, from the charters alone: "action on resource" by the function's name. Its own log is left out."""

from collections.abc import Iterator
from pathlib import Path

from remit.charters import load_charters
from remit.domain.charter import Charter
from remit.names import action_workflow, extract_workflow, undo_workflow

CHARTERS = load_charters(Path("charters"))
# What no role may do to the ledger, whatever else it is granted.
REWRITES = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}
NO_REWRITES = {f"dynamodb:{action} on dynamodb:table/ledger" for action in REWRITES}
LEDGER = {"dynamodb:PutItem on dynamodb:table/ledger", "dynamodb:Query on dynamodb:table/ledger"}
MAIL = {f"ses:SendEmail on ses:{what}" for what in ("identity/remit@example.com", "configuration-set/mail")}
MODEL = "bedrock:<AWS::Region>::foundation-model/amazon.nova-pro-v1:0"
_MAIL_STORE = "s3:::mail-store-<AWS::AccountId>-<AWS::Region>"
_ARCHIVED = "s3:::ledger-<AWS::AccountId>-<AWS::Region>"
_LOGS = "s3:::logs-<AWS::AccountId>-<AWS::Region>"
_STREAM_READS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
_TASK_ANSWERS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")
_STORE_READS = ("IsAuthorized", "ListPolicies", "GetPolicy", "GetSchema")


def machines_of(charter: Charter) -> list[str]:
    undo = [undo_workflow(charter.domain)] if any(tool.compensate for tool in charter.tools.values()) else []
    extract = [extract_workflow(charter.domain)] if charter.scribe else []
    return [*charter.workflows, action_workflow(charter.domain), *undo, *extract]


def workflows() -> Iterator[str]:
    return (machine for charter in CHARTERS for machine in machines_of(charter))


def of_all_functions() -> dict[str, set[str]]:
    recorder = LEDGER | MAIL | _taking_back() | {"dynamodb:DeleteItem on dynamodb:table/facts"}
    grants = {"api": _api(), "approvals": _approvals(), "recorder": recorder, "timekeeper": _timekeeper()}
    for charter in CHARTERS:
        grants |= _of_domain(charter)
    return grants | {
        "archiver": _archiver(),
        "sealer": _sealer(),
        "monitor": {f"dynamodb:Query on dynamodb:table/{read}" for read in ("approvals/index/open", "budgets")},
        "cascade": _cascade(),
        "claims-payout": {"dynamodb:PutItem on policy-administration-payouts"},
        "claims-export": {"dynamodb:Scan on dynamodb:table/claims-claims"},
        **_mailbox_service(),
    }


def _mailbox_service() -> dict[str, set[str]]:
    lists = f"s3:ListBucket on {_MAIL_STORE}"
    return {
        "mailbox-service-read": {lists, f"s3:GetObject on {_MAIL_STORE}/mail/*"},
        "mailbox-service-list": {lists, f"s3:GetObject on {_MAIL_STORE}/deletions/*"},
        "mailbox-service-delete": {
            lists,
            *(f"s3:{action} on {_MAIL_STORE}/deletions/*" for action in ("GetObject", "PutObject")),
            f"s3:DeleteObject on {_MAIL_STORE}/mail/*",
        },
    }


def _cascade() -> set[str]:
    """tests/infrastructure/test_memory.py has the partitions."""
    stream = {f"dynamodb:{read} on <core:ExportsOutputFnGetAttFactsStreamArn>" for read in _STREAM_READS}
    facts = {f"dynamodb:{action} on dynamodb:table/facts" for action in ("GetItem", "UpdateItem", "Query", "DeleteItem")}
    approvals = {f"dynamodb:{action} on dynamodb:table/approvals" for action in ("GetItem", "PutItem")}
    return LEDGER | stream | facts | approvals | {f"lambda:InvokeFunction on lambda:function:{gate}" for gate in gates()}


def _archiver() -> set[str]:
    stream = {f"dynamodb:{read} on <core:ExportsOutputFnGetAttLedgerStreamArn>" for read in _STREAM_READS}
    kept = {f"s3:PutObject on {_ARCHIVED}/{folder}/*" for folder in ("entries", "irregular")}
    return stream | kept | {"dynamodb:Query on dynamodb:table/ledger"}


def _sealer() -> set[str]:
    return (
        {f"s3:GetObject on {_ARCHIVED}/{folder}/*" for folder in ("entries", "irregular", "seals")}
        | {f"s3:PutObject on {_ARCHIVED}/{folder}/*" for folder in ("seals", "keys")}
        | {"s3:ListBucket on <evidence:ArchiveDA4CB258>"}
        | {f"kms:{action} on <evidence:SealKey94782D95>" for action in ("Sign", "GetPublicKey")}
    )


def gates() -> set[str]:
    return {f"{charter.domain}-gate" for charter in CHARTERS}


def _api() -> set[str]:
    grants = {f"dynamodb:{action} on dynamodb:table/agents" for action in ("Scan", "PutItem", "DeleteItem")}
    opened = {workflow for charter in CHARTERS for workflow in charter.opened_workflows()}
    for workflow in workflows():
        grants |= _execution(workflow)
        grants |= set() if workflow in opened else {f"states:StartExecution on states:stateMachine:{workflow}"}
    actions = ("GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem")
    facts = {f"dynamodb:{action} on dynamodb:table/facts" for action in actions}
    delegations = {f"dynamodb:{action} on dynamodb:table/delegations" for action in ("Query", "PutItem", "ConditionCheckItem")}
    undo = {"dynamodb:GetItem on dynamodb:table/actions"}
    redact = {"s3:DeleteObject on s3:::transcripts-<AWS::AccountId>-<AWS::Region>/*"}
    ends = {"dynamodb:PutItem on dynamodb:table/ended", "dynamodb:ConditionCheckItem on dynamodb:table/approvals"}
    waking = {f"lambda:InvokeFunction on lambda:function:{gate}" for gate in gates()}
    person = {"dynamodb:Query on dynamodb:table/delegations/index/person"}
    kept = {f"s3:PutObject on {_LOGS}/kept/{charter.domain}/*" for charter in CHARTERS if charter.scribe}
    logs = {f"s3:GetObject on {_LOGS}/incoming/*"} | kept
    return LEDGER | grants | facts | delegations | undo | redact | ends | waking | logs | person


def _taking_back() -> set[str]:
    return {f"dynamodb:PutItem on dynamodb:table/{table}" for table in ("uses", "ended")} | {
        "dynamodb:UpdateItem on dynamodb:table/budgets"
    }


def _execution(workflow: str) -> set[str]:
    return {f"states:{action} on states:execution:{workflow}:*" for action in ("DescribeExecution", "StopExecution")}


def _approvals() -> set[str]:
    waking = {f"lambda:InvokeFunction on lambda:function:{gate}" for gate in gates()}
    asked = {f"dynamodb:{action} on dynamodb:table/approvals" for action in ("GetItem", "ConditionCheckItem")}
    said = {f"dynamodb:{action} on dynamodb:table/answers" for action in ("GetItem", "PutItem")}
    active = {f"dynamodb:{action} on dynamodb:table/agents" for action in ("GetItem", "ConditionCheckItem")}
    return LEDGER | waking | asked | said | active | {"dynamodb:Query on dynamodb:table/approvals/index/open"}


def _timekeeper() -> set[str]:
    waking = {f"lambda:InvokeFunction on lambda:function:{gate}" for gate in gates()}
    return waking | {"dynamodb:Query on dynamodb:table/approvals/index/due"}


def _of_domain(charter: Charter) -> dict[str, set[str]]:
    grants = {f"{charter.domain}-gate": _gate(charter)}
    for agent in charter.acting_agents():
        grants[f"{charter.domain}-{agent}-executor"] = _executor(charter.domain, agent)
    if charter.scribe:
        reads = {f"s3:GetObject on {_LOGS}/kept/{charter.domain}/*"}
        grants[f"{charter.domain}-extractor"] = reads | {f"bedrock:InvokeModel on {MODEL}"} | _tokens(charter)
        grants[f"{charter.domain}-{charter.scribe}-executor"] = reads | LEDGER | _uses() | _asserting()
    for agent in charter.reasoning_agents():
        kept = f"s3:PutObject on s3:::transcripts-<AWS::AccountId>-<AWS::Region>/{charter.domain}/{agent}/*"
        thinks = {f"bedrock:InvokeModel on {MODEL}", kept}
        grants[f"{charter.domain}-{agent}-reasoner"] = thinks | _memory(charter, agent) | _tokens(charter)
    return grants


def _memory(charter: Charter, agent: str) -> set[str]:
    """What the reasoner shows its model; tests/infrastructure/test_memory.py has the condition."""
    return {"dynamodb:Query on dynamodb:table/facts"} if charter.namespaces_of(agent) else set()


def _tokens(charter: Charter) -> set[str]:
    """What it may spend on its model, in its own partition."""
    return {"dynamodb:UpdateItem on dynamodb:table/tokens"} if charter.bounds_tokens else set()


def _relied_on(charter: Charter) -> set[str]:
    """What a decision looks at of memory, and that it cites it."""
    actions = ("BatchGetItem", "ConditionCheckItem", "PutItem", "DeleteItem") if charter.fact_namespaces() else ()
    return {f"dynamodb:{action} on dynamodb:table/facts" for action in actions}


def _gate(charter: Charter) -> set[str]:
    domain = charter.domain
    return (
        LEDGER
        | {f"dynamodb:{action} on dynamodb:table/{table}" for action in ("GetItem", "PutItem") for table in ("actions", "approvals")}
        | {"dynamodb:GetItem on dynamodb:table/answers"}
        | {
            "dynamodb:PutItem on dynamodb:table/warrants",
            "dynamodb:UpdateItem on dynamodb:table/budgets",
            "dynamodb:PutItem on dynamodb:table/uses",
            *(f"dynamodb:ConditionCheckItem on dynamodb:table/{table}" for table in ("agents", "delegations", "ended")),
        }
        | {f"dynamodb:BatchGetItem on dynamodb:table/{domain}-{table}" for table in charter.fact_tables()}
        | _relied_on(charter)
        | {f"verifiedpermissions:{action} on <{domain}:PoliciesStore7DD7FF97>" for action in _STORE_READS}
        | {f"lambda:InvokeFunction on {domain}-{agent}-executor" for agent in executing(charter)}
        | {f"states:{action} on states:stateMachine:{machine}" for action in _TASK_ANSWERS for machine in machines_of(charter)}
        | MAIL
    )


def _executor(domain: str, agent: str) -> set[str]:
    roles = [f"iam::<AWS::AccountId>:role/{domain}-{agent}-{kind}" for kind in ("agent", "reader")]
    assumes = {f"sts:{action} on {role}" for action in ("AssumeRole", "TagSession", "SetSourceIdentity") for role in roles}
    return _uses() | assumes


def executing(charter: Charter) -> tuple[str, ...]:
    """The agents with an executor: what the scribe's does is to assert."""
    return (*charter.acting_agents(), *((charter.scribe,) if charter.scribe else ()))


def _uses() -> set[str]:
    """To take a warrant for what it is, once."""
    uses = {f"dynamodb:{action} on dynamodb:table/uses" for action in ("GetItem", "PutItem")}
    return uses | {"dynamodb:ConditionCheckItem on dynamodb:table/warrants"}


def _asserting() -> set[str]:
    """tests/infrastructure/test_memory.py has the partitions."""
    actions = ("GetItem", "PutItem", "DeleteItem", "ConditionCheckItem", "Query")
    return {f"dynamodb:{action} on dynamodb:table/facts" for action in actions}
