"""The two example domains, each a tree of its own under examples/, and a judge over them as the gate has it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import tools
from benchmarks.tau.airline import Airline, AirlineDatabase
from benchmarks.tau.corpus import CORPUS
from benchmarks.tau.retail import Shop, ShopDatabase
from benchmarks.tau.world import World
from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.system import SystemClock
from remit.charters import load_charter, load_payloads
from remit.domain.charter import Charter
from remit.domain.payload import Payload
from remit.policies import load_policy_set
from remit.ports import FactSource
from remit.usecases.history import nothing_done
from remit.usecases.judge import Judge

EXAMPLES = CORPUS.parents[2] / "examples"
SUITES = ("retail", "airline")

# In a tree of its own `tools` is the example's; here both examples and Remit's own domains share one process.
for suite in SUITES:
    tools.__path__.append(str(EXAMPLES / suite / "tools"))


@dataclass(frozen=True, slots=True)
class Domain:
    charter: Charter
    payloads: Mapping[str, type[Payload]]
    engine: EmbeddedCedar

    def judge(self, facts: FactSource) -> Judge:
        return Judge(
            charter=self.charter, payloads=self.payloads, facts=facts, history=nothing_done(), engine=self.engine, clock=SystemClock()
        )


@cache
def domain(suite: str) -> Domain:
    charter = load_charter(EXAMPLES / suite / "charters" / f"{suite}.yaml")
    policies = load_policy_set(charter, EXAMPLES / suite / "policies" / suite)
    models = load_payloads(suite)
    payloads = {name: models[tool.payload] for name, tool in charter.tools.items()}
    return Domain(charter=charter, payloads=payloads, engine=EmbeddedCedar(policies.policies, policies.policy_schema))


def world(suite: str) -> World:
    """A database as it is before a conversation."""
    return Shop(_shop()) if suite == "retail" else Airline(_airline())


@cache
def _shop() -> ShopDatabase:
    return ShopDatabase.model_validate(_databases()["retail"])


@cache
def _airline() -> AirlineDatabase:
    return AirlineDatabase.model_validate(_databases()["airline"])


@cache
def _databases() -> dict[str, object]:
    return dict(json.loads((CORPUS / "database.json").read_text(encoding="utf-8")))
