"""How long what was read of a store is good for: a minute while it can be read, five while it cannot, and then no answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from remit.adapters.policy_store import PolicyStore
from remit.adapters.stored_cedar import StoredCedar
from remit.domain.errors import Unavailable
from tests.conformance.policy_engine import LIVE, request
from tests.conformance.policy_stores import HASTY, a_store, add, client_of, down
from tests.fakes.clock import FixedClock

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

pytestmark = pytest.mark.enable_socket

STOP = '@id("stop") @reason("Stop.") forbid (principal, action, resource);'


@dataclass
class Case:
    """An engine over a store that holds the refunds policies, and how often the store was read."""

    client: "VerifiedPermissionsClient"
    clock: FixedClock = field(default_factory=FixedClock)
    reads: int = 0

    def __post_init__(self) -> None:
        self.id = a_store(self.client, LIVE)
        self.store = PolicyStore(self.client, self.id, self.clock)
        self.engine = StoredCedar(self.store)
        self.client.meta.events.register("before-call.verifiedpermissions.GetSchema", self._read)

    def _read(self, **_: object) -> None:
        self.reads += 1

    def decides(self) -> list[str]:
        """As a decision does: the digest first, then the question."""
        self.engine.policy_set()
        return [rule.policy for rule in self.engine.evaluate(request()).determining]


@pytest.fixture
def case(client: "VerifiedPermissionsClient") -> Case:
    return Case(client)


@pytest.fixture
def broken() -> "Iterator[VerifiedPermissionsClient]":
    with down() as url:
        yield client_of(url, HASTY)


def test_a_store_is_read_once_a_minute_however_many_decisions_there_are(case: Case) -> None:
    for _ in range(61):
        case.decides()
        case.clock.pause(1)
    assert case.reads == 1
    case.clock.pause(1)
    case.decides()
    assert case.reads == 2


def test_a_change_counts_from_the_next_reading(case: Case) -> None:
    assert case.decides() == ["refunds.matrix.support"]
    add(case.client, case.id, STOP)
    assert case.decides() == ["refunds.matrix.support"]
    case.clock.pause(61)
    assert case.decides() == ["stop"]


def test_all_questions_of_one_decision_go_to_the_set_whose_digest_it_carries(case: Case) -> None:
    case.engine.policy_set()
    add(case.client, case.id, STOP)
    case.clock.pause(61)
    assert [rule.policy for rule in case.engine.evaluate(request()).determining] == ["refunds.matrix.support"]


def test_what_was_read_is_kept_for_five_minutes_while_the_store_cannot_be_read(case: Case, broken: "VerifiedPermissionsClient") -> None:
    case.decides()
    case.store.client = broken
    case.clock.pause(300)
    assert case.decides() == ["refunds.matrix.support"]


def test_after_five_minutes_without_a_reading_there_is_no_answer(case: Case, broken: "VerifiedPermissionsClient") -> None:
    case.decides()
    case.store.client = broken
    case.clock.pause(270)
    case.decides()
    case.clock.pause(31)
    for ask in (case.engine.policy_set, lambda: case.engine.evaluate(request())):
        with pytest.raises(Unavailable):
            ask()


def test_a_store_that_can_be_read_again_decides_again(case: Case, broken: "VerifiedPermissionsClient") -> None:
    case.store.client = broken
    with pytest.raises(Unavailable):
        case.decides()
    case.store.client = case.client
    assert case.decides() == ["refunds.matrix.support"]


def test_a_store_in_trouble_is_asked_once_a_minute(case: Case, broken: "VerifiedPermissionsClient") -> None:
    tries = []
    broken.meta.events.register("before-call.verifiedpermissions.GetSchema", lambda **_: tries.append(1))
    case.decides()
    case.store.client = broken
    case.clock.pause(61)
    for _ in range(3):
        case.decides()
    assert len(tries) == 1


def test_a_policy_linked_to_a_template_is_no_answer(case: Case) -> None:
    text = "forbid (principal == ?principal, action, resource == ?resource);"
    template = case.client.create_policy_template(policyStoreId=case.id, statement=text)["policyTemplateId"]
    who, what = {"entityType": "Remit::Agent", "entityId": "support"}, {"entityType": "Remit::Account", "entityId": "A-100"}
    link = {"policyTemplateId": template, "principal": who, "resource": what}
    case.client.create_policy(policyStoreId=case.id, definition={"templateLinked": link})  # type: ignore[typeddict-item]
    with pytest.raises(Unavailable, match="linked to a template"):
        case.decides()
