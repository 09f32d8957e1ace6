"""Every case file is decided as its folder says; every policy determines at least one of them."""

from pathlib import Path

import pytest

from tests.policies.cases import CaseFile, decision, policy_set

FILES = sorted(Path("policies").glob("*/cases/*/*.json"))
DOMAINS = sorted({path.parts[1] for path in FILES})


def read(path: Path) -> CaseFile:
    return CaseFile.model_validate_json(path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[1]}-{path.parent.name}-{path.stem}")
def test_a_case_is_decided_as_its_folder_says(path: Path) -> None:
    file = read(path)
    made = decision(path.parts[1], file)
    assert (made.outcome, made.route, sorted(made.policies)) == (path.parent.name, file.route, sorted(file.policies))


def test_every_domain_has_cases() -> None:
    assert sorted(path.parent.name for path in Path("policies").glob("*/policies.cedar")) == DOMAINS


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_policy_determines_a_case(domain: str) -> None:
    determining = {policy for path in FILES if path.parts[1] == domain for policy in read(path).policies}
    assert {policy.id for policy in policy_set(domain).policies} <= determining


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_outcome_has_a_case(domain: str) -> None:
    assert {path.parent.name for path in FILES if path.parts[1] == domain} == {"ALLOW", "ESCALATE", "DENY"}
