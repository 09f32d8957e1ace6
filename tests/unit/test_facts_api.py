"""The routes of /facts, through the API's handler."""

import json
from typing import Any

import pytest

from lambdas.api import facts, handler
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.operation import Author, Operation
from remit.domain.statement import Hold, OperationKind
from remit.fact_ports import HoldFact
from remit.usecases.fact_desk import FactDesk
from remit.usecases.facts import chain_of, change_fact
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.facts import fact_desk
from tests.fakes.http import Context, answer_of, event
from tests.fakes.memory import key

OLIVIA, SAM = "arn:aws:iam::000000000000:user/olivia", "arn:aws:iam::000000000000:user/sam"
PLANNER = "arn:aws:sts::000000000000:assumed-role/remit-test-logistics-planner-agent/run-1"
ZONE_B = {"namespace": "logistics", "subject": "zone-B", "predicate": "carrier"}


class Ports:
    def __init__(self, desk: FactDesk) -> None:
        self.facts = desk


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> FactDesk:
    desk = fact_desk(clock)
    monkeypatch.setattr(facts, "ports", lambda: Ports(desk))
    return desk


def post(operation: str, value: object = None, caller: str = OLIVIA, **fields: object) -> tuple[int, Any]:
    body = {"operation": operation, **ZONE_B, **({} if value is None else {"value": value}), **fields}
    return answer_of(handler.handler(event("POST", "/facts", body=json.dumps(body), caller=caller), Context()))


def get(path: str = "", caller: str = OLIVIA, **query: str) -> tuple[int, Any]:
    return answer_of(handler.handler(event("GET", f"/facts{path}", query=query, caller=caller), Context()))


def test_an_owner_adds_updates_and_retracts(desk: FactDesk) -> None:
    added, updated, again = post("ADD", "X"), post("UPDATE", "Y", version=1), post("UPDATE", "Y")
    assert (added[0], added[1]["result"], added[1]["fact"]["id"]) == (201, "ADDED", "logistics:zone-B/carrier")
    assert (updated[0], updated[1]["result"], updated[1]["before"]["version"]) == (200, "UPDATED", 1)
    assert (again[0], again[1]["result"]) == (200, "NOOP")
    assert get(**ZONE_B)[1]["value"] == "Y"
    assert post("DELETE")[1]["result"] == "RETRACTED"
    assert get(**ZONE_B)[0] == 404


def test_the_authority_is_that_of_who_signed(desk: FactDesk) -> None:
    assert post("ADD", "X")[1]["fact"]["authority"] == "owner"
    status, body = post("UPDATE", "Y", caller=PLANNER)
    assert (status, body["result"], body["claim"]["authority"], body["claim"]["author"]) == (202, "CONFLICT", "agent", PLANNER)


@pytest.mark.parametrize(
    "claim", [{"authority": "owner"}, {"author": OLIVIA}, {"labels": {"integrity": "owner"}}, {"recorded_at": "2020-01-01"}]
)
def test_a_body_that_claims_an_authority_is_refused(desk: FactDesk, claim: dict[str, object]) -> None:
    status, body = post("ADD", "X", caller=SAM, **claim)
    (field,) = claim
    assert (status, body["reasons"][0]["policy"]) == (400, f"body.{field}")


