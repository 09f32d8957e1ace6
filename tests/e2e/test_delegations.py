"""A person's token beside the caller's signature: whatever is wrong with one starts nothing, and what it starts ends with it."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remit.adapters.sts import AssumedAgent
from remit.answers import Run
from remit.charters import load_charter
from remit.cli.demo.thief import stolen_from
from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.client_errors import ClientError, Forbidden, Unauthorized
from remit.delegation_client import DelegationClient
from remit.domain.delegation import Delegator
from remit.domain.intent import Intent, Requester
from remit.domain.warrant import mint
from remit.local.cloud import CloudState
from remit.local.people import People
from remit.local.processes import wait_until
from tests.e2e.bypass.identities import NAMES, Identities
from tests.e2e.test_claims import CLAIM

pytestmark = pytest.mark.vouched("ministack")

# Long enough for a run to come to its question, on a busy machine.
SECONDS = 12
FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
READ = ("claims", "claims.read_claim", {"claim_id": CLAIM["claim_id"]})
LARGE = "Please assess claim C-7001 at $6,000.00: the whole kitchen has to be replaced."


@pytest.fixture(scope="module", autouse=True)
def _claims(state: CloudState, world: World) -> None:
    world.seed({"claims": {"claims": [CLAIM]}})  # type: ignore[list-item]
    world.staff({"frank": ("north", "handlers"), "grace": ("north", "handlers")})


def cognito(state: CloudState) -> Any:  # noqa: ANN401 (boto3's client)
    return local_session(state).client("cognito-idp", endpoint_url=state.endpoint)


@pytest.fixture(scope="module")
def stranger(state: CloudState) -> str:
    """The same name in a pool of somebody else."""
    client = cognito(state)
    pool = client.create_user_pool(PoolName="elsewhere", Schema=[{"Name": "tenant", "AttributeDataType": "String"}])["UserPool"]["Id"]
    application = client.create_user_pool_client(UserPoolId=pool, ClientName="x", ExplicitAuthFlows=FLOWS)
    people = People(client, pool, application["UserPoolClient"]["ClientId"])
    people.add("carol", "north")
    return people.sign_in("carol")


@pytest.fixture(scope="module")
def other_audience(state: CloudState, world: World) -> str:
    """Of the same person in the same pool, for another application."""
    ours = world.people
    made = cognito(state).create_user_pool_client(
        UserPoolId=ours.pool, ClientName="y", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )
    return People(ours.client, ours.pool, made["UserPoolClient"]["ClientId"]).sign_in("carol")


@contextmanager
def short_lived_tokens(world: World) -> Iterator[None]:
    """Those that are given out meanwhile are good for seconds."""
    client: Any = world.people.client
    ours = {"UserPoolId": world.people.pool, "ClientId": world.people.application}
    settings = client.describe_user_pool_client(**ours)["UserPoolClient"]
    kept = {name: settings[name] for name in ("ExplicitAuthFlows", "ReadAttributes", "WriteAttributes")}
    client.update_user_pool_client(**ours, **kept, IdTokenValidity=SECONDS, TokenValidityUnits={"IdToken": "seconds"})
    yield
    client.update_user_pool_client(**ours, **kept, IdTokenValidity=1, TokenValidityUnits={"IdToken": "hours"})


def head_of(token: str, **changes: str) -> str:
    """The same token with another header."""
    header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    return base64.urlsafe_b64encode(json.dumps({**header, **changes}).encode()).rstrip(b"=").decode()


def refused(world: World, token: str) -> tuple[type[ClientError], str, set[str]]:
    """How the API refuses it, why, and the runs that were started all the same."""
    before = world.executions("claims-action") | world.executions("claims")
    with pytest.raises(ClientError) as error:
        world.client.act(*READ, on_behalf_of=token)
    with pytest.raises(ClientError):
        world.client.start_run("claims", {"message": "hello"}, on_behalf_of=token)
    return type(error.value), error.value.message, (world.executions("claims-action") | world.executions("claims")) - before


def test_a_good_token_is_taken(world: World) -> None:
    assert world.client.act(*READ, on_behalf_of=world.sign_in("carol")).outcome == "DONE"


def test_an_unsigned_token_is_refused(world: World) -> None:
    token = world.sign_in("carol")
    assert refused(world, f"{token.rpartition('.')[0]}.") == (Unauthorized, _because("its signature does not hold"), set())


def test_a_token_that_says_it_needs_no_signature_is_refused(world: World) -> None:
    token = world.sign_in("carol")
    _, claims, signature = token.split(".")
    for part in ("", signature):
        none = f"{head_of(token, alg='none')}.{claims}.{part}"
        assert refused(world, none) == (Unauthorized, _because("it is not signed with RS256"), set())


def test_a_token_with_other_claims_than_were_signed_is_refused(world: World) -> None:
    mine, theirs = world.sign_in("erin").split("."), world.sign_in("carol").split(".")
    assert refused(world, f"{mine[0]}.{theirs[1]}.{mine[2]}") == (Unauthorized, _because("its signature does not hold"), set())


def test_a_token_of_another_pool_is_refused(world: World, stranger: str) -> None:
    assert refused(world, stranger) == (Unauthorized, _because("it is signed by a key that is not the user pool's"), set())


def test_a_token_for_another_audience_is_refused(world: World, other_audience: str) -> None:
    assert refused(world, other_audience) == (Unauthorized, _because("it is for another audience"), set())


def test_a_token_that_expires_starts_nothing_more_and_what_it_started_does_nothing_more(world: World) -> None:
    with short_lived_tokens(world):
        token = world.sign_in("carol")
    run = world.ask(LARGE, "claims", token)
    _, question = world.question(run)
    assert wait_until(lambda: time.time() > _expiry(token), 60)
    assert refused(world, token) == (Unauthorized, _because("it has expired"), set())
    assert world.answer(question, "approve", "Fine with me.").status_code == 200
    ended = world.ended(run)
    assert ended.outcome is not None
    assert (ended.outcome.error, ended.outcome.receipt) == ("Remit.DelegationEnded", None)
    assert [entry.kind for entry in ended.entries][-2:] == ["intent.refused", "run.finished"]


def test_what_is_no_token_is_refused(world: World) -> None:
    assert refused(world, "let me in") == (Unauthorized, _because("it is no signed token"), set())


def test_a_person_whom_the_charter_does_not_know_is_forbidden(world: World) -> None:
    world.people.add("mallory", "north")
    kind, why, started = refused(world, world.sign_in("mallory"))
    assert (kind, started) == (Forbidden, set())
    assert "knows no group of mallory" in why


def test_an_unknown_agent_is_forbidden(world: World) -> None:
    before = world.executions("claims-action")
    with pytest.raises(Forbidden):
        world.client.act("intern", READ[1], READ[2], on_behalf_of=world.sign_in("carol"))
    assert world.executions("claims-action") == before


def test_on_nobodys_behalf_no_claim_is_read(world: World) -> None:
    answer = world.client.act(*READ)
    assert (answer.outcome, [reason.policy for reason in answer.reasons]) == ("REFUSED", ["delegation.tenant"])


def _until_asked(world: World, person: str) -> tuple[Run, str]:
    """A run that waits for the adjuster, and the delegation that it rests on."""
    waiting, _ = world.question(world.ask(LARGE, "claims", world.sign_in(person)))
    return waiting, str(waiting.entries[0].body["delegator"]["delegation"])


def test_revoking_a_delegation_ends_every_run_that_uses_it_and_no_other(world: World) -> None:
    token = world.sign_in("frank")
    runs = [world.ask(LARGE, "claims", token) for _ in range(2)]
    waiting = [world.question(run)[0] for run in runs]
    other, _ = _until_asked(world, "grace")
    (delegation,) = {str(run.entries[0].body["delegator"]["delegation"]) for run in waiting}
    desk = DelegationClient(world.operator)
    assert set(desk.revoke(delegation, "frank has left").stopped) == set(runs)
    assert [world.ended(run).status for run in runs] == ["ABORTED", "ABORTED"]
    assert world.client.run(other.run).status == "RUNNING"
    (listed,) = desk.of_person("frank")
    assert listed.revoked is not None
    assert (listed.revoked.reason, listed.revoked.by.endswith(":user/remit-demo-operator")) == ("frank has left", True)
    with pytest.raises(Forbidden, match="was revoked"):
        world.client.act(*READ, on_behalf_of=token)


def test_nobody_but_an_operator_revokes(world: World) -> None:
    _, delegation = _until_asked(world, "grace")
    with pytest.raises(Forbidden):
        DelegationClient(world.client).revoke(delegation, "because I can")


def test_the_agents_sessions_are_the_persons_and_say_so(state: CloudState, world: World) -> None:
    run = world.ended(world.ask("What does claim C-7001 say?", "claims", world.sign_in("carol")))
    (executed,) = [entry.body for entry in run.entries if entry.kind == "action.executed"]
    person = run.entries[0].body["delegator"]["person"]
    assert executed["session_tags"] == {"tenant": "north", "user": person}
    assert (executed["source_identity"], executed["delegator"]) == (person, "carol")
    assert executed["requester"].endswith(":user/remit-demo-caller")
    assert f"/{NAMES.agent_role('claims', 'claims')}/" in executed["executed_as"]


def test_another_tenants_records_are_refused_by_iam_whatever_the_gate_says(state: CloudState) -> None:
    """Own allowed; other, scan and query refused, under the agent's role as its executor has it for north."""
    tables, name = Identities(state).agent("claims", "claims", tenant="north")("dynamodb"), NAMES.business_table("claims", "claims")
    assert "Item" in tables.get_item(TableName=name, Key=_key("north"))
    of_south = {"KeyConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": {"S": "south"}}}
    for operation, asked in (("get_item", {"Key": _key("south")}), ("scan", {}), ("query", of_south)):
        with pytest.raises(tables.exceptions.ClientError, match="AccessDenied"):
            getattr(tables, operation)(TableName=name, **asked)


