"""All stacks of a charter set as templates, and how near each of them comes to what CloudFormation takes."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import App

from benchmarks.scale.corpus import policy_set
from remit.domain.charter import Charter
from stacks.core import CoreStack
from stacks.domain import DomainStack
from stacks.evidence import EvidenceStack
from stacks.memory import MemoryStack
from stacks.operations import OperationsStack
from stacks.stages import LOCAL_ENDPOINT, PROD

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_RESOURCES, MOST_BYTES = 500, 1_000_000
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_ENVIRONMENT_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Template:
    """`environment`: the bytes of the largest function's environment variables."""

    stack: str
    resources: int
    size: int
    environment: int


@dataclass(frozen=True, slots=True)
class Synthesis:
    seconds: float
    templates: tuple[Template, ...]

    def largest(self, what: str) -> Template:
        return max(self.templates, key=lambda template: int(getattr(template, what)))


def synthesise(charters: Sequence[Charter], domains: int) -> Synthesis:
    """As `cdk synth` does for production, without making bundles: what all share, and the stacks of the first so many domains."""
    begun, app = time.monotonic(), App(context={"aws:cdk:bundling-stacks": [], "stage": PROD.name})
    core = CoreStack(app, PROD.names.of("core"), stage=PROD, endpoint=LOCAL_ENDPOINT, charters=charters)
    for charter in charters[:domains]:
        name = PROD.names.of(charter.domain)
        DomainStack(app, name, stage=PROD, public_url=core.public_url, charter=charter, policy_set=policy_set(charter))
    EvidenceStack(app, PROD.names.of("evidence"), stage=PROD, ledger_stream=core.ledger_stream)
    OperationsStack(app, PROD.names.of("operations"), stage=PROD, charters=charters)
    MemoryStack(app, PROD.names.of("memory"), stage=PROD, charters=charters, fact_stream=core.fact_stream)
    assembly = app.synth()
    templates = tuple(_template(stack.stack_name, stack.template) for stack in assembly.stacks)
    return Synthesis(time.monotonic() - begun, templates)


def _template(name: str, template: dict[str, object]) -> Template:
    resources: dict[str, dict[str, dict[str, object]]] = template["Resources"]  # type: ignore[assignment]
    environments = [
        len(json.dumps(resource["Properties"].get("Environment", {})))
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Function"  # type: ignore[comparison-overlap]
    ]
    return Template(name, len(resources), len(json.dumps(template)), max(environments, default=0))
