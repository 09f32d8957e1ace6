"""A charter with a memory, and what a test says in it."""

from datetime import datetime

from remit.domain.cedar_type import CedarType
from remit.domain.charter import AgentSpec, Charter
from remit.domain.fact_key import FactKey
from remit.domain.memory import DEFAULT_AUTHORITIES, AuthoritySpec, Confidentiality, NamespaceSpec, PredicateSpec
from remit.domain.model import Json
from remit.domain.operation import Author, Operation
from remit.domain.route import Route
from remit.domain.statement import OperationKind
from remit.domain.tool_spec import Effect, Reach, ResourceSpec, ToolSpec

NAMESPACES = ("logistics", "standing", "claimed", "told")
TYPES = {"carrier": CedarType.STRING, "limit": CedarType.LONG, "paused": CedarType.BOOLEAN, "carriers": CedarType.STRINGS}


def make_charter(*namespaces: str) -> Charter:
    """A charter whose agent `planner` reads all of these namespaces; every predicate of TYPES is declared in each."""
    tool = ToolSpec(
        description="t", effect=Effect.READ, reach=Reach.RECORD, payload="Book", resource=ResourceSpec(type="Zone", field="zone")
    )
    predicates = {name: PredicateSpec(description=name, namespaces=namespaces, type=kind, route="owner") for name, kind in TYPES.items()}
    secret = PredicateSpec(
        description="s", namespaces=namespaces, type=CedarType.STRING, route="owner", confidentiality=Confidentiality.SECRET
    )
    return Charter(
        domain="logistics",
        description="d",
        agents={"planner": AgentSpec(description="d", prompt="planner.v1", tools=("logistics.book",))},
        tools={"logistics.book": tool},
        tables={},
        facts={},
        routes={"owner": Route(approvers=("olivia@example.com",), expires_after_seconds=3600)},
        workflows={},
        authorities=authorities(),
        namespaces={name: NamespaceSpec(description=name, readers=("planner",)) for name in namespaces},
        predicates={**predicates, "margin": secret},
    )


def authorities() -> tuple[AuthoritySpec, ...]:
    """The usual ones, with somebody who has each."""
    principals = {"system-of-record": "role/erp", "owner": "user/olivia", "agent": "agent/planner", "speaker": "user/sam"}
    return tuple(
        spec.model_copy(update={"principals": (principals[spec.name],) if spec.name in principals else ()}) for spec in DEFAULT_AUTHORITIES
    )


def by(authority: str, name: str = "someone") -> Author:
    return Author(name=name, authority=authority)


def key(subject: str = "zone-B", predicate: str = "carrier", namespace: str = "logistics") -> FactKey:
    return FactKey(namespace=namespace, subject=subject, predicate=predicate)


def add(about: FactKey, value: Json, valid_from: datetime | None = None) -> Operation:
    return Operation(kind=OperationKind.ADD, key=about, value=value, valid_from=valid_from)


def update(about: FactKey, value: Json, version: int | None = None) -> Operation:
    return Operation(kind=OperationKind.UPDATE, key=about, value=value, version=version)


def retract(about: FactKey, version: int | None = None) -> Operation:
    return Operation(kind=OperationKind.DELETE, key=about, version=version)


def charters_of(*namespaces: str) -> dict[str, Charter]:
    return dict.fromkeys(namespaces, make_charter(*namespaces))
