"""Answers under an identity, and answers in somebody else's place."""

from datetime import timedelta

import pytest

from remit.domain.approval import ApprovalStatus
from remit.domain.ballot import Verdict
from remit.domain.errors import InvalidRequest, LinkRefused, NotAsked, NotFound
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.domain.situation import Stands
from remit.usecases.answer import Given, answer, look
from remit.usecases.deputise import away, hand_over
from remit.usecases.gate import resume
from remit.usecases.identified import Agreed, Person, answer_as, by_arn, by_name, stands
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund
from tests.unit.test_route import A, B, C, asked, mailed, question

ARN = "arn:aws:iam::000000000000:user/"
KNOWN: JsonObject = {A: {"iam": ["user/ann"], "user": "ann"}, B: {"iam": ["user/bob"], "user": "bob"}, C: {"iam": ["user/cleo"]}}
ALONE: JsonObject = {"approvers": [A]}
DAY = NOON + timedelta(days=1)


def world_of(route: JsonObject, **more: object) -> World:
    return asked(route, approvers=KNOWN, **more)


def person(world: World, name: str) -> Person:
    return by_arn(ARN + name, world.approval_ports)


def yes(world: World, **changes: object) -> Agreed:
    return Agreed.model_validate({"verdict": "approve", "payload_digest": question(world).payload_digest, **changes})


def say_yes(world: World, name: str) -> None:
    answer_as(person(world, name), question(world).id, yes(world), world.approval_ports)
    resume(question(world).id, world.ports)


def test_an_approver_answers_as_who_they_are_to_aws() -> None:
    world = world_of(ALONE)
    say_yes(world, "ann")
    (said,) = question(world).answers
    assert (said.voice.approver, said.voice.known_as, world.till.times) == (A, f"{ARN}ann", 1)


@pytest.mark.parametrize("arn", [f"{ARN}bob", f"{ARN}nobody", "arn:aws:iam::999999999999:user/ann", "", f"{ARN}ann/x", "user/ann"])
def test_whoever_is_not_asked_is_not_heard(arn: str) -> None:
    world = world_of(ALONE)
    with pytest.raises(NotAsked):
        answer_as(by_arn(arn, world.approval_ports), question(world).id, yes(world), world.approval_ports)
    assert world.records.ballots == {}


def test_another_payload_than_the_one_that_was_shown_is_not_approved() -> None:
    world = world_of(ALONE)
    with pytest.raises(NotAsked):
        answer_as(person(world, "ann"), question(world).id, yes(world, payload_digest="another"), world.approval_ports)
    with pytest.raises(NotFound):
        stands("nothing", person(world, "ann"), world.approval_ports)


def test_one_person_has_one_voice_by_link_and_by_identity() -> None:
    world = world_of({"approvers": [A, B], "quorum": 2})
    world.reply(Verdict.APPROVE)
    assert stands(question(world).id, person(world, "ann"), world.approval_ports).stands is Stands.ANSWERED
    with pytest.raises(NotAsked):
        say_yes(world, "ann")
    say_yes(world, "bob")
    assert question(world).status is ApprovalStatus.APPROVED


def test_the_requester_is_not_heard_under_their_identity_either() -> None:
    world = asked({"approvers": [A, B], "never": ["requester"]}, approvers={A: {"iam": ["user/caller"]}, B: {"iam": ["user/bob"]}})
    with pytest.raises(NotAsked):
        say_yes(world, "caller")
    assert world.records.ballots == {}


def test_while_an_approver_is_away_their_deputy_is_asked_and_answers_in_their_place() -> None:
    world = world_of(ALONE)
    away(person(world, "ann"), B, DAY, world.approval_ports)
    world.propose(refund(1300_00), step="govern-2")
    assert mailed(world) == [A, B]
    second = world.approvals.link(look_up(world))
    assert second is not None
    answered = answer(second.approval, Given(token="token-2", verdict=Verdict.APPROVE), world.approval_ports)
    (said,) = answered.answers
    assert (said.voice.approver, said.voice.by) == (A, B)


def look_up(world: World, by: str = B) -> str:
    return next(hashed for hashed, link in world.records.links.items() if link.by == by)


def test_a_deputys_link_is_worth_nothing_once_their_time_is_over() -> None:
    world = world_of({"approvers": [A], "expires_after_seconds": 3 * 86_400})
    hand_over(person(world, "ann"), question(world), B, NOON + timedelta(hours=1), world.approval_ports)
    resume(question(world).id, world.ports)
    given = Given(token="token-2", verdict=Verdict.APPROVE)
    world.clock.pause(3600)
    with pytest.raises(LinkRefused):
        answer(question(world).id, given, world.approval_ports)
    assert look(question(world).id, "token-2", world.approval_ports).situation(world.clock.now()).stands is Stands.ANSWERED


