"""A rule's words about the facts it looked at."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from remit.domain.citing import cited, uncitable
from remit.domain.errors import Reason
from remit.domain.fact import Fact
from remit.domain.fact_key import FactRef
from remit.domain.fact_spec import FactSpec, RecordFactSpec, StoredFactSpec
from remit.domain.model import Json

SPECS: dict[str, FactSpec] = {
    "rule": StoredFactSpec.model_validate({"namespace": "logistics", "predicate": "carrier", "key": "zone", "type": "String"}),
    "order": RecordFactSpec.model_validate({"table": "orders", "key": "order_id", "attributes": {"lines": "Long"}}),
}


def words(reason: str, value: Json = "X") -> str:
    rule = Fact(name="rule", ref=FactRef(id="logistics:zone-B/carrier", version=2), attributes={"value": value})
    return cited(Reason(policy="p", reason=reason), [rule]).reason


def test_a_fact_is_cited_by_its_id_and_version() -> None:
    assert words("By {rule}.") == "By logistics:zone-B/carrier v2."


def test_an_attribute_is_said_as_it_is() -> None:
    assert words("It says {rule.value}.") == "It says X."
    assert words("It says {rule.value}.", 30) == "It says 30."
    assert words("It says {rule.value}.", ["a", "b"]) == 'It says ["a", "b"].'


def test_what_cannot_be_cited_stays_as_it_was_written() -> None:
    assert words("{other} {rule.other} {} {rule.} {Rule}") == "{other} {rule.other} {} {rule.} {Rule}"


@given(st.text())
def test_a_value_neither_hides_nor_breaks_the_line_nor_takes_it_over(value: str) -> None:
    said = words("{rule.value}", value)
    assert not {unicodedata.category(character) for character in said} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(said) <= 100


def test_a_value_is_not_read_as_a_citation() -> None:
    assert words("{rule.value}", "{rule}") == "{rule}"


def test_only_citations_of_the_given_facts_can_be_filled() -> None:
    assert list(uncitable("{rule} {rule.value} {rule.authority} {order.lines} {order}", SPECS)) == []
    assert list(uncitable("{rule.carrier} {zone} {order.value}", SPECS)) == ["{rule.carrier}", "{zone}", "{order.value}"]
