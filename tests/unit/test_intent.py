"""An intent's key: what is the same action, and what is another."""

from typing import Any

import pytest

from remit.domain.intent import Intent
from tests.fakes.gate import make_intent

INTENT = make_intent({"charge_id": "C-1", "amount": 500})


@pytest.mark.parametrize(
    "change", [{"run": "another"}, {"step": "govern-2"}, {"agent": "billing"}, {"tool": "refunds.other"}, {"payload": {"amount": 501}}]
)
def test_another_action_has_another_key_even_if_it_is_a_copy_of_one_whose_key_is_known(change: dict[str, Any]) -> None:
    assert INTENT.key
    copied = INTENT.model_copy(update=change)
    assert copied.key != INTENT.key
    assert copied.key == Intent.model_validate({**INTENT.model_dump(), **change}).key


def test_the_same_action_has_the_same_key_however_it_was_delivered() -> None:
    delivered = Intent.model_validate_json(INTENT.model_dump_json())
    assert delivered.key == INTENT.key
    assert delivered == INTENT


def test_what_was_worked_out_of_an_intent_is_not_written_with_it() -> None:
    assert INTENT.key
    assert "key" not in INTENT.model_dump()
