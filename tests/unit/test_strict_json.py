"""One text means one thing, or it is refused."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.domain.errors import InvalidRequest
from remit.domain.model import Json
from remit.domain.strict_json import DEEPEST, read_object, read_strictly

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3), max_leaves=8)


@given(values)
def test_what_json_can_say_is_read_as_json_says_it(value: Json) -> None:
    assert read_strictly(json.dumps(value)) == value


@given(st.text())
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    with suppress(InvalidRequest):
        read_strictly(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"amount": 1, "amount": 100000}', "the name 'amount' stands twice"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "the name 'b' stands twice"),
        ('{"amount": NaN}', "NaN is no number"),
        ('{"amount": -Infinity}', "-Infinity is no number"),
        ('{"amount": 1e400}', "1e400 is too large"),
        ('{"amount": ' + "9" * 5_000 + "}", "more than 40 digits"),
        ("[" * 5_000 + "]" * 5_000, "more than 32 deep"),
        ("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "more than 32 deep"),
        ("{'amount': 1}", "this is no JSON at character 1"),
        ("", "this is no JSON at character 0"),
    ],
)
def test_what_readers_could_take_differently_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        read_strictly(text)


@pytest.mark.parametrize("text", ["[]", "7", "null", '"x"'])
def test_a_body_is_an_object(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no JSON object"):
        read_object(text)
