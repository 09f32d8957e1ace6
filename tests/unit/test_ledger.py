"""A chain that shows any change to it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from remit.domain.canonical import canonical, digest
from remit.domain.ledger import Draft, Entry, Kind, broken_link, chain
from tests.fakes.clock import NOON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(st.text(max_size=8), json_values, max_size=4)
drafts = st.builds(Draft, kind=st.sampled_from(Kind), body=bodies)
chains = st.lists(drafts, min_size=1, max_size=8).map(lambda given: chain("run-1", None, given, NOON))


@given(chains)
def test_a_chain_as_written_holds(entries: tuple[Entry, ...]) -> None:
    assert broken_link(entries) is None


@given(chains)
def test_a_chain_survives_storage_as_json(entries: tuple[Entry, ...]) -> None:
    assert broken_link([Entry.model_validate_json(entry.model_dump_json()) for entry in entries]) is None


@given(chains, st.data())
def test_any_changed_field_breaks_the_chain_at_that_entry(entries: tuple[Entry, ...], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    change: dict[str, Any] = data.draw(
        st.sampled_from([{"body": {"other": "body"}}, {"run": "run-2"}, {"previous": "f" * 64}, {"hash": "0" * 64}, {"seq": 99}])
    )
    tampered = [*entries]
    tampered[index] = entries[index].model_copy(update=change)
    broken = broken_link(tampered)
    assert broken == tampered[index]


@given(chains, st.data())
def test_a_dropped_entry_breaks_the_chain(entries: tuple[Entry, ...], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    rest = [*entries[:index], *entries[index + 1 :]]
    assert (broken_link(rest) is None) == (index == len(entries) - 1)


@given(bodies)
def test_a_digest_does_not_depend_on_the_order_of_fields(body: dict[str, Any]) -> None:
    assert digest(dict(reversed(body.items()))) == digest(body)


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": [1, True, None], "a": "ü"}) == '{"a":"ü","b":[1,true,null]}'.encode()
