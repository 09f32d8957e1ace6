"""What is malformed does not start: the rows of docs/fail-closed.md in which there is no gate that could be asked."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from lambdas.gate.settings import GateSettings
from remit.adapters import bundle
from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.environment import read_settings
from remit.charters import CharterError, load_charter
from remit.domain.policy import split_policies
from tests.fakes.gate import POLICIES


def test_policies_that_do_not_parse_keep_an_engine_from_being_made() -> None:
    with pytest.raises(ValueError, match=r"^x: "):
        EmbeddedCedar(split_policies('@id("x") @reason("x") forbid (principal);'), POLICIES.policy_schema)


def test_a_malformed_charter_is_not_deployed() -> None:
    with pytest.raises(CharterError):
        load_charter(Path("tests/charters/violations/undeclared-agent/refunds.yaml"))


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"domain": "refunds"})])
def test_a_gate_with_a_malformed_charter_does_not_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "charters").mkdir()
    (tmp_path / "charters" / "refunds.json").write_text(text)
    with pytest.raises(ValidationError):
        bundle.load_charter("refunds", tmp_path)


def test_a_gate_without_its_settings_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_STAGE", raising=False)
    with pytest.raises(RuntimeError, match="REMIT_STAGE"):
        read_settings(GateSettings)
