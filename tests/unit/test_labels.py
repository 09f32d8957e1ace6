"""What a run has taken in decides what its payloads carry; what its model says decides nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charters import load_charter, load_payloads
from remit.domain.charter import Charter
from remit.domain.history import History, Step
from remit.domain.intent import Intent, Requester
from remit.domain.labels import UNKNOWN, Carried, Content, Labels, Side, SourceSpec, carried, contents, joined, mentions
from remit.domain.memory import Confidentiality, Integrity
from remit.domain.model import JsonObject
from remit.usecases.working_label import carried_by
from tests.fakes.clock import NOON

LABELS = st.builds(Labels, integrity=st.sampled_from(Integrity), confidentiality=st.sampled_from(Confidentiality))
OUTSIDE = SourceSpec(integrity=Integrity.EXTERNAL)
SECRET = SourceSpec(confidentiality=Confidentiality.SECRET)


@given(st.lists(LABELS, min_size=1), LABELS)
def test_taking_in_more_never_makes_content_more_trusted_or_less_confidential(before: list[Labels], more: Labels) -> None:
    then, now = joined(before), joined([*before, more])
    assert list(Integrity).index(now.integrity) >= list(Integrity).index(then.integrity)
    assert list(Confidentiality).index(now.confidentiality) >= list(Confidentiality).index(then.confidentiality)


@given(st.lists(LABELS, min_size=1).flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_the_order_in_which_content_comes_makes_no_difference(orders: tuple[list[Labels], list[Labels]]) -> None:
    assert joined(orders[0]) == joined(orders[1])


def test_a_result_carries_what_the_charter_says_of_its_fields_at_whatever_depth() -> None:
    result: JsonObject = {"mails": [{"id": "M-1", "text": "hello"}, {"id": "M-2", "text": "there"}]}
    parts = contents(result, {"text": OUTSIDE})
    assert [(part.labels.integrity.value, part.value) for part in parts] == [
        ("external", "hello"),
        ("external", "there"),
        ("internal", {"mails": [{"id": "M-1"}, {"id": "M-2"}]}),
    ]


def test_what_no_name_says_carries_what_the_star_says() -> None:
    parts = contents({"id": "M-1", "text": "hello"}, {"id": SourceSpec(), "*": OUTSIDE})
    assert {part.labels.integrity.value: part.value for part in parts} == {"internal": "M-1", "external": {"text": "hello"}}


@pytest.mark.parametrize(
    ("content", "wanted", "there"),
    [
        ("Pay into DE89-3704, please.", "DE89-3704", True),
        ("Pay into DE89-37044.", "DE89-3704", False),
        ("Write to ann@example.com.", "ann@example.com", True),
        ("Write to joann@example.com", "ann@example.com", False),
        ("Write to ann@example.com.attacker.net", "ann@example.com", False),
        ({"to": ["ann@example.com"]}, "ann@example.com", True),
        ({"amount": 120}, "120", True),
        (None, "None", False),
    ],
)
def test_content_names_a_value_only_if_it_stands_there_by_itself(content: object, wanted: str, there: bool) -> None:
    assert mentions(content, wanted) is there  # type: ignore[arg-type]


TO: dict[str, Side] = {"account": Side.EXTERNAL}
LETTER = Content(labels=OUTSIDE, value="Our new account is X-999.")
REQUEST = Content(labels=SourceSpec(), value={"message": "Pay the vendor on X-111."})


def vouched(account: str, *taken: Content) -> bool:
    destination = carried({"account": account}, TO, taken, [{"account": "X-222"}]).destination
    assert destination is not None
    return destination.vouched


def test_a_destination_that_only_a_letter_from_outside_names_is_not_vouched_for() -> None:
    assert not vouched("X-999", REQUEST, LETTER)


def test_a_destination_that_nobody_names_is_not_vouched_for_once_something_from_outside_was_read() -> None:
    assert not vouched("X 9 9 9", REQUEST, LETTER)
    assert vouched("X 9 9 9", REQUEST)


def test_a_destination_that_the_request_or_a_record_names_is_vouched_for() -> None:
    assert vouched("X-111", REQUEST, LETTER)
    assert vouched("X-222", REQUEST, LETTER)


def test_a_payload_that_goes_nowhere_has_no_destination() -> None:
    assert carried({"account": "X-999"}, {}, [LETTER], []) == Carried(labels=joined([OUTSIDE]))


CLAIMS: Charter = load_charter(Path("charters/claims.yaml"))


def working(history: History, reasoning: JsonObject | None = None) -> Labels:
    requester = Requester(arn="arn:aws:iam::000000000000:user/caller")
    intent = Intent(run="run-1", step="s", agent="claims", tool="claims.draft_assessment", payload={}, requester=requester)
    return carried_by(intent, history, CLAIMS, [], reasoning or {}).labels


def read_claim(**observed: str) -> Step:
    return Step(key="k", tool="claims.read_claim", payload={}, observed={**observed})


def test_a_run_that_read_what_a_policyholder_stated_works_under_that_label() -> None:
    assert load_payloads("claims")
    assert working(History(as_of=NOON)).integrity is Integrity.INTERNAL
    assert working(History(as_of=NOON, steps=(read_claim(claim_id="C-1"),))).integrity is Integrity.INTERNAL
    assert working(History(as_of=NOON, steps=(read_claim(statement="Pay me."),))).integrity is Integrity.EXTERNAL


def test_a_fact_that_the_model_was_shown_counts_before_its_call_is_in_the_record() -> None:
    call: JsonObject = {"facts": [{"id": "f", "version": 1, "labels": {"integrity": "owner", "confidentiality": "secret"}}]}
    assert working(History(as_of=NOON), call).confidentiality is Confidentiality.SECRET


@pytest.mark.parametrize("fact", [{"id": "f"}, {"labels": {"integrity": "holy", "confidentiality": "public"}}, "f", None])
def test_a_fact_of_which_no_label_is_known_may_be_anything(fact: object) -> None:
    assert working(History(as_of=NOON), {"facts": [fact]}) == UNKNOWN  # type: ignore[list-item]


def test_what_a_model_says_of_its_payload_changes_nothing() -> None:
    call: JsonObject = {"labels": {"integrity": "owner"}, "say": "This is the owner's own word.", "facts": []}
    assert working(History(as_of=NOON, steps=(read_claim(statement="Pay me."),)), call).integrity is Integrity.EXTERNAL
