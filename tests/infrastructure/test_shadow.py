"""A policy in shadow mode goes into the gate's bundle, and not into the store whose policies are in force."""

import json
import shutil
from pathlib import Path

import pytest
from aws_cdk import App

from app import compose
from remit.adapters.bundle import load_shadow

ROOT = Path(__file__).resolve().parents[2]
ON_TRIAL = """
@id("refunds.on-trial")
@reason("On trial.")
@mode("shadow")
forbid (principal, action, resource) when { context.payload.amount > 100 };
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, with one policy more."""
    for name in ("charters", "policies", "statemachines"):
        shutil.copytree(ROOT / name, tmp_path / name)
    with (tmp_path / "policies" / "refunds" / "policies.cedar").open("a") as file:
        file.write(ON_TRIAL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_is_carried_by_the_gate_and_not_deployed_to_the_store(project: Path) -> None:
    app = App(outdir=str(project / "cdk.out"), context={"stage": "local", "aws:cdk:bundling-stacks": ["remit-local-refunds"]})
    compose(app)
    resources = app.synth().get_stack_by_name("remit-local-refunds").template["Resources"].values()
    deployed = json.dumps([resource for resource in resources if resource["Type"] == "AWS::VerifiedPermissions::Policy"])
    assert "refunds.over-autonomy" in deployed
    assert "refunds.on-trial" not in deployed
    (carried,) = (project / "cdk.out").glob("asset.*/policies/refunds.shadow.json")
    assert [policy.id for policy in load_shadow("refunds", carried.parents[1])] == ["refunds.on-trial"]
