"""Who answers an escalation: approvers in stages, how many of each, who never, and how long they have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.identifiers import Name
from remit.domain.model import Model

# In small letters, so that one person has one name.
Address = Annotated[str, Field(pattern=r"^[^@\sA-Z]+@[^@\sA-Z]+$")]
# One approver, or all of a panel.
Approvers = tuple[Address | Name, ...]
Seconds = Annotated[int, Field(ge=60, le=30 * 86_400)]
# As the end of an ARN of this account: who is known so is one person, whatever sessions are called.
Identity = Annotated[str, Field(pattern=r"^(user|assumed-role)/[A-Za-z0-9_+=,.@/-]+$")]


class Apart(StrEnum):
    """Whose duties are kept apart from answering."""

    REQUESTER = "requester"
    DELEGATOR = "delegator"


class ApproverSpec(Model):
    """How an approver is known where no mail is: by these identities of the deployment's own account and by this name in its user
    pool, and by no others."""

    iam: tuple[Identity, ...] = ()
    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.@=+,-]{2,64}$")] | None = None


class Level(Model):
    """Who is asked as well, once a stage has gone so long without an answer."""

    after_seconds: Seconds
    approvers: Annotated[Approvers, Field(min_length=1)]


class Stage(Model):
    """Whose agreement is needed, and that of how many. One no is a no."""

    approvers: Annotated[Approvers, Field(min_length=1)]
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    then: tuple[Level, ...] = ()

    def within(self, level: int) -> tuple[str, ...]:
        """Those who may answer once `level` further levels have been asked."""
        asked = (self.approvers, *(each.approvers for each in self.then[:level]))
        return tuple(dict.fromkeys(approver for approvers in asked for approver in approvers))

    @property
    def everybody(self) -> tuple[str, ...]:
        return self.within(len(self.then))


class Route(Model):
    """`approvers`, `quorum` and `then` are short for a single stage. The question as a whole, all stages together, stands for
    `expires_after_seconds`; nobody whose duties are in `never` may answer it."""

    approvers: Approvers = ()
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    then: tuple[Level, ...] = ()
    stages: tuple[Stage, ...] = ()
    never: tuple[Apart, ...] = ()
    remind_after_seconds: Seconds | None = None
    step_up: bool = False
    expires_after_seconds: Seconds

    @model_validator(mode="after")
    def _is_one_stage_or_several(self) -> Self:
        if bool(self.approvers) == bool(self.stages) or (self.stages and (self.quorum > 1 or self.then)):
            raise PydanticCustomError("stages", "a route has approvers (with quorum and then), or stages")
        return self

    @property
    def in_order(self) -> tuple[Stage, ...]:
        return self.stages or (Stage(approvers=self.approvers, quorum=self.quorum, then=self.then),)


_KNOWN_BY = {Apart.REQUESTER: "iam", Apart.DELEGATOR: "user"}
Panels = Mapping[str, Sequence[str]]


def resolved(route: Route, panels: Panels) -> tuple[Stage, ...]:
    """The route's stages with addresses only."""
    return tuple(_resolved(stage, panels) for stage in route.in_order)


def approvers_of(route: Route, panels: Panels) -> tuple[str, ...]:
    """The addresses of all that can ever answer."""
    return _members((each for stage in route.in_order for each in stage.everybody), panels)


def named_panels(route: Route) -> tuple[str, ...]:
    return tuple(name for stage in route.in_order for name in stage.everybody if "@" not in name)


def flaws(route: Route, panels: Panels, known: Mapping[str, ApproverSpec]) -> Iterator[str]:
    """What makes a route one that nobody could answer, or whose separation of duties nobody could check."""
    for stage in resolved(route, panels):
        if len(stage.everybody) < stage.quorum:
            yield f"'{stage.quorum}' of {len(stage.everybody)} can never agree"
        times = [level.after_seconds for level in stage.then]
        yield from (f"'{late}' seconds: each level comes later than the one before it" for early, late in pairwise(times) if late <= early)
    last = max((level.after_seconds for stage in route.in_order for level in stage.then), default=0)
    if last >= route.expires_after_seconds:
        yield f"'{last}' seconds are too long for a level: the question expires after {route.expires_after_seconds}"
    for apart in route.never:
        unknown = [address for address in approvers_of(route, panels) if not _is_known(apart, known.get(address, ApproverSpec()))]
        yield from (
            f"'{address}' has no {_KNOWN_BY[apart]} under approvers: nobody could tell that they are the {apart}" for address in unknown
        )


def _is_known(apart: Apart, spec: ApproverSpec) -> bool:
    return bool(spec.iam if apart is Apart.REQUESTER else spec.user)


def _resolved(stage: Stage, panels: Panels) -> Stage:
    levels = tuple(level.model_copy(update={"approvers": _members(level.approvers, panels)}) for level in stage.then)
    return stage.model_copy(update={"approvers": _members(stage.approvers, panels), "then": levels})


def _members(approvers: Iterable[str], panels: Panels) -> tuple[str, ...]:
    found = ((each,) if "@" in each else tuple(panels[each]) for each in approvers)
    return tuple(dict.fromkeys(address for members in found for address in members))


def known_by_arn(arn: str, approvers: Mapping[str, ApproverSpec]) -> tuple[str, ...]:
    """The approvers that an AWS identity is; more than one only where the charter says so."""
    identity = arn.split(":", 5)[-1]
    return tuple(address for address, spec in approvers.items() if identity in spec.iam)


def known_by_name(name: str, approvers: Mapping[str, ApproverSpec]) -> tuple[str, ...]:
    """The approvers that a name in the user pool is."""
    return tuple(address for address, spec in approvers.items() if spec.user == name)


def signed_in(name: str) -> str:
    """How an answer says that its giver was known by a sign-in."""
    return f"user-pool/{name}"
