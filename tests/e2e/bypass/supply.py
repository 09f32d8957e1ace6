"""What each agent of supply can try to reach of the others': their tables, functions, memory and messages."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from remit.charters import load_charter
from tests.e2e.bypass.attempts import Attempt, get, invoke, put, query
from tests.e2e.bypass.identities import NAMES

SUPPLY = load_charter(Path(__file__).parents[3] / "charters" / "supply.yaml")
AGENTS = {f"{agent} agent of supply": agent for agent in SUPPLY.acting_agents()}


def attempts_of(agent: str) -> Iterator[Attempt]:
    own = {permission.table for permission in SUPPLY.permissions_of(agent)}
    for table in sorted(set(SUPPLY.tables) - own):
        name, key = f"supply-{table}", SUPPLY.tables[table].key
        yield get(name, key, f"read {table}")
        yield put(name, key, f"write {table}")
    for other, kind in product(SUPPLY.acting_agents(), ("executor", "reasoner")):
        yield invoke(f"supply-{other}-{kind}", f"invoke the {kind} of {other}")
    for table, key in (("ledger", "run"), ("actions", "key"), ("warrants", "id"), ("approvals", "pk")):
        yield put(table, key, f"say something by writing {table}")
    for namespace in sorted(set(SUPPLY.namespaces) - set(SUPPLY.namespaces_of(agent))):
        yield query(NAMES.table("facts"), "pk", namespace, f"recall what {namespace} remembers")
    yield query(NAMES.table("ledger"), "run", "run-x", "overhear a message")
