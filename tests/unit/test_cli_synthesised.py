"""remit verify on what the CDK wrote."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from remit.charters import load_charters
from remit.cli.errors import CliError
from remit.cli.synthesised import iam_findings
from remit.domain.permission import only_keys
from remit.names import Names
from remit.reach import Cell, reach

ROOT = Path()
NAMES = Names("test")


def role(name: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    policies = [{"PolicyName": "charter", "PolicyDocument": {"Statement": statements}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "Policies": policies}}


def synthesised(folder: Path, *also: tuple[str, str, str]) -> Path:
    """Templates whose agent roles have just what the charters say, and also these cells."""
    cells = [*reach(load_charters(ROOT / "charters"), NAMES), *(Cell(*cell) for cell in also)]
    roles: dict[str, list[dict[str, Any]]] = {}
    for cell in cells:
        service, _, rest = cell.resource.partition(":")
        bound = {} if cell.keys is None else {"Condition": only_keys(*cell.keys)}
        allow = {"Effect": "Allow", "Action": cell.action, "Resource": f"arn:aws:{service}:us-east-1:1:{rest}", **bound}
        roles.setdefault(cell.role, []).append(allow)
    template = {"Resources": {f"Role{index}": role(name, given) for index, (name, given) in enumerate(roles.items())}}
    (folder / "remit-test-core.template.json").write_text(json.dumps(template))
    return folder


def test_roles_that_reach_what_their_charters_say_are_no_finding(tmp_path: Path) -> None:
    assert iam_findings(ROOT, synthesised(tmp_path)) == ()


def test_a_cell_that_no_charter_gives_is_named(tmp_path: Path) -> None:
    beyond = (NAMES.agent_role("refunds", "support"), "dynamodb:DeleteItem", "dynamodb:table/remit-test-refunds-refunds")
    (finding,) = iam_findings(ROOT, synthesised(tmp_path, beyond))
    assert finding.rule == "iam-beyond-charter"
    assert all(part in finding.what for part in beyond)


def test_a_cell_that_iam_does_not_reach_is_named(tmp_path: Path) -> None:
    (tmp_path / "remit-test-core.template.json").write_text(json.dumps({"Resources": {}}))
    findings = iam_findings(ROOT, tmp_path)
    assert {finding.rule for finding in findings} == {"iam-short-of-charter"}
    assert len(findings) == len(reach(load_charters(ROOT / "charters"), NAMES))


def test_a_folder_without_a_synthesis_is_refused_in_one_sentence(tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(CliError, match="cdk synth"):
        iam_findings(ROOT, tmp_path)
