"""The deployable application: the core, and one stack for each charter."""

import sys
from pathlib import Path

from aws_cdk import App

from remit.charters import CharterError, load_charters
from remit.machines import MachineError, check_machines
from remit.policies import PolicyError, load_policy_set
from stacks.constructs.sender import SenderTaken
from stacks.core import CoreStack
from stacks.domain import DomainStack
from stacks.evidence import EvidenceStack
from stacks.mailbox_service import MailboxServiceStack
from stacks.memory import MemoryStack
from stacks.operations import OperationsStack
from stacks.policy_administration import PolicyAdministrationStack
from stacks.stages import LOCAL_ENDPOINT, UnknownStage, stage_named


def compose(app: App) -> None:
    stage = stage_named(app.node.try_get_context("stage") or "local")
    endpoint = app.node.try_get_context("endpoint") or LOCAL_ENDPOINT
    charters = load_charters(Path("charters"))
    for charter in charters:
        check_machines(charter, Path())
    policy_sets = [load_policy_set(charter, Path("policies", charter.domain)) for charter in charters]
    core = CoreStack(app, stage.names.of("core"), stage=stage, endpoint=endpoint, charters=charters)
    for charter, policy_set in zip(charters, policy_sets, strict=True):
        name = stage.names.of(charter.domain)
        DomainStack(app, name, stage=stage, public_url=core.public_url, charter=charter, policy_set=policy_set)
    EvidenceStack(app, stage.names.of("evidence"), stage=stage, ledger_stream=core.ledger_stream)
    OperationsStack(app, stage.names.of("operations"), stage=stage, charters=charters)
    MemoryStack(app, stage.names.of("memory"), stage=stage, charters=charters, fact_stream=core.fact_stream)
    PolicyAdministrationStack(app, stage.names.of("policy-administration"), stage=stage)
    MailboxServiceStack(app, stage.names.of("mailbox-service"), stage=stage)


if __name__ == "__main__":
    app = App()
    try:
        compose(app)
    except (CharterError, MachineError, PolicyError, SenderTaken, UnknownStage) as error:
        sys.exit(str(error))
    app.synth()
