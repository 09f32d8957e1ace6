"""The two τ-bench domains: what the gate answers to every call of the corpus, and that the examples are sound by themselves."""

import json
from pathlib import Path

import pytest

from benchmarks.tau.corpus import cancellations, forbidden, tasks
from benchmarks.tau.domains import EXAMPLES, SUITES
from benchmarks.tau.play import Circumstances, Verdict, is_slip, play_forbidden, play_writes
from benchmarks.tau.prose import prose, sentences
from benchmarks.tau.report import README, counts, results
from remit.charters import charter_schema
from remit.domain.decision import Decision, Outcome, decide
from remit.domain.policy import matrix_permits
from remit.policies import standing_rules
from tests.policies.cases import CaseFile, case, charter, engine, policy_set

CASES = [(suite, path) for suite in SUITES for path in sorted(EXAMPLES.glob(f"{suite}/policies/{suite}/cases/*/*.json"))]


@pytest.fixture(scope="module")
def writes() -> tuple[Verdict, ...]:
    return play_writes()


def determining(verdict: Verdict) -> list[str]:
    return sorted(reason.policy for reason in verdict.reasons)


def read(path: Path) -> CaseFile:
    return CaseFile.model_validate_json(path.read_bytes())


def offline_decision(suite: str, file: CaseFile) -> Decision:
    """In the run that `remit verify` and `remit decide` give to their intents: here the policies look at it."""
    asked = case(suite, file)
    intent = asked.intent.model_copy(update={"run": "offline"})
    return decide(asked.model_copy(update={"intent": intent}), engine(suite).evaluate)


def test_the_corpus_is_whole() -> None:
    assert (len(tasks()), sum(len(task.writes) for task in tasks()), len(forbidden())) == (164, 225, 13)


def test_every_legitimate_write_is_allowed_but_one(writes: tuple[Verdict, ...]) -> None:
    legitimate = [verdict for verdict in writes if not is_slip(verdict)]
    assert counts(verdict for verdict in legitimate if verdict.suite == "retail") == (174, 0, 0)
    assert counts(verdict for verdict in legitimate if verdict.suite == "airline") == (48, 0, 1)


def test_the_one_is_an_insured_cancellation_for_neither_health_nor_weather(writes: tuple[Verdict, ...]) -> None:
    (denied,) = [verdict for verdict in writes if verdict.outcome is not Outcome.ALLOW and not is_slip(verdict)]
    assert (denied.conversation, denied.subject, determining(denied)) == ("airline-39", "MSJ4OA", ["airline.not-cancellable"])


def test_the_upstream_slips_are_denied_for_what_the_prose_says(writes: tuple[Verdict, ...]) -> None:
    assert {verdict.conversation: determining(verdict) for verdict in writes if is_slip(verdict)} == {
        "retail-64": ["retail.exchange-not-delivered"],
        "retail-105": ["retail.gift-card-below-difference"],
    }


def test_no_forbidden_cancellation_is_allowed() -> None:
    assert counts(play_forbidden()) == (0, 2, 11)


def test_only_the_flown_reservation_is_handed_to_a_human() -> None:
    escalated = {verdict.subject: determining(verdict) for verdict in play_forbidden() if verdict.outcome is Outcome.ESCALATE}
    assert escalated == {"NQNU5R": ["airline.partly-flown"]}


@pytest.mark.parametrize("circumstances", [Circumstances(confirmed=False), Circumstances(stranger=True)], ids=["no yes", "a stranger"])
def test_no_write_is_allowed_without_the_yes_of_its_own_user(circumstances: Circumstances) -> None:
    assert counts(play_writes(circumstances)) == (0, 0, 225)


def test_the_policy_takes_the_users_word_for_ill_health() -> None:
    lied = play_forbidden(Circumstances(reason="health"))
    assert [verdict.subject for verdict in lied if verdict.outcome is Outcome.ALLOW] == ["9HBUV8", "S61CZX", "H8Q05L"]


def test_every_reason_for_a_cancellation_is_in_the_users_own_words() -> None:
    said = {task.task_id: task.said for task in tasks() if task.suite == "airline"}
    assert [each for each in cancellations() if each.said not in said[each.task_id]] == []


def test_every_cancellation_has_a_reason() -> None:
    calls = [(task.task_id, write.args) for task in tasks() for write in task.writes if write.function == "cancel_reservation"]
    calls += [(each.task_id, each.forbidden_call.args) for each in forbidden()]
    assert {(task, args["reservation_id"]) for task, args in calls} == {(each.task_id, each.reservation_id) for each in cancellations()}


def test_the_readme_has_the_results() -> None:
    assert results() in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("suite", SUITES)
def test_every_rule_of_an_example_has_its_sentence_of_the_prose(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / suite)
    remits = {policy.id for policy in (*matrix_permits(charter(suite)), *standing_rules(policy_set(suite).policy_schema))}
    assert {policy.id for policy in policy_set(suite).policies} - remits == set(sentences(suite))
    assert [sentence for found in sentences(suite).values() for sentence in found if sentence not in prose(suite)] == []


@pytest.mark.parametrize("suite", SUITES)
def test_the_committed_schemas_are_the_generated_ones(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / suite)
    assert json.loads(Path(f"policies/{suite}/schema.json").read_text(encoding="utf-8")) == policy_set(suite).policy_schema
    assert json.loads(Path("charters/charter.schema.json").read_text(encoding="utf-8")) == charter_schema()


@pytest.mark.parametrize("suite", SUITES)
def test_an_example_is_valid_and_each_of_its_policies_determines_a_case(suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / suite)
    named = {policy for domain, path in CASES if domain == suite for policy in read(path).policies}
    assert {policy.id for policy in policy_set(suite).policies} == named


@pytest.mark.parametrize(("suite", "path"), CASES, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_a_case_is_decided_as_its_folder_says(suite: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / suite)
    made = offline_decision(suite, file := read(path))
    assert (made.outcome, made.route, sorted(made.policies)) == (path.parent.name, file.route, sorted(file.policies))
