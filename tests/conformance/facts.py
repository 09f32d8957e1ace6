"""What every FactStore must do with what was committed: run by the fake, by moto and by the local cloud."""

from abc import ABC, abstractmethod

import pytest

from remit.domain.errors import Conflict, InvalidFact, NotFound, VersionConflict
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.ledger import Kind, broken_link
from remit.domain.model import Json
from remit.domain.operation import Result
from remit.domain.statement import Citation, CitedBy, ClaimKind, Hold, Statement
from remit.fact_ports import Cite, HoldFact, RecordStatement, RequireStanding, Uncite
from remit.usecases.facts import FactPorts, chain_of, change_fact
from tests.fakes.memory import add, by, key, retract, update

OWNER, AGENT, SUGGESTION = by("owner", "olivia"), by("agent", "planner"), by("suggestion", "sam")


class FactsConformance(ABC):
    """Each test has a subject of its own, and a namespace where it reads all of one, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def facts(self) -> FactPorts:
        """With the namespaces `logistics`, `standing`, `claimed` and `told`."""

    def test_what_was_never_said_is_not_there(self, facts: FactPorts) -> None:
        store = facts.store
        assert (store.latest(key("nothing")), store.versions(key("nothing")), store.citations(key("nothing"))) == (None, (), ())
        assert (store.standing("nowhere"), store.history("nowhere"), store.claims("nowhere")) == ((), (), ())
        assert store.claim("nowhere", "c" * 40) is None

    def test_a_statement_comes_back_as_it_was_made(self, facts: FactPorts) -> None:
        said_of: dict[str, Json] = {"carrier": "X ü", "limit": -(2**63), "paused": False, "carriers": ["X", "Y"]}
        for predicate, value in said_of.items():
            about = key("as-made", predicate)
            said = change_fact(add(about, value), OWNER, facts).statement
            assert facts.store.latest(about) == said
            assert facts.store.versions(about) == (said,)

    def test_versions_are_kept_in_order_beyond_the_ninth(self, facts: FactPorts) -> None:
        about = key("eleven")
        change_fact(add(about, "0"), OWNER, facts)
        for number in range(1, 11):
            change_fact(update(about, str(number)), OWNER, facts)
        assert [(each.version, each.value) for each in facts.store.versions(about)] == [(n + 1, str(n)) for n in range(11)]
        latest = facts.store.latest(about)
        assert (latest and latest.value, latest and latest.version) == ("10", 11)

    def test_a_key_is_not_taken_for_another_that_begins_like_it(self, facts: FactPorts) -> None:
        for subject, predicate in (("like", "carrier"), ("like", "carriers"), ("like-2", "carrier")):
            change_fact(add(key(subject, predicate), ["X"] if predicate == "carriers" else "X"), OWNER, facts)
        assert [each.key for each in facts.store.versions(key("like"))] == [key("like")]

    def test_only_what_stands_is_read_of_a_namespace(self, facts: FactPorts) -> None:
        for subject in ("b", "a", "gone"):
            change_fact(add(key(subject, namespace="standing"), "old"), OWNER, facts)
        change_fact(update(key("a", namespace="standing"), "new"), OWNER, facts)
        change_fact(retract(key("gone", namespace="standing")), OWNER, facts)
        assert [(each.key.subject, each.version, each.value) for each in facts.store.standing("standing")] == [
            ("a", 2, "new"),
            ("b", 1, "old"),
        ]
        places = [(each.key.subject, each.version) for each in facts.store.history("standing")]
        assert places == [("a", 1), ("a", 2), ("b", 1), ("gone", 1), ("gone", 2)]

    def test_what_was_retracted_can_be_stated_again(self, facts: FactPorts) -> None:
        about = key("again")
        change_fact(add(about, "X"), OWNER, facts)
        change_fact(retract(about), OWNER, facts)
        with pytest.raises(NotFound, match="retracted"):
            change_fact(update(about, "Y"), OWNER, facts)
        assert change_fact(add(about, "X"), OWNER, facts).result is Result.ADDED
        assert [each.version for each in facts.store.versions(about)] == [1, 2, 3]

    def test_the_same_again_is_no_version_and_no_entry(self, facts: FactPorts) -> None:
        about = key("same")
        change_fact(add(about, "X"), OWNER, facts)
        results = [change_fact(again, AGENT, facts).result for again in (add(about, "X"), update(about, "X"))]
        assert results == [Result.NOOP, Result.NOOP]
        assert (len(facts.store.versions(about)), len(facts.records.entries(chain_of(about)))) == (1, 1)

    def test_a_wrong_version_is_told_the_current_one_and_changes_nothing(self, facts: FactPorts) -> None:
        about = key("wrong-version")
        change_fact(add(about, "X"), OWNER, facts)
        change_fact(update(about, "Y", version=1), OWNER, facts)
        for operation in (update(about, "Z", version=1), retract(about, version=7), add(about, "Z")):
            with pytest.raises(VersionConflict) as refused:
                change_fact(operation, OWNER, facts)
            assert refused.value.current == 2
        assert [each.value for each in facts.store.versions(about)] == ["X", "Y"]

    def test_a_lower_authority_retires_nothing_and_its_claim_is_kept_once(self, facts: FactPorts) -> None:
        about = key("outranked", namespace="claimed")
        standing = change_fact(add(about, "X"), OWNER, facts).statement
        for _ in range(2):
            settled = change_fact(update(about, "Y"), AGENT, facts)
            assert (settled.result, settled.claim and settled.claim.against) == (Result.CONFLICT, 1)
        (claim,) = (each for each in facts.store.claims("claimed") if each.key == about)
        assert (claim.kind, claim.value, claim.route) == (ClaimKind.CONFLICT, "Y", "owner")
        assert (facts.store.latest(about), facts.store.claim("claimed", claim.id)) == (standing, claim)
        assert [entry.kind for entry in facts.records.entries(chain_of(about))] == [Kind.FACT_CHANGED, Kind.FACT_CLAIMED]

    def test_a_suggestion_never_stands(self, facts: FactPorts) -> None:
        about = key("suggested", namespace="claimed")
        assert change_fact(add(about, "Z"), SUGGESTION, facts).result is Result.SUGGESTION
        assert facts.store.latest(about) is None
        assert [each.value for each in facts.store.claims("claimed") if each.key == about] == ["Z"]

    def test_every_change_is_in_the_facts_own_chain(self, facts: FactPorts) -> None:
        about = key("chained")
        change_fact(add(about, "X"), OWNER, facts)
        change_fact(retract(about), OWNER, facts)
        entries = facts.records.entries(chain_of(about))
        assert [entry.body["result"] for entry in entries] == ["ADDED", "RETRACTED"]
        assert broken_link(entries) is None

    def test_a_taken_version_undoes_the_whole_commit(self, facts: FactPorts) -> None:
        about = key("taken")
        first = change_fact(add(about, "X"), OWNER, facts).statement
        assert first is not None
        other = first.model_copy(update={"value": "Y"})
        with pytest.raises(Conflict):
            facts.records.commit(chain_of(about), [RecordStatement(statement=other, before=None)], [])
        with pytest.raises(Conflict):
            facts.records.commit(chain_of(about), [RecordStatement(statement=first.model_copy(update={"version": 2}), before=None)], [])
        assert (facts.store.versions(about), facts.store.latest(about)) == ((first,), first)

    def test_what_is_derived_is_cited_by_what_it_came_from(self, facts: FactPorts) -> None:
        base, derived = key("base"), key("derived")
        came_from = change_fact(add(base, "X"), OWNER, facts).statement
        assert came_from is not None
        operation = add(derived, "X too").model_copy(update={"derived_from": (came_from.ref,)})
        change_fact(operation, AGENT, facts)
        assert facts.store.citations(base) == (Citation(fact=came_from.ref, kind=CitedBy.FACT, by=derived.id),)

    def test_nothing_is_derived_from_what_no_longer_stands(self, facts: FactPorts) -> None:
        base, derived = key("moved"), key("derived-late")
        came_from = change_fact(add(base, "X"), OWNER, facts).statement
        assert came_from is not None
        change_fact(update(base, "Y"), OWNER, facts)
        with pytest.raises(InvalidFact, match="does not stand at version 1"):
            change_fact(add(derived, "X too").model_copy(update={"derived_from": (came_from.ref,)}), AGENT, facts)
        statement = change_fact(add(derived, "own"), AGENT, facts).statement
        assert statement is not None
        late = statement.model_copy(update={"key": key("derived-later"), "derived_from": (came_from.ref,)})
        with pytest.raises(Conflict):
            facts.records.commit("fact-derived-later", [RecordStatement(statement=late, before=None)], [])
        assert facts.store.latest(key("derived-later")) is None

    def test_what_rests_on_a_fact_is_looked_up_until_it_no_longer_does(self, facts: FactPorts) -> None:
        about = key("cited")
        said = change_fact(add(about, "X"), OWNER, facts).statement
        assert said is not None
        approval, run = (Citation(fact=said.ref, kind=kind, by="one") for kind in (CitedBy.APPROVAL, CitedBy.RUN))
        facts.records.commit("run-1", [Cite(citation=approval), Cite(citation=run)], [])
        facts.records.commit("run-1", [Cite(citation=run)], [])
        assert facts.store.citations(about) == (approval, run)
        for _ in range(2):
            facts.records.commit("run-1", [Uncite(citation=approval)], [])
        assert facts.store.citations(about) == (run,)

    def test_what_is_held_stands_and_is_served_to_nobody(self, facts: FactPorts) -> None:
        about, hold = self._held(facts, "held")
        assert (facts.store.hold(about), facts.store.hold(key("held-base"))) == (hold, None)
        assert about not in [each.key for each in facts.store.standing("logistics")]
        latest = facts.store.latest(about)
        assert latest is not None
        assert latest.ref == hold.fact
        for change in (RequireStanding(fact=hold.fact), HoldFact(hold=hold)):
            with pytest.raises(Conflict):
                facts.records.commit("fact-held", [change], [])

    def test_nothing_is_derived_from_what_is_held(self, facts: FactPorts) -> None:
        _, hold = self._held(facts, "held-source")
        with pytest.raises(InvalidFact, match="or is held"):
            change_fact(add(key("held-next"), "Z").model_copy(update={"derived_from": (hold.fact,)}), OWNER, facts)

    def test_a_hold_is_over_once_it_is_stated_again_even_if_it_says_the_same(self, facts: FactPorts) -> None:
        about, _ = self._held(facts, "held-again")
        assert change_fact(update(about, "X too"), AGENT, facts).result is Result.UPDATED
        assert facts.store.hold(about) is None
        assert about in [each.key for each in facts.store.standing("logistics")]

    def test_only_the_version_that_stands_can_be_relied_on_or_held(self, facts: FactPorts) -> None:
        about = key("relied-on")
        first = self._said(facts, about, "X")
        facts.records.commit("run-1", [RequireStanding(fact=first.ref)], [])
        change_fact(update(about, "Y"), OWNER, facts)
        for change in (RequireStanding(fact=first.ref), HoldFact(hold=Hold(fact=first.ref, because=first.ref))):
            with pytest.raises(Conflict):
                facts.records.commit("run-1", [change], [])
        change_fact(retract(about), OWNER, facts)
        with pytest.raises(Conflict):
            facts.records.commit("run-1", [RequireStanding(fact=first.ref.model_copy(update={"version": 2}))], [])

    def _held(self, facts: FactPorts, name: str) -> tuple[FactKey, Hold]:
        base, about = self._said(facts, key(f"{name}-base"), "X"), key(name)
        change_fact(add(about, "X too").model_copy(update={"derived_from": (base.ref,)}), AGENT, facts)
        hold = Hold(fact=FactRef(id=about.id, version=1), because=base.ref, now=2)
        facts.records.commit(chain_of(about), [HoldFact(hold=hold)], [])
        return about, hold

    def _said(self, facts: FactPorts, about: FactKey, value: Json) -> Statement:
        said = change_fact(add(about, value), OWNER, facts).statement
        assert said is not None
        return said
