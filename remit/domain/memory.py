"""What a charter says of memory: who may say what, in which namespace, and which agents read it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from remit.domain.cedar_type import CedarType
from remit.domain.fact_key import Namespace
from remit.domain.identifiers import Name
from remit.domain.model import Model

_IN_IAM = "user/NAME, role/NAME or root of the account, agent/NAME of this charter"
Principal = Annotated[str, Field(pattern=r"^(root|(user|role|agent)/[A-Za-z0-9+=,.@_/-]{1,200})$", description=_IN_IAM)]

# An agent's own role speaks for nobody.
Speaker = Annotated[str, Field(pattern=r"^(root|(user|role)/[A-Za-z0-9+=,.@_/-]{1,200})$", description="user/NAME, role/NAME or root")]


class Integrity(StrEnum):
    """How far what is said can be trusted, by who may say it; the most trusted first."""

    OWNER = "owner"
    INTERNAL = "internal"
    EXTERNAL = "external"


class Confidentiality(StrEnum):
    """The lower in this list, the fewer may read it."""

    PUBLIC = "public"
    INTERNAL = "internal"
    SECRET = "secret"  # noqa: S105 (a label, not a secret)


class AuthoritySpec(Model):
    """A source of statements. Its place in the charter's list is its rank: the first outranks all others."""

    name: Name
    integrity: Integrity
    asserts: Annotated[bool, Field(description="false: what is said under it is kept as a suggestion and never stands")] = True
    clearance: Annotated[Confidentiality, Field(description="The most that its principals are shown through the API")] = (
        Confidentiality.INTERNAL
    )
    principals: Annotated[tuple[Principal, ...], Field(description="Who speaks with it; a caller with several has the highest")] = ()


class NamespaceSpec(Model):
    """A part of memory. An agent's own namespace has one reader, a shared one several."""

    description: str
    readers: tuple[Name, ...]


class PredicateSpec(Model):
    """What can be said of a subject. `route` is who is asked when a lower authority contradicts a higher one."""

    description: str
    namespaces: Annotated[tuple[Namespace, ...], Field(min_length=1)]
    type: CedarType
    route: Name
    confidentiality: Annotated[Confidentiality, Field(description="The least that its facts have; a statement can only raise it")] = (
        Confidentiality.INTERNAL
    )


class MemorySpec(Model):
    """What an agent's model is shown of the namespaces that the agent reads."""

    clearance: Annotated[Confidentiality, Field(description="Nothing above it is shown")] = Confidentiality.INTERNAL
    budget: Annotated[int, Field(ge=0, le=200_000, description="The most bytes of facts in a prompt")] = 8_000


DEFAULT_AUTHORITIES = (
    AuthoritySpec(name="system-of-record", integrity=Integrity.INTERNAL, clearance=Confidentiality.SECRET),
    AuthoritySpec(name="owner", integrity=Integrity.OWNER, clearance=Confidentiality.SECRET),
    AuthoritySpec(name="agent", integrity=Integrity.INTERNAL),
    AuthoritySpec(name="speaker", integrity=Integrity.EXTERNAL, clearance=Confidentiality.PUBLIC),
    AuthoritySpec(name="suggestion", integrity=Integrity.EXTERNAL, clearance=Confidentiality.PUBLIC, asserts=False),
)
