"""Whatever fails, nothing is done: the rows of docs/fail-closed.md, each on a whole gate in memory or on the store that it asks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import Field

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.policy_store import PolicyStore
from remit.adapters.stored_cedar import StoredCedar
from remit.adapters.verifiedpermissions import VerifiedPermissionsEngine
from remit.domain.action import Failure
from remit.domain.ballot import Verdict
from remit.domain.errors import Unavailable
from remit.domain.evaluation import AuthorizationRequest, Evaluation
from remit.domain.fact import Fact
from remit.domain.model import Json, JsonObject
from remit.domain.payload import Payload
from remit.domain.policy import split_policies
from remit.local.verifiedpermissions import VerifiedPermissions
from remit.local.verifiedpermissions.server import serving
from remit.ports import FactSource, PolicyEngine
from remit.usecases.gate import resume
from tests.conformance.policy_stores import HASTY, a_store, client_of, down, refusing, silent
from tests.fakes import gate
from tests.fakes.clock import FixedClock
from tests.fakes.gate import POLICIES, World, refund

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

pytestmark = pytest.mark.enable_socket

EngineOver = Callable[[PolicyStore], PolicyEngine]
ENGINES: tuple[EngineOver, ...] = (VerifiedPermissionsEngine, StoredCedar)
both_engines = pytest.mark.parametrize("engine_over", ENGINES, ids=["verified-permissions", "embedded"])
OVERFLOWS = '@id("x") @reason("x") forbid (principal, action, resource) when { context.payload.amount * 9223372036854775807 == 1 };'
LEVEL = '@id("x") @reason("x") forbid (principal, action, resource) unless { principal.level > 3 };'


class Broken(PolicyEngine):
    """An engine that is gone."""

    name = "broken"

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        raise Unavailable("Verified Permissions: ReadTimeoutError")

    def policy_set(self) -> str:
        return "as it was"


class Silent(FactSource):
    """Facts that cannot be read now."""

    def read(self, wanted: object, payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        raise Unavailable("DynamoDB: InternalServerError")


class OptionalAccount(Payload):
    account_id: str | None = None
    order_id: str
    amount: int = Field(gt=0)


@pytest.fixture
def service() -> "Iterator[VerifiedPermissionsClient]":
    with serving(VerifiedPermissions()) as url:
        yield client_of(url)


def over(store: str, client: "VerifiedPermissionsClient", engine_over: EngineOver = VerifiedPermissionsEngine) -> World:
    return World(engine=engine_over(PolicyStore(client, store, FixedClock())))


def embedded(*more: str, schema: JsonObject | None = None) -> World:
    rules = split_policies("\n".join(more))
    return World(engine=EmbeddedCedar((*POLICIES.policies, *rules), POLICIES.policy_schema if schema is None else schema))


def refused(world: World) -> tuple[str, list[str]]:
    """The error that the task was told, with the rules behind it, of a gate that has done nothing and may do nothing."""
    assert (world.till.times, world.till.done, world.records.warrants) == (0, {}, {})
    (*_, (_, told)) = world.tasks.told
    assert isinstance(told, Failure)
    return told.error, [reason.policy for reason in told.reasons]


def test_without_any_policy_the_answer_is_a_denial() -> None:
    world = World(engine=EmbeddedCedar((), POLICIES.policy_schema))
    world.propose()
    assert refused(world) == ("Remit.Denied", ["matrix"])


@both_engines
def test_an_empty_store_is_a_denial(engine_over: EngineOver, service: "VerifiedPermissionsClient") -> None:
    world = over(a_store(service, ()), service, engine_over)
    world.propose()
    assert refused(world) == ("Remit.Denied", ["matrix"])


@both_engines
@pytest.mark.parametrize(
    "trouble",
    [down, silent, lambda: refusing(400, "ThrottlingException"), lambda: refusing(500, "InternalServerException")],
    ids=["down", "slow", "throttling", "broken"],
)
def test_an_engine_that_is_down_or_slow_or_throttles_or_breaks_is_a_retry(
    trouble: Callable[[], AbstractContextManager[str]], engine_over: EngineOver
) -> None:
    with trouble() as url:
        world = over("store", client_of(url, HASTY), engine_over)
        world.propose()
    assert refused(world) == ("Remit.Unavailable", [])


def test_an_engine_that_is_gone_after_the_approval_leaves_the_action_waiting() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    gone = world.ports
    world.engine = Broken()
    with pytest.raises(Unavailable):
        world.reply(Verdict.APPROVE)
    assert (world.till.times, world.records.warrants, world.tasks.told) == (0, {}, [])
    resume(intent.key, gone)
    assert (world.till.times, list(world.records.warrants)) == (1, [intent.key])


@both_engines
def test_a_store_without_a_schema_is_a_retry(engine_over: EngineOver, service: "VerifiedPermissionsClient") -> None:
    bare = service.create_policy_store(validationSettings={"mode": "OFF"})["policyStoreId"]
    world = over(bare, service, engine_over)
    world.propose()
    assert refused(world) == ("Remit.Unavailable", [])


def test_policies_without_a_schema_are_a_denial() -> None:
    world = embedded(schema={})
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


def test_a_policy_that_errors_is_a_denial_beside_the_permit() -> None:
    world = embedded(OVERFLOWS)
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


@both_engines
def test_a_policy_of_the_store_that_errors_is_a_denial(engine_over: EngineOver, service: "VerifiedPermissionsClient") -> None:
    world = over(a_store(service, (*POLICIES.policies, *split_policies(OVERFLOWS))), service, engine_over)
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


def test_an_entity_that_is_missing_is_a_denial() -> None:
    schema: Any = deepcopy(POLICIES.policy_schema)
    schema["Remit"]["entityTypes"]["Agent"]["shape"] = {"type": "Record", "attributes": {"level": {"type": "Long"}}}
    world = embedded(LEVEL, schema=schema)
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


def test_a_payload_that_names_no_resource_is_a_denial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gate.PAYLOADS, "refunds.issue_refund", OptionalAccount)
    world = World()
    world.propose({"order_id": "O-1001", "amount": 5})
    assert refused(world) == ("Remit.Denied", ["payload.account_id"])


@pytest.mark.parametrize("missing", [("orders", "O-1001"), ("accounts", "A-100")])
def test_a_fact_that_is_missing_is_a_denial(missing: tuple[str, str]) -> None:
    world = World()
    del world.business[missing]
    world.propose()
    assert refused(world) == ("Remit.Denied", ["fact.order" if "orders" in missing else "fact.account"])


@pytest.mark.parametrize("wrong", ["900000", 900_000.5, None, True, [900_000]])
def test_a_fact_of_the_wrong_type_is_a_denial(wrong: Json) -> None:
    world = World()
    world.business["orders", "O-1001"]["refundable"] = wrong
    world.propose()
    assert refused(world) == ("Remit.Denied", ["fact.order"])


def test_facts_that_cannot_be_read_are_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "TableFacts", lambda *_: Silent())
    world = World()
    world.propose()
    assert refused(world) == ("Remit.Unavailable", [])


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_a_number_that_cedar_cannot_hold_is_a_denial(number: int) -> None:
    world = World()
    world.business["orders", "O-1001"]["refundable"] = number
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


def test_a_request_over_the_limit_of_the_service_is_a_denial(service: "VerifiedPermissionsClient") -> None:
    world = over(a_store(service, POLICIES.policies), service)
    world.business["orders", "O-1001"]["currency"] = "USD" * 400_000
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


@pytest.mark.parametrize("tool", ["refunds.wipe_ledger", "claims.pay", ""])
def test_an_action_that_the_charter_does_not_know_is_a_denial(tool: str) -> None:
    world = World()
    world.propose(tool=tool)
    assert refused(world) == ("Remit.Denied", ["refunds.matrix"])


def test_an_action_that_the_schema_does_not_know_is_a_denial() -> None:
    schema: Any = deepcopy(POLICIES.policy_schema)
    del schema["Remit"]["actions"]["refunds.issue_refund"]
    world = embedded(schema=schema)
    world.propose()
    assert refused(world) == ("Remit.Denied", ["engine.error"])


@pytest.mark.parametrize("agent", ["stranger", "SUPPORT", ""])
def test_an_agent_that_the_charter_does_not_know_is_a_denial(agent: str) -> None:
    world = World()
    world.propose(agent=agent)
    assert refused(world) == ("Remit.Denied", ["refunds.matrix"])


def test_an_agent_that_no_permit_knows_is_a_denial() -> None:
    world = World(engine=EmbeddedCedar([policy for policy in POLICIES.policies if ".matrix." not in policy.id], POLICIES.policy_schema))
    world.propose()
    assert refused(world) == ("Remit.Denied", ["matrix"])
