"""cdk-nag's AwsSolutions rules hold, or the finding is acknowledged with its reason where it arises."""

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from app import compose
from tests.infrastructure.templates import STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_no_finding_is_left_without_a_reason(stage: str) -> None:
    app = App(context={"aws:cdk:bundling-stacks": [], "stage": stage})
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    compose(app)
    app.synth()
