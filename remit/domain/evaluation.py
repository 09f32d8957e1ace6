"""A question to the policy engine, and its two-valued answer."""

from collections.abc import Callable

from remit.domain.errors import Reason
from remit.domain.model import JsonObject, Model


class EntityId(Model):
    type: str
    id: str


class AuthorizationRequest(Model):
    """One question to the engine; `context` is plain JSON with integers, strings, booleans, lists and records, `groups` are
    those that the principal is in."""

    principal: EntityId
    action: EntityId
    resource: EntityId
    context: JsonObject
    groups: tuple[EntityId, ...] = ()


class Asked(Model):
    """What one of two principals was answered."""

    principal: EntityId
    allowed: bool
    policies: tuple[str, ...]


class Evaluation(Model):
    """The engine's two-valued answer, with the rules that determined it. Any error makes it a no. `asked` tells the answers apart where
    an agent acts on a person's behalf."""

    allowed: bool
    determining: tuple[Reason, ...]
    errors: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def clean_allow(self) -> bool:
        return self.allowed and not self.errors


Evaluate = Callable[[AuthorizationRequest], Evaluation]
