"""What is timed: a whole decision of Remit's, and plain cedarpy over the whole set."""

import json
from collections.abc import Callable, Sequence
from functools import partial

import cedarpy

from benchmarks.policy.corpus import CHARTER, PAYLOADS, SCHEMA, OneAccount
from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.system import SystemClock
from remit.domain.case import Case
from remit.domain.decision import Decision, Outcome
from remit.domain.intent import Intent
from remit.domain.policy import PolicyText
from remit.usecases.history import nothing_done
from remit.usecases.judge import Judge, first_decision

Calls = list[Callable[[], object]]


class RemitSubject:
    """Validate the payload, look at the facts, ask Cedar, and say why: everything of a decision but the ledger."""

    def __init__(self, policies: Sequence[PolicyText]) -> None:
        engine = EmbeddedCedar(policies, SCHEMA)
        self._judge = Judge(
            charter=CHARTER, payloads=PAYLOADS, facts=OneAccount(), history=nothing_done(), engine=engine, clock=SystemClock()
        )

    def decide(self, intent: Intent) -> Decision:
        return first_decision(intent, self._judge)

    def calls(self, intents: Sequence[Intent], expected: Outcome) -> Calls:
        """One call an intent; all are decided once before, so that a slip of the corpus is seen and nothing is timed cold."""
        wrong = [intent.agent for intent in intents if self.decide(intent).outcome is not expected]
        if wrong:
            raise AssertionError(f"not {expected}: {wrong[:3]}")
        return [partial(self.decide, intent) for intent in intents]


class PlainSubject:
    """cedarpy with everything parsed before, asked over all policies: no validation, no facts, no explanation."""

    def __init__(self, policies: Sequence[PolicyText]) -> None:
        self._policies = cedarpy.PolicySet.from_str("\n".join(policy.statement for policy in policies))
        self._schema = cedarpy.Schema.from_json_str(json.dumps(SCHEMA))
        self._actions = cedarpy.Entities.from_json_str("[]", self._schema)

    def calls(self, intents: Sequence[Intent]) -> Calls:
        requests = [_request(intent) for intent in intents]
        return [partial(cedarpy.is_authorized, request, self._policies, self._actions, self._schema) for request in requests]


def _request(intent: Intent) -> dict[str, object]:
    """What Remit asks, in cedarpy's form."""
    tool = CHARTER.tools[intent.tool]
    facts = OneAccount().read({name: CHARTER.facts[name] for name in tool.facts}, intent.payload)
    counts = dict.fromkeys(CHARTER.tools, 0)
    asked = Case(intent=intent, tool=tool, facts=facts, exceeded=(), routes=(), counts=counts, policy_set="").request(None)
    entities = {name: getattr(asked, name).model_dump() for name in ("principal", "action", "resource")}
    return {**entities, "context": json.dumps(asked.context)}