def test_a_session_for_one_tool_cannot_do_what_the_agents_other_tool_does(state: CloudState, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the executor assumes it, with a session policy: the role itself may put assessments of north."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", state.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", state.region)
    sts, roles = stolen_from(state, "claims-claims-executor")("sts"), (Identities(state).agent_role("claims", "claims"), "no reading role")
    north = Delegator(delegation="d", person="carol", name="carol", tenant="north", expires_at=datetime.max.replace(tzinfo=UTC))
    intent = Intent(run="run-1", step="s", agent="claims", tool=READ[1], payload=READ[2], requester=Requester(arn="x"), delegator=north)
    session = AssumedAgent(sts, *roles, load_charter(Path("charters/claims.yaml")), NAMES).assume(mint(intent, datetime.now(UTC)))
    tables, assessment = session.context.dynamodb, {"tenant": {"S": "north"}, "assessment_id": {"S": "x"}}
    assert session.source_identity == "carol"
    assert "Item" in tables.get_item(TableName=NAMES.business_table("claims", "claims"), Key=_key("north"))
    with pytest.raises(tables.exceptions.ClientError, match="AccessDenied"):
        tables.put_item(TableName=NAMES.business_table("claims", "assessments"), Item=assessment)


def _key(tenant: str) -> dict[str, dict[str, str]]:
    return {"tenant": {"S": tenant}, "claim_id": {"S": str(CLAIM["claim_id"])}}


def _because(why: str) -> str:
    return f"The person's token is not good: {why}."


def _expiry(token: str) -> float:
    return float(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["exp"])
