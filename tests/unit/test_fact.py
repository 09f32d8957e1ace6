"""A fact is taken only with the types that its charter declares."""

import pytest

from remit.domain.cedar_type import CedarType
from remit.domain.errors import Denied
from remit.domain.fact import make_fact
from remit.domain.fact_spec import RecordFactSpec
from remit.domain.model import Json

TAGGED = RecordFactSpec(table="orders", key="order_id", attributes={"tags": CedarType.STRINGS})


@pytest.mark.parametrize("tags", [[], ["gift"], ["gift", "gift"]])
def test_a_set_of_texts_is_a_list_of_texts(tags: list[Json]) -> None:
    assert make_fact("order", TAGGED, "O-1", {"tags": tags, "version": 1}).attributes == {"tags": tags}


@pytest.mark.parametrize("tags", ["gift", None, ["gift", 1], [None], [["gift"]], {"gift": True}])
def test_anything_else_is_no_set_of_texts(tags: Json) -> None:
    with pytest.raises(Denied, match="tags is not a Set<String>"):
        make_fact("order", TAGGED, "O-1", {"tags": tags, "version": 1})
