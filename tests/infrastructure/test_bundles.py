"""Each function's asset is its own: opened, and imported with nothing but itself and what the Lambda runtime has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from aws_cdk import App

from app import compose
from tests.infrastructure.templates import Deployment, Resource

FOLDERS = {
    "api": "api",
    "approvals": "approvals",
    "recorder": "recorder",
    "refunds-gate": "gate",
    "refunds-support-executor": "executor",
    "refunds-support-reasoner": "reasoner",
}
SITE_PACKAGES = Path(boto3.__file__).parents[1]
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    app = App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context={"stage": "local"})
    compose(app)
    assembly = app.synth()
    resources: dict[str, Resource] = {}
    for stack in assembly.stacks:
        resources |= stack.template["Resources"]
    functions = Deployment(stage="local", resources=resources).functions()
    return {name: asset_of(function, Path(assembly.directory)) for name, function in functions.items()}


def asset_of(function: Resource, directory: Path) -> Path:
    return directory / f"asset.{Path(function['Properties']['Code']['S3Key']).stem}"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        (folder / name).symlink_to(SITE_PACKAGES / name)
    return folder


def test_every_function_has_its_own_asset(assets: dict[str, Path]) -> None:
    assert {name: sorted(path.name for path in (asset / "lambdas").iterdir()) for name, asset in assets.items()} == {
        name: sorted(("__init__.py", folder)) for name, folder in FOLDERS.items()
    }


def test_the_gate_has_its_charter_and_payloads_and_no_reasoning(assets: dict[str, Path]) -> None:
    gate = assets["refunds-gate"]
    assert json.loads((gate / "charters" / "refunds.json").read_text())["domain"] == "refunds"
    assert sorted(path.name for path in (gate / "tools" / "refunds").iterdir()) == ["__init__.py", "payloads.py"]
    assert not {"langgraph", "langchain_core", "langchain_aws", "boto3", "botocore", "prompts"} & {path.name for path in gate.iterdir()}


def test_the_executor_has_actions_and_the_reasoner_prompts(assets: dict[str, Path]) -> None:
    assert (assets["refunds-support-executor"] / "tools" / "refunds" / "actions.py").is_file()
    assert (assets["refunds-support-reasoner"] / "prompts" / "refunds" / "support.v1.md").is_file()
    assert not {"numpy", "zstandard"} & {path.name for path in assets["refunds-support-reasoner"].iterdir()}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_bundle_holds_nothing_local_and_nothing_compiled(assets: dict[str, Path], name: str) -> None:
    pages = {"pages"} if FOLDERS[name] in {"gate", "approvals"} else set[str]()
    library = {path.name for path in (assets[name] / "remit").iterdir()}
    assert library == {"__init__.py", "names.py", "ports.py", "toolkit.py", "domain", "usecases", "adapters"} | pages
    assert not list(assets[name].rglob("*.pyc"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_handler_imports_with_only_its_bundle_and_the_runtime(assets: dict[str, Path], runtime: Path, name: str) -> None:
    program = (
        f"import sys; sys.path[:0] = [{str(assets[name])!r}, {str(runtime)!r}]; import lambdas.{FOLDERS[name]}.handler as h; h.handler"
    )
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_TRACE_DISABLED": "true"}
    run = [sys.executable, "-I", "-S", "-B", "-c", program]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
