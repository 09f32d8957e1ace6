"""Each function's asset is its own: opened, and imported with nothing but itself and what the Lambda runtime has."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from remit.domain.charter import Charter
from tests.infrastructure.grants import CHARTERS, machines_of
from tests.infrastructure.templates import deployment

every_domain = pytest.mark.parametrize("charter", CHARTERS, ids=lambda charter: charter.domain)
_CORES = ("api", "approvals", "archiver", "cascade", "monitor", "recorder", "sealer", "timekeeper")
FOLDERS = {name: name for name in _CORES}
for charter in CHARTERS:
    FOLDERS[f"{charter.domain}-gate"] = "gate"
    FOLDERS |= {f"{charter.domain}-{agent}-executor": "executor" for agent in charter.acting_agents()}
    FOLDERS |= {f"{charter.domain}-{agent}-reasoner": "reasoner" for agent in charter.reasoning_agents()}
    if charter.scribe:
        FOLDERS |= {f"{charter.domain}-extractor": "extractor", f"{charter.domain}-{charter.scribe}-executor": "asserter"}
FOLDERS |= dict.fromkeys(("claims-payout", "claims-export"), "policy_administration")
FOLDERS |= dict.fromkeys(("mailbox-service-read", "mailbox-service-list", "mailbox-service-delete"), "mailbox")


def test_every_function_has_its_own_asset(assets: dict[str, Path]) -> None:
    assert {name: sorted(path.name for path in (asset / "lambdas").iterdir()) for name, asset in assets.items()} == {
        name: sorted(("__init__.py", folder)) for name, folder in FOLDERS.items()
    }


def told(asset: Path) -> dict[str, Any]:
    """What a function is told by its bundle, because it grows with the deployment."""
    return dict(json.loads((asset / "told.json").read_text(encoding="utf-8")))


def test_the_api_knows_every_workflow_with_its_domain_people_and_agent(assets: dict[str, Path]) -> None:
    expected: dict[str, dict[str, object]] = {}
    for charter in CHARTERS:
        common: dict[str, object] = {"domain": charter.domain, "groups": [*charter.groups]}
        opened = charter.opened_workflows()
        expected |= {name: {**common, "agent": None if name in opened else spec.agent} for name, spec in charter.workflows.items()}
        behind = [name for name in machines_of(charter) if name not in charter.workflows]
        expected |= {name: {**common, "agent": None} for name in behind}
    assert told(assets["api"])["WORKFLOWS"] == expected
    assert told(assets["api"])["AGENTS"] == {agent: charter.domain for charter in CHARTERS for agent in charter.agents}


def test_who_is_told_watched_and_woken_is_in_the_bundles_too(assets: dict[str, Path]) -> None:
    assert told(assets["recorder"])["TOLD"] == {charter.domain: [*charter.told()] for charter in CHARTERS}
    assert told(assets["timekeeper"])["DOMAINS"] == [charter.domain for charter in CHARTERS]
    assert told(assets["monitor"])["ROUTES"] == {charter.domain: [*charter.routes] for charter in CHARTERS}
    budgets = {agent: budget.day.limits for charter in CHARTERS for agent, budget in charter.budgets.items() if budget.day.limits}
    assert told(assets["monitor"])["BUDGETS"] == budgets


@every_domain
def test_the_gate_has_its_charter_payloads_and_trials_and_no_reasoning(assets: dict[str, Path], charter: Charter) -> None:
    gate, domain = assets[f"{charter.domain}-gate"], charter.domain
    assert json.loads((gate / "charters" / f"{domain}.json").read_text())["domain"] == domain
    assert [path.name for path in (gate / "policies").iterdir()] == [f"{domain}.shadow.json"]
    assert sorted(path.name for path in (gate / "tools" / domain).iterdir()) == ["__init__.py", "payloads.py"]
    assert not {"langgraph", "langchain_core", "langchain_aws", "boto3", "botocore", "prompts"} & {path.name for path in gate.iterdir()}


@every_domain
def test_an_executor_has_actions_and_a_reasoner_prompts(assets: dict[str, Path], charter: Charter) -> None:
    for agent in charter.acting_agents():
        assert (assets[f"{charter.domain}-{agent}-executor"] / "tools" / charter.domain / "actions.py").is_file()
    for agent in charter.reasoning_agents():
        reasoner = assets[f"{charter.domain}-{agent}-reasoner"]
        assert (reasoner / "prompts" / charter.domain / f"{charter.agents[agent].prompt}.md").is_file()
        assert not {"numpy", "zstandard"} & {path.name for path in reasoner.iterdir()}


@every_domain
def test_who_reads_logs_has_a_model_and_no_tools_and_who_keeps_what_they_say_has_no_model(
    assets: dict[str, Path], charter: Charter
) -> None:
    if charter.scribe:
        extractor = assets[f"{charter.domain}-extractor"]
        asserter = assets[f"{charter.domain}-{charter.scribe}-executor"]
        assert (extractor / "prompts" / charter.domain / f"{charter.agents[charter.scribe].prompt}.md").is_file()
        assert not (extractor / "tools" / charter.domain / "actions.py").exists()
        assert not {"langgraph", "langchain_core", "langchain_aws", "prompts"} & {path.name for path in asserter.iterdir()}


@every_domain
def test_no_function_carries_another_domains_tools(assets: dict[str, Path], charter: Charter) -> None:
    own = [asset for name, asset in assets.items() if name.startswith(f"{charter.domain}-") and (asset / "tools").exists()]
    assert {path.name for asset in own for path in (asset / "tools").iterdir()} == {"__init__.py", charter.domain}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_bundle_holds_nothing_local_and_nothing_compiled(assets: dict[str, Path], name: str) -> None:
    pages = {"pages"} if FOLDERS[name] in {"gate", "approvals", "recorder"} else set[str]()
    library = {path.name for path in (assets[name] / "remit").iterdir()}
    ports = {path.name for path in Path("remit").glob("*ports.py")}
    assert library == {"__init__.py", "names.py", "toolkit.py", "domain", "usecases", "adapters", "prices"} | ports | pages
    assert not list(assets[name].rglob("*.pyc"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_handler_imports_with_only_its_bundle_and_the_runtime(assets: dict[str, Path], runtime: Path, name: str) -> None:
    module, _, entry = deployment("local").functions()[name]["Properties"]["Handler"].rpartition(".")
    program = f"import sys; sys.path[:0] = [{str(assets[name])!r}, {str(runtime)!r}]; import {module} as h; h.{entry}"
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_TRACE_DISABLED": "true"}
    run = [sys.executable, "-I", "-S", "-B", "-c", program]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
