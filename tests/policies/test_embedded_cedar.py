"""What only the embedded engine can get wrong: how it is made, and what Cedar cannot read. The rest is in the conformance suite."""

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.evaluation import EntityId
from remit.domain.model import JsonObject
from remit.domain.policy import split_policies
from tests.conformance.policy_engine import ALL, LIVE, SCHEMA, request


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("permit (principal);", r"^x: .*missing the .* variable"),
        ("permit (principal == ?principal, action, resource);", "^x: expected exactly one policy, and no template$"),
    ],
    ids=["broken", "a template"],
)
def test_a_policy_that_is_not_one_is_refused_by_its_id_when_the_engine_is_made(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        EmbeddedCedar(split_policies(f'@id("x") @reason("x") {text}'), SCHEMA)


def test_a_schema_that_is_not_one_is_refused_when_the_engine_is_made() -> None:
    broken: JsonObject = {"Remit": {"entityTypes": {}}}
    with pytest.raises(ValueError, match="actions"):
        EmbeddedCedar(LIVE, broken)


def test_an_id_that_is_no_text_is_an_error_and_a_no() -> None:
    answer = EmbeddedCedar(split_policies(ALL), SCHEMA).evaluate(request(resource=EntityId(type="Remit::Account", id="\ud800")))
    assert (answer.allowed, bool(answer.errors)) == (False, True)


def test_a_failing_policy_is_named_by_its_id_in_the_error() -> None:
    overflow = '@id("sums") @reason("x") forbid (principal, action, resource) when { context.payload.amount * 9223372036854775807 == 1 };'
    (error,) = EmbeddedCedar(split_policies(overflow), SCHEMA).evaluate(request()).errors
    assert "`sums`" in error