@pytest.mark.parametrize(
    "caller",
    [
        "arn:aws:iam::000000000000:user/stranger",
        "arn:aws:iam::999999999999:user/olivia",
        "arn:aws:iam::000000000000:user/team/olivia",
        "arn:aws:sts::000000000000:assumed-role/olivia/session",
        "arn:aws:sts::000000000000:federated-user/olivia",
        "arn:aws:iam::000000000000:root",
    ],
)
def test_who_has_no_authority_states_nothing(desk: FactDesk, caller: str) -> None:
    status, body = post("ADD", "X", caller=caller)
    assert (status, body["error"], body["reasons"][0]["policy"]) == (403, "Remit.NoAuthority", "authority")
    assert desk.facts.store.versions(key()) == ()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"predicate": "colour", "value": "X"}, "predicate"),
        ({"namespace": "payroll", "value": "X"}, "namespace"),
        ({"value": 7}, "value"),
        ({"value": None}, "value"),
        ({"predicate": "limit", "value": True}, "value"),
        ({"predicate": "limit", "value": 2**63}, "value"),
        ({"predicate": "limit", "value": 1.5}, "value"),
        ({"predicate": "carriers", "value": ["X", 1]}, "value"),
        ({"value": "ü" * (128 * 1024)}, "value"),
        ({"value": "\ud800"}, "value"),
        ({"value": "X", "valid_from": "2026-11-22T12:00:06Z"}, "valid_from"),
        ({"value": "X", "valid_until": "2026-11-22T12:00:00Z"}, "valid_until"),
        ({"value": "X", "valid_from": "2026-11-22T12:00:00"}, "body.valid_from"),
        ({"value": "X", "subject": "zone/B"}, "body.subject"),
        ({"value": "X", "subject": "zone-B#history"}, "body.subject"),
        ({"value": "X", "subject": ""}, "body.subject"),
        ({"value": "X", "confidentiality": "topmost"}, "body.confidentiality"),
        ({"value": "X", "version": -1}, "body.version"),
        ({"value": "X", "derived_from": [{"id": "logistics:nothing/carrier", "version": 1}]}, "derived_from.0"),
        ({"value": "X", "derived_from": [{"id": "logistics:zone-B/carrier", "version": 1}]}, "derived_from.0"),
        ({"value": "X", "derived_from": [{"id": "accounts/A-100", "version": 1}]}, "derived_from.0"),
        ({"value": "X", "derived_from": [{"id": "logistics:no no/carrier", "version": 1}]}, "derived_from.0"),
        ({"value": "X", "source": {"log": "l", "span": {"start": -1, "end": 4}}}, "body.source.span.start"),
        ({"value": "X", "source": {"log": "\ud800"}}, "body.source.log"),
        ({"value": "X", "operation": "MERGE"}, "body.operation"),
    ],
)
def test_bad_input_is_400_with_the_field_and_nothing_is_written(desk: FactDesk, fields: dict[str, Any], field: str) -> None:
    body = {"operation": "ADD", **ZONE_B, **fields}
    status, answer = answer_of(handler.handler(event("POST", "/facts", body=json.dumps(body), caller=OLIVIA), Context()))
    assert (status, answer["reasons"][0]["policy"]) == (400, field)
    about = key(predicate=body["predicate"])
    assert (desk.facts.store.versions(about), desk.facts.records.entries(chain_of(about))) == ((), ())


def test_a_wrong_version_is_409_with_the_current_one(desk: FactDesk) -> None:
    post("ADD", "X")
    status, body = post("UPDATE", "Y", version=4)
    assert (status, body["error"], body["reasons"]) == (
        409,
        "Remit.VersionConflict",
        [{"policy": "version", "reason": "the current version of logistics:zone-B/carrier is 1, not 4"}],
    )


def test_what_was_never_stated_cannot_be_updated_nor_retracted(desk: FactDesk) -> None:
    assert [post("UPDATE", "X")[0], post("DELETE")[0]] == [404, 404]


def test_what_was_held_is_told_for_any_moment_that_has_been(desk: FactDesk, clock: FixedClock) -> None:
    post("ADD", "X")
    clock.pause(60)
    post("UPDATE", "Y")
    clock.pause(60)
    assert get(**ZONE_B, as_of="2026-11-22T12:00:30Z")[1]["value"] == "X"
    assert get(**ZONE_B, as_of="2026-11-22T12:01:00Z")[1]["value"] == "Y"
    assert get(**ZONE_B, as_of="2026-11-22T12:02:00Z", valid_at="2026-11-22T12:00:10Z")[1]["value"] == "X"
    assert get(**ZONE_B, as_of="2026-11-22T11:59:59Z")[0] == 404
    status, body = get(**ZONE_B, as_of="2026-11-22T12:02:01Z")
    assert (status, body["reasons"][0]["policy"]) == (400, "as_of")


def test_the_history_has_every_version_with_its_status_and_end(desk: FactDesk, clock: FixedClock) -> None:
    post("ADD", "X")
    clock.pause(60)
    post("UPDATE", "Y")
    versions = get("/history", **ZONE_B)[1]["versions"]
    assert [(each["version"], each["value"], each["status"]) for each in versions] == [(1, "X", "superseded"), (2, "Y", "active")]
    assert versions[0]["ended_at"] == versions[1]["recorded_at"]
    assert get("/history", **{**ZONE_B, "subject": "zone-C"})[0] == 404


def test_an_agents_context_is_what_its_model_is_shown(desk: FactDesk, clock: FixedClock) -> None:
    post("ADD", "X")
    post("ADD", "secret terms", predicate="margin")
    clock.pause(60)
    post("UPDATE", "Y")
    body = get("/context", agent="planner")[1]
    assert [(fact["id"], fact["version"], fact["value"]) for fact in body["facts"]] == [("logistics:zone-B/carrier", 2, "Y")]
    assert json.loads(body["text"])["value"] == "Y"
    assert [fact["value"] for fact in get("/context", agent="planner", as_of=NOON.isoformat())[1]["facts"]] == ["X"]
    assert get("/context", agent="nobody")[0] == 404


