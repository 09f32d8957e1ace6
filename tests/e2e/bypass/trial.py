"""Every attempt made, and what refused it."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from remit.adapters.dynamodb_items import encode
from remit.cli.demo.world import World
from remit.domain.model import JsonObject
from tests.e2e.bypass.attempts import TENANT, Attempt, Place
from tests.e2e.bypass.identities import NAMES, Clients, Identities
from tests.e2e.bypass.principals import ATTEMPTS
from tests.e2e.bypass.supply import AGENTS

AGENT, UNTAGGED = "claims agent", "claims agent on nobody's behalf"
CLAIM: JsonObject = {
    "tenant": TENANT,
    "claim_id": "C-3001",
    "status": "open",
    "restricted": False,
    "currency": "USD",
    "insured": 10_000_00,
    "statement": "A pipe burst in the kitchen.",
    "version": 1,
}
OVER_THE_CAP: JsonObject = {"claim_id": "C-3001", "assessed": 6_000_00, "currency": "USD", "findings": "The kitchen has to be replaced."}

# Whose role each of an agent's principals has.
_AGENTS = (("claims", "claims", {AGENT, UNTAGGED}), *(("supply", agent, {who}) for who, agent in AGENTS.items()))
NO_ALLOW = "identity policy"
_REFUSED_ACTION = re.compile(r"not authorized to perform: (\S+)")


class Refusal(NamedTuple):
    """IAM's own answer: the action it refused, and why."""

    action: str
    why: str


class Row(NamedTuple):
    """One attempt; `refusal` is None if it was let through, `bounded` if it was refused too with the role's own policy wide open."""

    who: str
    attempt: Attempt
    refusal: Refusal | None
    bounded: bool = False

    @property
    def refused_by(self) -> str:
        if self.refusal is None:
            return "nothing"
        return f"{self.refusal.why} and boundary" if self.bounded else self.refusal.why


def trial(here: Identities, where: Place) -> tuple[Row, ...]:
    """Make every attempt on the deployed system, and those of the agents again with everything in their own policies."""
    principals = _principals(here)
    rows = [Row(who, each, refusal(each, principals[who], where)) for who, attempts in ATTEMPTS.items() for each in attempts]
    for domain, agent, whose in _AGENTS:
        with here.widened(NAMES.agent_role(domain, agent)):
            rows = [row._replace(bounded=_is_bounded(row, principals[row.who], where)) if row.who in whose else row for row in rows]
    return tuple(rows)


def refusal(attempt: Attempt, to: Clients, where: Place) -> Refusal | None:
    """What IAM said; None for a success and for any error that is not IAM's, which comes after IAM let it through."""
    try:
        attempt.do(to, where)
    except ClientError as error:
        text = str(error)
        found = _REFUSED_ACTION.search(text)
        return Refusal(found[1], _why(text)) if found else None
    return None


def place(here: Identities, world: World) -> Place:
    """Where the attempts are made, with a task that waits for a human."""
    stack = here.admin("cloudformation").describe_stacks(StackName=NAMES.of("claims"))["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Place(
        account=here.state.account_id,
        region=here.state.region,
        task_token=_waiting_token(here, world),
        policy_store=outputs["PolicyStoreId"],
        roles={
            AGENT: here.agent_role("claims", "claims"),
            "refunds agent": here.agent_role("refunds", "support"),
            "claims executor": here.role_of("claims-claims-executor"),
            "claims gate": here.role_of("claims-gate"),
        },
    )


def records(here: Identities) -> dict[str, list[str]]:
    """Every record of every table, to see that nothing changed."""
    client = here.admin("dynamodb")
    tables = [table for page in client.get_paginator("list_tables").paginate() for table in page["TableNames"]]
    return {table: sorted(json.dumps(item, sort_keys=True) for item in client.scan(TableName=table)["Items"]) for table in tables}


def role(here: Identities) -> Mapping[str, Any]:
    """All that the agent's role is."""
    client, name = here.admin("iam"), NAMES.agent_role("claims", "claims")
    described = client.get_role(RoleName=name)["Role"]
    return {
        "trust": described["AssumeRolePolicyDocument"],
        "boundary": described["PermissionsBoundary"],
        "inline": client.list_role_policies(RoleName=name)["PolicyNames"],
        "attached": client.list_attached_role_policies(RoleName=name)["AttachedPolicies"],
    }


def _principals(here: Identities) -> dict[str, Clients]:
    functions = {
        "claims executor": "claims-claims-executor",
        "refunds executor": "refunds-support-executor",
        "claims reasoner": "claims-claims-reasoner",
        "claims gate": "claims-gate",
        "refunds gate": "refunds-gate",
        "approvals function": "approvals",
        "api function": "api",
        "recorder": "recorder",
    }
    people = {
        "caller of the API": here.caller(),
        "user who may assume any role": here.assumer(),
        "administrator": here.administrator(),
    }
    supply = {who: here.agent("supply", agent) for who, agent in AGENTS.items()}
    agents = {**supply, AGENT: here.agent("claims", "claims", tenant=TENANT), UNTAGGED: here.agent("claims", "claims")}
    return {**agents, **{who: here.function(name) for who, name in functions.items()}, **people}


def _is_bounded(row: Row, agent: Clients, where: Place) -> bool:
    """The answer does not tell a boundary from a policy that lacks an Allow, and the policy now allows everything."""
    again = refusal(row.attempt, agent, where)
    return again is not None and again.why == NO_ALLOW


def _why(text: str) -> str:
    if "with an explicit deny in a resource-based policy" in text:
        return "the table's own policy"
    if "with an explicit deny" in text:
        return "explicit deny"
    # Who may not even ask is refused by its own policy; who may is refused by the role's.
    return NO_ALLOW if "because no identity-based policy allows" in text else "trust policy"


def _waiting_token(here: Identities, world: World) -> str:
    """The task token behind a question that nobody has answered: only the gate's table holds it."""
    here.admin("dynamodb").put_item(TableName=NAMES.business_table("claims", "claims"), Item=encode(CLAIM))
    asked = world.client.act("claims", "claims.draft_assessment", OVER_THE_CAP, on_behalf_of=world.sign_in("carol"))
    # Until the mail is out the ledger still grows.
    world.question(asked.run)
    item = here.admin("dynamodb").get_item(TableName=NAMES.table("actions"), Key={"key": {"S": asked.approval}})["Item"]
    return str(json.loads(item["body"]["S"])["task_token"])
