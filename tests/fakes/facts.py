from operator import attrgetter
from typing import TYPE_CHECKING

from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_records import DynamoRecords
from remit.domain.fact_key import FactKey
from remit.domain.statement import Citation, Claim, Hold, Statement
from remit.fact_ports import FactStore
from remit.names import Names
from remit.ports import Clock
from remit.usecases.fact_desk import FactDesk
from remit.usecases.facts import FactPorts
from tests.fakes.memory import NAMESPACES, charters_of
from tests.fakes.records import MemoryRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class MemoryFacts(FactStore):
    """What the records hold of facts."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records

    def latest(self, key: FactKey) -> Statement | None:
        return self._records.said.get(key.id, (None,))[-1]

    def standing(self, namespace: str) -> tuple[Statement, ...]:
        last = (versions[-1] for versions in self._of(namespace))
        return tuple(statement for statement in last if not statement.retracts and statement.key.id not in self._records.held)

    def hold(self, key: FactKey) -> Hold | None:
        return self._records.held.get(key.id)

    def versions(self, key: FactKey) -> tuple[Statement, ...]:
        return self._records.said.get(key.id, ())

    def history(self, namespace: str) -> tuple[Statement, ...]:
        return tuple(statement for versions in self._of(namespace) for statement in versions)

    def claims(self, namespace: str) -> tuple[Claim, ...]:
        found = (claim for claim in self._records.claims.values() if claim.key.namespace == namespace)
        return tuple(sorted(found, key=attrgetter("recorded_at", "id")))

    def claim(self, namespace: str, claim: str) -> Claim | None:
        found = self._records.claims.get(claim)
        return found if found is not None and found.key.namespace == namespace else None

    def citations(self, key: FactKey) -> tuple[Citation, ...]:
        found = (citation for citation in self._records.citations if citation.fact.id == key.id)
        return tuple(sorted(found, key=attrgetter("fact.version", "kind", "by")))

    def _of(self, namespace: str) -> list[tuple[Statement, ...]]:
        said = (versions for versions in self._records.said.values() if versions[0].key.namespace == namespace)
        return sorted(said, key=lambda versions: versions[0].key.place)


def memory_facts(clock: Clock) -> FactPorts:
    records = MemoryRecords(clock)
    return FactPorts(charters=charters_of(*NAMESPACES), store=MemoryFacts(records), records=records, clock=clock)


def fact_desk(clock: Clock) -> FactDesk:
    """In account 000000000000, where `planner` has the role of the agent."""
    return FactDesk(facts=memory_facts(clock), account="0" * 12, roles={"remit-test-logistics-planner-agent": "planner"})


def dynamo_facts(client: "DynamoDBClient", names: Names, clock: Clock) -> FactPorts:
    """On the real adapters."""
    charters, records = charters_of(*NAMESPACES), DynamoRecords(client, names, clock)
    return FactPorts(charters=charters, store=DynamoFactStore(client, names), records=records, clock=clock)
