"""A policy file is refused with its file, its line and the policy's id."""

from pathlib import Path

import pytest

from remit.charters import load_charter
from remit.policies import PolicyError, load_policy_set

REFUNDS = load_charter(Path("charters/refunds.yaml"))
RULE = '// Why.\n@id("x")\n@reason("r")\nforbid (principal, action, resource) when { %s };\n'


@pytest.mark.parametrize("domain", sorted(path.parent.name for path in Path("policies").glob("*/policies.cedar")))
def test_the_committed_policies_are_valid_in_strict_mode(domain: str) -> None:
    charter = load_charter(Path(f"charters/{domain}.yaml"))
    assert load_policy_set(charter, Path(f"policies/{domain}")).policies


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ('context.payload.amount == "1"', "2: x: the types "),
        ("context.facts.account.age > 1", "2: x: attribute `facts.account.age` in context"),
        ('context.approval.route == "risk"', "2: x: unable to guarantee safety of access to optional attribute"),
        ("principal ==", "2: x: "),
        ("false", "2: x: no request that fits the schema can ever match it"),
        ("context has delegation", "2: x: no request that fits the schema can ever match it"),
    ],
    ids=["wrong type", "unknown attribute", "approval without has", "syntax", "impossible", "impossible by its types"],
)
def test_a_rule_that_is_not_valid_is_named(tmp_path: Path, condition: str, problem: str) -> None:
    (tmp_path / "policies.cedar").write_text(RULE % condition)
    with pytest.raises(PolicyError) as caught:
        load_policy_set(REFUNDS, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/policies.cedar:{problem}")


def test_a_rule_in_shadow_mode_is_apart_from_those_in_force(tmp_path: Path) -> None:
    (tmp_path / "policies.cedar").write_text(RULE % "true" + '@id("y") @reason("r") @mode("shadow") forbid (principal, action, resource);')
    loaded = load_policy_set(REFUNDS, tmp_path)
    assert [policy.id for policy in loaded.policies] == ["refunds.matrix.support", "standing.shaped-from-outside", "x"]
    assert [policy.id for policy in loaded.shadow] == ["y"]


def test_a_rule_in_shadow_mode_is_validated_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "policies.cedar").write_text('@mode("shadow")\n' + RULE % "context.nothing")
    with pytest.raises(PolicyError, match=r"policies\.cedar:1: x: attribute"):
        load_policy_set(REFUNDS, tmp_path)


@pytest.mark.parametrize("mode", ['@mode("shdow")', "@mode", '@mode("enforce")'])
def test_a_mode_that_there_is_not_is_named_by_its_line(tmp_path: Path, mode: str) -> None:
    (tmp_path / "policies.cedar").write_text(f"{mode}\n{RULE % 'true'}")
    with pytest.raises(PolicyError, match=r'policies\.cedar:1: the only @mode is "shadow"$'):
        load_policy_set(REFUNDS, tmp_path)


def test_a_rule_without_its_id_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "policies.cedar").write_text("\n\npermit (principal, action, resource);")
    with pytest.raises(PolicyError, match=r"policies\.cedar:3: a policy needs its @id$"):
        load_policy_set(REFUNDS, tmp_path)


def test_a_domain_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"policies\.cedar: there is no such file$"):
        load_policy_set(REFUNDS, tmp_path)
