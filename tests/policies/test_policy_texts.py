"""Policies as texts: split at their real ends, each with its id, its reason and its line."""

import json
from pathlib import Path

import pytest

from remit.charters import load_charter
from remit.domain.model import JsonObject
from remit.domain.policy import annotations, matrix_permits, policy_set_digest, split_policies

TWO = """// A comment with a ';' and an "open quote.
@id("a.one") // why; "here"
@reason("It says \\"no; never\\".")
forbid (principal, action, resource) when { context.text == "a;b // c" };

@id("a.two")
@reason("Second.")
permit (principal, action, resource);
"""


def test_comments_and_strings_do_not_end_a_policy() -> None:
    first, second = split_policies(TWO)
    assert (first.id, first.reason, first.line) == ("a.one", 'It says "no; never".', 2)
    assert first.statement.endswith('== "a;b // c" };')
    assert (second.id, second.line) == ("a.two", 6)


def test_a_policy_keeps_its_annotations_and_not_the_comment_before_it() -> None:
    assert split_policies(TWO)[0].statement.startswith('@id("a.one")')


def test_nothing_but_comments_is_no_policy() -> None:
    assert split_policies("// Nothing here.\n") == ()


def test_annotations_are_those_at_the_head() -> None:
    statement = '@id("x") @note @unicode("caf\\u{e9}")\npermit (principal, action, resource) when { context.mail == "@id(\\"y\\")" };'
    assert annotations(statement) == {"id": "x", "note": "", "unicode": "café"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('\n@reason("r")\npermit (principal, action, resource);', "line 2: a policy needs its @id"),
        ('@id("x")\npermit (principal, action, resource);', "line 1: a policy needs its @reason"),
        ('@id("") @reason("r")\npermit (principal, action, resource);', "line 1: a policy needs its @id"),
        (TWO.replace("a.two", "a.one"), 'line 6: @id("a.one") is already used on line 2'),
        (TWO[: TWO.rindex(";")], "line 6: a policy ends with ';'"),
        ('@id("x\npermit (principal, action, resource);', "line 1: a string is not closed"),
    ],
)
def test_a_malformed_file_is_refused_with_the_line(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r"^line \d+: ") as caught:
        split_policies(text)
    assert str(caught.value) == problem


def test_the_matrix_is_one_permit_per_agent_over_exactly_its_tools() -> None:
    (permit,) = matrix_permits(load_charter(Path("charters/refunds.yaml")))
    assert permit.id == "refunds.matrix.support"
    assert permit.statement.splitlines()[-1] == (
        'permit (principal == Remit::Agent::"support", '
        'action in [Remit::Action::"refunds.issue_refund", Remit::Action::"refunds.reverse_refund", '
        'Remit::Action::"refunds.withdraw_offer", Remit::Action::"refunds.offer_refund"], resource);'
    )


def test_the_digest_does_not_depend_on_order_or_layout() -> None:
    schema: JsonObject = {"Remit": {"entityTypes": {}, "actions": {}}}
    assert policy_set_digest(["a", "b"], json.dumps(schema)) == policy_set_digest(["b", "a"], json.dumps(schema, indent=4, sort_keys=True))


def test_the_digest_depends_on_every_policy_and_on_the_schema() -> None:
    digests = {policy_set_digest(["a"], "{}"), policy_set_digest(["a", "b"], "{}"), policy_set_digest(["a"], '{"Remit": {}}')}
    assert len(digests) == 3
