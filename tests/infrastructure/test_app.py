"""What is malformed is refused before anything is built: one line, exit 1, no traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ("charters", "policies", "statemachines")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with data of its own: the app reads it from where it is started."""
    for name in DATA:
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def synth(project: Path, **context: object) -> subprocess.CompletedProcess[str]:
    settings = {"CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": [], **context}), "CDK_OUTDIR": str(project / "cdk.out")}
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, ROOT / "app.py"], cwd=project, env=environment, capture_output=True, text=True, check=False)


def refused_with(done: subprocess.CompletedProcess[str], line: str) -> None:
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == line
    assert "Traceback" not in done.stderr


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


def test_the_project_as_it_is_synthesises(project: Path) -> None:
    assert synth(project).returncode == 0


def test_a_malformed_charter_is_named_with_file_line_and_field(project: Path) -> None:
    charter = project / "charters/refunds.yaml"
    edit(charter, "effect: irreversible", "effect: harmless")
    line = next(number for number, text in enumerate(charter.read_text().splitlines(), 1) if "effect: harmless" in text)
    problem = "tools.refunds.reverse_refund.effect: Input should be 'read', 'write' or 'irreversible'"
    refused_with(synth(project), f"charters/refunds.yaml:{line}: {problem}")


@pytest.mark.parametrize("asked", ["dynamodb:*", "dynamodb:Scan", "iam:PutRolePolicy", "*"])
def test_a_charter_that_asks_for_more_than_the_boundary_is_named_with_file_line_and_field(project: Path, asked: str) -> None:
    edit(project / "charters/claims.yaml", "actions: [dynamodb:ConditionCheckItem]", f'actions: ["{asked}"]')
    done = synth(project)
    assert done.returncode == 1
    field = "tools.claims.draft_assessment.permissions.0.actions.0"
    lines = (project / "charters/claims.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if f'["{asked}"]' in text)
    assert done.stderr.splitlines()[-1].startswith(f"charters/claims.yaml:{line}: {field}: Input should be 'dynamodb:BatchGetItem', ")


def test_a_malformed_policy_is_named_with_file_line_and_id(project: Path) -> None:
    edit(project / "policies/refunds/policies.cedar", "context.payload.amount > 50000", 'context.payload.amount > "50000"')
    done = synth(project)
    refused_with(done, "policies/refunds/policies.cedar:4: refunds.over-autonomy: unexpected type: expected Long but saw String")


def test_an_unknown_stage_is_named(project: Path) -> None:
    refused_with(synth(project, stage="moon"), "'moon' is no stage: choose one of local, prod with -c stage=NAME")
