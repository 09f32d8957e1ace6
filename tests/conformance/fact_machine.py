"""Random changes and questions, put to a real store and to a plain model of it: both have to say the same, always."""

from abc import abstractmethod
from datetime import datetime, timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from remit.domain.errors import NotFound, VersionConflict
from remit.domain.fact_key import FactKey
from remit.domain.ledger import broken_link
from remit.domain.memory import Confidentiality
from remit.domain.model import Json
from remit.domain.operation import Author, Operation
from remit.domain.statement import Claim, OperationKind, Statement
from remit.usecases.facts import FactPorts, chain_of, change_fact
from remit.usecases.recall import Reader, conflicts, fact_as_of, history
from tests.conformance.fact_model import RANKS, Memory, Wish
from tests.fakes.clock import FixedClock

KEYS, VALUES = ("a", "b", "c"), ("X", "Y", "Z")
_games = count(1)


class FactMachine(RuleBasedStateMachine):
    """Each game has keys of its own, so that one store serves them all."""

    def __init__(self) -> None:
        super().__init__()
        self.ports, self.clock = self.given()
        self.memory, self.game, self.touched = Memory(), f"game-{next(_games)}", KEYS[0]
        self.begun = self.clock.now()

    @abstractmethod
    def given(self) -> tuple[FactPorts, FixedClock]:
        """The store, and the time that it goes by."""

    @rule(
        kind=st.sampled_from(["ADD", "UPDATE", "UPDATE", "DELETE"]),
        name=st.sampled_from(KEYS),
        value=st.sampled_from(VALUES),
        authority=st.sampled_from(list(RANKS)),
        behind=st.sampled_from([None, None, None, 0, 1]),
        began=st.sampled_from([None, None, None, 5, 3600]),
        lasts=st.sampled_from([None, None, None, 1, 60]),
    )
    def state(self, *, kind: str, name: str, value: str, authority: str, behind: int | None, began: int | None, lasts: int | None) -> None:
        now = self.clock.now()
        wish = Wish(
            kind=kind,
            key=name,
            value=None if kind == "DELETE" else value,
            authority=authority,
            version=None if behind is None else max(0, self.memory.count(name) - behind),
            begins=None if began is None else now - timedelta(seconds=began),
            ends=None if lasts is None else now + timedelta(seconds=lasts),
        )
        self.touched = name
        assert self._done(wish) == self.memory.do(wish, now)

    @rule(seconds=st.integers(1, 100))
    def wait(self, seconds: int) -> None:
        self.clock.pause(seconds)

    @rule(name=st.sampled_from(KEYS), known=st.integers(0, 1000), valid=st.one_of(st.none(), st.integers(-4000, 2000)))
    def ask_as_of(self, name: str, known: int, valid: int | None) -> None:
        known_at = min(self.begun + timedelta(seconds=known), self.clock.now())
        self._agrees(name, known_at, known_at if valid is None else self.begun + timedelta(seconds=valid))

    @precondition(lambda self: self.memory.said)
    @rule(number=st.integers(0, 1000), edge=st.sampled_from(["begins", "ends", "recorded"]))
    def ask_about_an_edge(self, number: int, edge: str) -> None:
        said = [(name, each) for name in KEYS for each in self.memory.said.get(name, [])]
        name, chosen = said[number % len(said)]
        moment = getattr(chosen, edge) or chosen.recorded
        self._agrees(name, self.clock.now(), moment)
        self._agrees(name, min(moment, self.clock.now()), moment)

    @precondition(lambda self: self.memory.said)
    @rule()
    def ask_for_conflicts(self) -> None:
        stands = {(name, self.memory.count(name)) for name in KEYS if self.memory.stands(name)}
        expected = {claim for claim in self.memory.claims if claim[0] == "conflict" and (claim[1], claim[5]) in stands}
        own = [claim for claim in conflicts("logistics", self._reader()) if claim.key.subject.startswith(f"{self.game}.")]
        found = {self._told(claim) for claim in own}
        assert found == expected

    @invariant()
    def the_newest_version_is_the_models(self) -> None:
        latest, top = self.ports.store.latest(self._key(self.touched)), self.memory.top(self.touched)
        assert (latest is None) == (top is None)
        if latest is not None and top is not None:
            assert (latest.version, latest.value, latest.authority) == (self.memory.count(self.touched), top.value, top.authority)
            assert (latest.recorded_at, latest.valid_from, latest.valid_until) == (top.recorded, top.begins, top.ends)

    @invariant()
    def only_what_stands_is_served(self) -> None:
        served = {self._name(each.key): (each.version, each.value) for each in self._own_standing()}
        stands = {name: self.memory.stands(name) for name in KEYS}
        assert served == {name: (self.memory.count(name), said.value) for name, said in stands.items() if said is not None}

    def teardown(self) -> None:
        for name in KEYS:
            self._check_history(name)

    def _check_history(self, name: str) -> None:
        said, key = self.memory.said.get(name, []), self._key(name)
        versions = history(key, self._reader()) if said else ()
        assert [each.statement.version for each in versions] == list(range(1, len(said) + 1))
        assert [(each.statement.value, each.statement.authority) for each in versions] == [(each.value, each.authority) for each in said]
        assert [each.status.value for each in versions] == [self.memory.status(name, number + 1) for number in range(len(said))]
        entries = self.ports.records.entries(chain_of(key))
        assert broken_link(entries) is None
        assert len(entries) == len(said) + sum(claim[1] == name for claim in self.memory.claims)

    def _done(self, wish: Wish) -> str:
        operation = Operation(
            kind=OperationKind(wish.kind),
            key=self._key(wish.key),
            value=wish.value,
            version=wish.version,
            valid_from=wish.begins,
            valid_until=wish.ends,
        )
        try:
            return change_fact(operation, Author(name="someone", authority=wish.authority), self.ports).result.value
        except (VersionConflict, NotFound) as refusal:
            return type(refusal).__name__

    def _agrees(self, name: str, known_at: datetime, valid_at: datetime) -> None:
        expected = self.memory.held(name, known_at, valid_at)
        assert self._held(name, known_at, valid_at) == (None if expected is None else (expected.value, expected.authority))

    def _held(self, name: str, known_at: datetime, valid_at: datetime) -> tuple[object, str] | None:
        try:
            statement = fact_as_of(self._key(name), known_at, valid_at, self._reader())
        except NotFound:
            return None
        return statement.value, statement.authority

    def _told(self, claim: Claim) -> tuple[str, str, str, Json, str, int | None]:
        return claim.kind.value, self._name(claim.key), claim.operation.value, claim.value, claim.authority, claim.against

    def _own_standing(self) -> list[Statement]:
        return [each for each in self.ports.store.standing("logistics") if each.key.subject.startswith(f"{self.game}.")]

    def _reader(self) -> Reader:
        return Reader(clearance=Confidentiality.SECRET, store=self.ports.store, clock=self.clock)

    def _key(self, name: str) -> FactKey:
        return FactKey(namespace="logistics", subject=f"{self.game}.{name}", predicate="carrier")

    def _name(self, key: FactKey) -> str:
        return key.subject.rpartition(".")[2]