def test_nobody_is_shown_more_than_they_are_cleared_for(desk: FactDesk) -> None:
    post("ADD", "secret terms", predicate="margin")
    post("ADD", "X")
    margin = {**ZONE_B, "predicate": "margin"}
    stranger = "arn:aws:iam::000000000000:user/stranger"
    assert [get(caller=caller, **margin)[0] for caller in (OLIVIA, PLANNER, stranger)] == [200, 404, 404]
    assert [get("/history", caller=caller, **margin)[0] for caller in (OLIVIA, PLANNER, stranger)] == [200, 404, 404]
    assert [get(caller=caller, **ZONE_B)[0] for caller in (OLIVIA, PLANNER, stranger)] == [200, 200, 404]
    assert get("/context", caller=stranger, agent="planner")[1]["facts"] == []
    refused = post("UPDATE", "better terms", caller=PLANNER, predicate="margin")[1]
    assert (refused["result"], refused["fact"], refused["before"]["version"]) == ("CONFLICT", None, 1)
    assert "secret terms" not in json.dumps(refused)


def test_a_conflict_waits_until_what_it_contradicts_no_longer_stands(desk: FactDesk) -> None:
    post("ADD", "X")
    post("UPDATE", "Y", caller=PLANNER)
    (conflict,) = get("/conflicts", namespace="logistics")[1]["conflicts"]
    assert (conflict["fact"], conflict["value"], conflict["against"], conflict["route"]) == ("logistics:zone-B/carrier", "Y", 1, "owner")
    post("UPDATE", "Z")
    assert get("/conflicts", namespace="logistics")[1]["conflicts"] == []


@pytest.mark.parametrize(("path", "query", "field"), [("", {}, "query.namespace"), ("/conflicts", {"namespace": "A B"}, "query.namespace")])
def test_a_malformed_question_is_400_with_the_field(desk: FactDesk, path: str, query: dict[str, str], field: str) -> None:
    status, body = get(path, **query)
    assert (status, body["reasons"][0]["policy"]) == (400, field)


def suggest(desk: FactDesk, value: str, caller: str = OLIVIA) -> None:
    about = FactKey(namespace="logistics", subject="zone-B", predicate="carrier")
    change_fact(
        Operation(kind=OperationKind.UPDATE, key=about, value=value, suggested=True), Author(name=caller, authority="owner"), desk.facts
    )


def adopt(claim: str, caller: str = OLIVIA) -> tuple[int, Any]:
    body = json.dumps({"namespace": "logistics", "claim": claim})
    return answer_of(handler.handler(event("POST", "/facts/adopt", body=body, caller=caller), Context()))


def test_a_suggestion_is_listed_until_somebody_takes_it_up_as_their_own_word(desk: FactDesk) -> None:
    post("ADD", "X")
    suggest(desk, "Y", caller=SAM)
    (suggestion,) = get("/suggestions", namespace="logistics")[1]["suggestions"]
    assert (suggestion["fact"], suggestion["value"], suggestion["author"]) == ("logistics:zone-B/carrier", "Y", SAM)
    assert get(**ZONE_B)[1]["value"] == "X"
    status, body = adopt(suggestion["id"])
    assert (status, body["result"], body["fact"]["value"], body["fact"]["author"]) == (200, "UPDATED", "Y", OLIVIA)
    assert get("/suggestions", namespace="logistics")[1]["suggestions"] == []


def test_taking_up_a_suggestion_needs_the_authority_to_say_so(desk: FactDesk) -> None:
    post("ADD", "X")
    suggest(desk, "Y")
    (suggestion,) = get("/suggestions", namespace="logistics")[1]["suggestions"]
    assert adopt(suggestion["id"], caller=PLANNER)[1]["result"] == "CONFLICT"
    assert adopt(suggestion["id"], caller="arn:aws:iam::000000000000:user/stranger")[0] == 404
    assert get(**ZONE_B)[1]["value"] == "X"


def test_what_was_claimed_against_a_higher_authority_can_be_taken_up_too(desk: FactDesk) -> None:
    post("ADD", "X")
    claim = post("UPDATE", "Y", caller=PLANNER)[1]["claim"]["id"]
    assert adopt(claim)[1]["fact"]["value"] == "Y"
    assert adopt("0" * 40)[0] == 404


def test_a_fact_that_is_held_says_why_and_so_does_its_history(desk: FactDesk) -> None:
    post("ADD", "X")
    post("ADD", 7, predicate="limit", derived_from=[{"id": "logistics:zone-B/carrier", "version": 1}])
    post("UPDATE", "Y")
    limit = {**ZONE_B, "predicate": "limit"}
    assert (get(**limit)[1]["held"], get(**ZONE_B)[1]["held"]) == (None, None)
    hold = Hold(fact=FactRef(id="logistics:zone-B/limit", version=1), because=FactRef(id="logistics:zone-B/carrier", version=1), now=2)
    desk.facts.records.commit("fact-logistics:zone-B/limit", [HoldFact(hold=hold)], [])
    why = "logistics:zone-B/limit v1 is held: it was derived from logistics:zone-B/carrier v1, in whose place version 2 stands"
    assert get(**limit)[1]["held"] == why
    assert [each["held"] for each in get("/history", **limit)[1]["versions"]] == [why]
    post("UPDATE", 8, predicate="limit")
    assert [each["held"] for each in get("/history", **limit)[1]["versions"]] == [None, None]
