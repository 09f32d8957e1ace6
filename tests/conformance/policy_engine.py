"""What every PolicyEngine must do: run by Cedar over given texts, by Cedar over a store, and by the store's own service."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.case import Evidence
from remit.domain.decision import decide
from remit.domain.evaluation import AuthorizationRequest, EntityId, Evaluation
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText, split_policies
from remit.ports import PolicyEngine
from tests.policies.cases import CaseFile, case, policy_set

EngineOf = Callable[[Sequence[PolicyText]], PolicyEngine]

LIVE = policy_set("refunds").policies
SCHEMA = policy_set("refunds").policy_schema
FILES = sorted(Path("policies/refunds/cases").glob("*/*.json"))
REFUND = CaseFile.model_validate_json(Path("policies/refunds/cases/ALLOW/refund-of-120.json").read_bytes())
FINANCE = Evidence(route="finance", approvers=("finance@example.com",))
ALL = '@id("all") @reason("Everything.") permit (principal, action, resource);'
OVERFLOW = '@id("x") @reason("x") forbid (principal, action, resource) when { context.payload.amount * 9223372036854775807 == 1 };'
DECIMAL = '@id("x") @reason("x") forbid (principal, action, resource) when { decimal(context.payload.reason) == decimal("1.0") };'
GROUPS = (
    '@id("no-writes") @reason("No writes.") forbid (principal, action in Remit::Action::"effect:write", resource);\n'
    '@id("no-systems") @reason("Not whole systems.") forbid (principal, action in [Remit::Action::"reach:system"], resource);'
)


def request(context: JsonObject | None = None, evidence: Evidence | None = None, **parts: EntityId) -> AuthorizationRequest:
    """The case of a refund of $120.00, changed."""
    asked = case("refunds", REFUND).request(evidence)
    return asked.model_copy(update={**parts, "context": {**asked.context, **(context or {})}})


def payload(**changes: object) -> JsonObject:
    return {"payload": {**REFUND.payload, **changes}}  # type: ignore[dict-item]


def facts(**account: object) -> JsonObject:
    return {"facts": {**REFUND.facts, "account": {"status": "open", "flagged": False, **account}}}  # type: ignore[dict-item]


def determining(answer: Evaluation) -> list[str]:
    return [reason.policy for reason in answer.determining]


class PolicyEngineConformance(ABC):
    """`engine_of` makes an engine of these policies and the refunds schema; whatever it rests on is its own."""

    @abstractmethod
    @pytest.fixture
    def engine_of(self) -> EngineOf: ...

    @pytest.fixture
    def engine(self, engine_of: EngineOf) -> PolicyEngine:
        return engine_of(LIVE)

    @pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
    def test_a_case_is_decided_as_its_folder_says(self, engine: PolicyEngine, path: Path) -> None:
        file = CaseFile.model_validate_json(path.read_bytes())
        made = decide(case("refunds", file), engine.evaluate)
        assert (made.outcome, made.route, sorted(made.policies)) == (path.parent.name, file.route, sorted(file.policies))

    def test_an_answer_names_the_rules_by_their_id_and_reason_in_order(self, engine: PolicyEngine) -> None:
        answer = engine.evaluate(request(facts(status="closed", flagged=True)))
        assert not answer.allowed
        assert [(reason.policy, reason.reason) for reason in answer.determining] == [
            ("refunds.closed-account", "The account is closed."),
            ("refunds.flagged-account", "The account is flagged for review: risk has to approve."),
        ]

    def test_no_approval_lifts_an_absolute_forbid(self, engine: PolicyEngine) -> None:
        asked = request(payload(amount=600_000), FINANCE)
        assert determining(engine.evaluate(asked)) == ["refunds.over-maximum"]

    def test_an_approval_lifts_the_forbid_that_asks_for_it(self, engine: PolicyEngine) -> None:
        over = payload(amount=60_000)
        assert determining(engine.evaluate(request(over))) == ["refunds.over-autonomy"]
        assert engine.evaluate(request(over, FINANCE)).clean_allow

    def test_an_unknown_agent_is_a_clean_no_that_names_nothing(self, engine: PolicyEngine) -> None:
        answer = engine.evaluate(request(principal=EntityId(type="Remit::Agent", id="intern")))
        assert (answer.allowed, answer.determining, answer.errors) == (False, (), ())

    @pytest.mark.parametrize("action", ["refunds.wipe_ledger", "effect:irreversible", "x" * 500])
    def test_an_unknown_action_is_an_error_and_a_no_even_where_everything_is_permitted(self, engine_of: EngineOf, action: str) -> None:
        answer = engine_of(split_policies(ALL)).evaluate(request(action=EntityId(type="Remit::Action", id=action)))
        assert (answer.allowed, bool(answer.errors)) == (False, True)

    @pytest.mark.parametrize("part", ["principal", "resource"])
    @pytest.mark.parametrize("kind", ["Remit::Stranger", "Remit :: Agent", "Remit::Role"])
    def test_an_entity_of_another_type_is_an_error_and_a_no(self, engine_of: EngineOf, part: str, kind: str) -> None:
        answer = engine_of(split_policies(ALL)).evaluate(request(None, None, **{part: EntityId(type=kind, id="support")}))
        assert (answer.allowed, bool(answer.errors)) == (False, True)

    @pytest.mark.parametrize(
        "context",
        [
            {"payload": {}},
            {"facts": {}},
            {"surprise": 1},
            {"approval": {"route": "finance"}},
            payload(amount="12000"),
            payload(amount=120.5),
            payload(amount=None),
            payload(amount=2**63),
            facts(flagged="no"),
            facts(flagged=0),
        ],
        ids=["no payload", "no facts", "a surprise", "half an approval", "text", "a fraction", "null", "too large", "no boolean", "a zero"],
    )
    def test_a_context_that_does_not_fit_the_schema_is_an_error_and_a_no(self, engine_of: EngineOf, context: JsonObject) -> None:
        answer = engine_of(split_policies(ALL)).evaluate(request(context))
        assert (answer.allowed, bool(answer.errors)) == (False, True)

    @pytest.mark.parametrize("forbid", [OVERFLOW, DECIMAL], ids=["an overflow", "no decimal"])
    def test_a_forbid_that_fails_leaves_an_error_that_makes_the_answer_a_no(self, engine_of: EngineOf, forbid: str) -> None:
        answer = engine_of((*LIVE, *split_policies(forbid))).evaluate(request())
        assert answer.errors
        assert not answer.clean_allow

    def test_a_rule_over_an_action_group_holds_for_the_actions_in_it(self, engine_of: EngineOf) -> None:
        engine = engine_of((*LIVE, *split_policies(GROUPS)))
        withdraw = EntityId(type="Remit::Action", id="refunds.withdraw_offer")
        of = {name: value for name, value in REFUND.payload.items() if name != "reason"}
        assert determining(engine.evaluate(request())) == ["no-writes"]
        assert engine.evaluate(request({"payload": {**of, "offer_id": "0" * 40}}, action=withdraw)).clean_allow

    def test_without_policies_nothing_is_allowed(self, engine_of: EngineOf) -> None:
        answer = engine_of(()).evaluate(request())
        assert (answer.allowed, answer.determining, answer.errors) == (False, (), ())

    def test_the_digest_is_that_of_the_texts_and_the_schema(self, engine_of: EngineOf) -> None:
        changed = (*LIVE[:-1], LIVE[-1].model_copy(update={"statement": LIVE[-1].statement.replace("refundable", "refundable - 1")}))
        digests = {engine_of(policies).policy_set() for policies in (LIVE, LIVE[::-1])}
        assert digests == {EmbeddedCedar(LIVE, SCHEMA).policy_set()}
        assert engine_of(changed).policy_set() not in digests
