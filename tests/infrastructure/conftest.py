"""The functions' assets as the CDK makes them, and what the Lambda runtime has besides."""

from pathlib import Path

import pytest
from aws_cdk import App

from app import compose
from benchmarks.policy.bundle import lambda_runtime
from tests.infrastructure.templates import Resource, deployed_by


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each function's asset, by the function's name."""
    app = App(outdir=str(tmp_path_factory.mktemp("cdk.out")), context={"stage": "local"})
    compose(app)
    assembly = app.synth()
    functions = deployed_by(assembly, "local").functions()
    return {name: _asset_of(function, Path(assembly.directory)) for name, function in functions.items()}


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lambda_runtime(tmp_path_factory.mktemp("runtime"))


def _asset_of(function: Resource, directory: Path) -> Path:
    return directory / f"asset.{Path(function['Properties']['Code']['S3Key']).stem}"
