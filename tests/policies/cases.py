"""A decision case as a file: policies/<domain>/cases/<outcome>/<sentence>.json."""

from functools import cache
from pathlib import Path

from pydantic import Field

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.charters import load_charter, load_payloads
from remit.domain.case import Case, routes_of
from remit.domain.charter import Charter
from remit.domain.decision import Decision, Outcome, decide
from remit.domain.errors import PreconditionUnmet
from remit.domain.fact import Fact, make_fact
from remit.domain.intent import Intent, Requester
from remit.domain.labels import COMPANYS, Labels
from remit.domain.model import JsonObject, Model
from remit.domain.payload import beyond_autonomy, parse_payload
from remit.domain.precondition import check
from remit.domain.proportion import owner_of, scope_of
from remit.policies import PolicySet, load_policy_set
from remit.usecases.offline import DoneBefore, Person, stated
from remit.usecases.working_label import carried_by
from tests.fakes.clock import NOON


class CaseFile(Model):
    """What is asked with which facts, and the ids of all rules that determine the outcome."""

    tool: str
    payload: JsonObject
    delegator: Person | None = None
    facts: dict[str, JsonObject]
    history: tuple[DoneBefore, ...] = ()
    carries: Labels = COMPANYS
    requester: Requester = Requester(arn="arn:aws:iam::111122223333:role/caller")
    request: JsonObject = Field(default_factory=dict)
    agent: str | None = None
    route: str | None = None
    policies: list[str]


@cache
def charter(domain: str) -> Charter:
    return load_charter(Path(f"charters/{domain}.yaml"))


@cache
def policy_set(domain: str) -> PolicySet:
    return load_policy_set(charter(domain), Path(f"policies/{domain}"))


@cache
def engine(domain: str) -> EmbeddedCedar:
    return EmbeddedCedar(policy_set(domain).policies, policy_set(domain).policy_schema)


def decision(domain: str, file: CaseFile) -> Decision:
    try:
        check(charter(domain).tools[file.tool].requires, file.payload, stated(file.history, NOON))
    except PreconditionUnmet as unmet:
        return Decision(outcome=Outcome.DENY, reasons=unmet.reasons, policy_set=engine(domain).policy_set())
    return decide(case(domain, file), engine(domain).evaluate)


def case(domain: str, file: CaseFile) -> Case:
    tool = charter(domain).tools[file.tool]
    payload = parse_payload(load_payloads(domain)[tool.payload], file.payload)
    intent, facts = _intent(domain, file), tuple(_fact(domain, name, file.facts[name]) for name in tool.facts)
    history = stated(file.history, NOON, file.carries)
    return Case(
        intent=intent,
        tool=tool,
        facts=facts,
        exceeded=beyond_autonomy(payload),
        routes=routes_of(charter(domain), tool),
        counts={name: sum(done.tool == name for done in file.history) for name in charter(domain).tools},
        policy_set=engine(domain).policy_set(),
        carried=carried_by(intent, history, charter(domain), facts, {}),
        owner=owner_of(tool, facts, intent, charter(domain).approvers),
        scope=scope_of(charter(domain), file.request, file.payload),
    )


def _intent(domain: str, file: CaseFile) -> Intent:
    """By the agent that the file names, or else the domain's first."""
    agent = file.agent or next(iter(charter(domain).agents))
    delegator = None if file.delegator is None else file.delegator.delegates(NOON)
    asker, tool, payload = file.requester, file.tool, file.payload
    return Intent(run="run-1", step="govern-1", agent=agent, tool=tool, payload=payload, requester=asker, delegator=delegator)


def _fact(domain: str, name: str, attributes: JsonObject) -> Fact:
    return make_fact(name, charter(domain).facts[name], "key", {**attributes, "version": 1})