def test_a_question_that_is_handed_over_is_asked_of_the_deputy_at_once_and_recorded_and_answered_once() -> None:
    world = world_of(ALONE)
    hand_over(person(world, "ann"), question(world), B, DAY, world.approval_ports)
    resume(question(world).id, world.ports)
    (entry,) = (entry.body for entry in world.entries() if entry.kind is Kind.DEPUTY_APPOINTED)
    assert (mailed(world), entry["approver"], entry["to"], entry["by"]) == ([A, B], A, B, f"{ARN}ann")
    say_yes(world, "bob")
    with pytest.raises(NotAsked):
        say_yes(world, "ann")
    assert (world.till.times, question(world).answers[0].voice.by) == (1, B)


def test_being_away_is_recorded_and_taken_back_by_an_end_that_has_come() -> None:
    world = world_of(ALONE)
    for until in (DAY, NOON):
        away(person(world, "ann"), B, until, world.approval_ports)
    assert [entry.kind for entry in world.records.entries(f"approver-{A}")] == [Kind.DEPUTY_APPOINTED] * 2
    world.propose(refund(1300_00), step="govern-2")
    assert mailed(world) == [A, A]


@pytest.mark.parametrize("to", [A, "stranger@example.com"])
@pytest.mark.parametrize("until", [DAY])
def test_nobody_but_another_approver_of_the_charter_becomes_a_deputy(to: str, until: object) -> None:
    world = world_of(ALONE)
    with pytest.raises(InvalidRequest):
        away(person(world, "ann"), to, DAY, world.approval_ports)
    with pytest.raises(InvalidRequest):
        hand_over(person(world, "ann"), question(world), to, DAY, world.approval_ports)
    assert world.records.deputies == {}


@pytest.mark.parametrize("days", [-1, 61])
def test_a_deputy_has_an_end_that_is_neither_past_nor_far(days: int) -> None:
    world = world_of(ALONE)
    with pytest.raises(InvalidRequest):
        away(person(world, "ann"), B, NOON + timedelta(days=days), world.approval_ports)


def test_only_who_is_asked_hands_over_and_only_an_approver_is_away() -> None:
    world = world_of(ALONE)
    with pytest.raises(NotAsked):
        hand_over(person(world, "bob"), question(world), C, DAY, world.approval_ports)
    with pytest.raises(NotAsked):
        away(person(world, "nobody"), C, DAY, world.approval_ports)


def test_nobody_whose_duties_are_apart_is_brought_in_as_a_deputy() -> None:
    known: JsonObject = {A: {"iam": ["user/ann"]}, B: {"iam": ["user/caller"]}}
    world = asked({"approvers": [A], "never": ["requester"]}, approvers=known)
    with pytest.raises(InvalidRequest, match="kept apart"):
        hand_over(person(world, "ann"), question(world), B, DAY, world.approval_ports)
    away(person(world, "ann"), B, DAY, world.approval_ports)
    world.propose(refund(1300_00), step="govern-2")
    assert mailed(world) == [A, A]


def test_a_deputy_with_a_voice_of_their_own_is_not_asked_for_another() -> None:
    world = world_of({"approvers": [A, B], "quorum": 2})
    away(person(world, "ann"), B, DAY, world.approval_ports)
    world.propose(refund(1300_00), step="govern-2")
    assert mailed(world) == [A, B, A, B]


def test_a_deputy_who_cannot_be_reached_leaves_the_approver_to_be_asked() -> None:
    world = world_of(ALONE)
    hand_over(person(world, "ann"), question(world), B, DAY, world.approval_ports)
    world.records.approvals[question(world).id] = question(world).moved(unreachable=(B,), told=())
    resume(question(world).id, world.ports)
    assert mailed(world) == [A, A]


def test_a_name_in_the_user_pool_is_an_approver_where_the_charter_says_so() -> None:
    world = world_of(ALONE)
    assert by_name("ann", world.approval_ports) == Person(known_as="user-pool/ann", addresses=(A,))
    assert by_name("Ann", world.approval_ports).addresses == ()


def test_where_a_route_asks_for_more_than_a_link_only_an_identity_is_heard() -> None:
    world = world_of({"approvers": [A], "step_up": True})
    with pytest.raises(LinkRefused):
        answer(question(world).id, Given(token="token-1", verdict=Verdict.APPROVE), world.approval_ports)
    assert look(question(world).id, "token-1", world.approval_ports).situation(NOON).stands is Stands.SIGN_IN
    say_yes(world, "ann")
    assert (world.till.times, question(world).answers[0].voice.known_as) == (1, f"{ARN}ann")
