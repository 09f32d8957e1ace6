"""A person is who the user pool says, for as long as it says so: whatever else a token claims is refused with one plain reason."""

import traceback
from datetime import timedelta

import pytest

from remit.domain.delegation import Delegator
from remit.domain.errors import Unauthenticated, Unavailable
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.pool import CLAIMS, Served, signed_with_the_public_key, token, tokens, unsigned


def why(given: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        tokens().verify(given)
    (reason,) = refused.value.reasons
    assert refused.value.message == f"The person's token is not good: {reason.reason}."
    return reason.reason


def test_a_good_token_is_its_person() -> None:
    person = tokens().verify(token())
    assert isinstance(person, Delegator)
    assert (person.person, person.name, person.groups, person.tenant) == ("5f1c-carol", "carol", ("clerks",), "north")
    assert person.expires_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (token(aud="client-2"), "it is for another audience"),
        (token(aud=["client-1", "client-2"]), "it is for another audience"),
        (token(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"), "it is from another user pool"),
        (token(key="key-9"), "it is signed by a key that is not the user pool's"),
        (token(key="key-9", kid="key-1"), "its signature does not hold"),
        (token()[:-3] + "AAA", "its signature does not hold"),
        (unsigned(), "it is not signed with RS256"),
        (signed_with_the_public_key(), "it is not signed with RS256"),
        (token(exp=int(NOON.timestamp())), "it has expired"),
        (token(exp=int(NOON.timestamp()) - 3600), "it has expired"),
        (token(exp=10**18), "its expiry is no time"),
        (token(token_use="access"), "it is no ID token"),
        ("", "it is no signed token"),
        ("carol", "it is no signed token"),
        ("a.b.c", "it is no signed token"),
        ("Bearer " + token(), "it is no signed token"),
        ("x" * 9000, "it is too long"),
        (token(cognito__groups="clerks"), "its cognito:groups is not as a user pool writes it"),
        (token(custom__tenant="*"), "its tenant is not what Remit can pass on"),
        (token(custom__tenant="${aws:PrincipalTag/x}"), "its tenant is not what Remit can pass on"),
        (token(sub="a b"), "its person is not what Remit can pass on"),
    ],
)
def test_a_token_that_is_not_good_is_refused_with_one_plain_reason(given: str, reason: str) -> None:
    assert why(given) == reason


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp", "token_use", "origin_jti"])
def test_a_token_that_leaves_out_what_it_has_to_say_is_refused(claim: str) -> None:
    assert why(token(without=claim)) == f"it has no {claim}"


def test_a_person_without_groups_or_tenant_is_still_a_person() -> None:
    assert tokens().verify(token(without="cognito:groups")).groups == ()
    assert tokens().verify(token(without="custom:tenant")).tenant is None


def test_all_tokens_of_one_sign_in_are_one_delegation_and_another_sign_in_is_another() -> None:
    later = int((NOON + timedelta(hours=9)).timestamp())
    refreshed, again = tokens().verify(token(exp=later)), tokens().verify(token(origin_jti="sign-in-2"))
    assert refreshed.delegation == tokens().verify(token()).delegation != again.delegation


@pytest.mark.parametrize("given", [token(aud="x"), token(custom__tenant="*"), token()[:-3] + "AAA", unsigned()])
def test_no_part_of_a_token_is_in_the_refusal_or_its_traceback(given: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens().verify(given)
    told = "".join(traceback.format_exception(refused.value))
    assert not [part for part in given.split(".") if part and part in told]
    assert str(CLAIMS["sub"]) not in told


def test_keys_are_fetched_once_and_kept_for_an_hour() -> None:
    served, clock = Served(), FixedClock()
    pool, for_ever = tokens(served, clock), int((NOON + timedelta(days=9)).timestamp())
    for _ in range(3):
        pool.verify(token(exp=for_ever))
    assert served.asked == 1
    clock.pause(3600)
    pool.verify(token(exp=for_ever))
    assert served.asked == 2


def test_a_key_that_the_pool_took_back_is_not_believed_after_an_hour() -> None:
    served, clock = Served("key-1"), FixedClock()
    pool, for_ever = tokens(served, clock), int((NOON + timedelta(days=9)).timestamp())
    pool.verify(token(exp=for_ever))
    served.keys = ("key-2",)
    clock.pause(3600)
    with pytest.raises(Unauthenticated):
        pool.verify(token(exp=for_ever))


def test_a_new_key_is_found_and_made_up_ones_make_nobody_ask_more_than_once_a_minute() -> None:
    served, clock = Served("key-1"), FixedClock()
    pool = tokens(served, clock)
    pool.verify(token())
    served.keys = ("key-1", "key-2")
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            pool.verify(token(key="key-9"))
    assert served.asked == 1
    clock.pause(60)
    assert pool.verify(token(key="key-2")).name == "carol"
    assert served.asked == 2


def test_keys_that_cannot_be_fetched_are_no_pass() -> None:
    served, clock = Served(), FixedClock()
    served.down = True
    pool, for_ever = tokens(served, clock), int((NOON + timedelta(days=9)).timestamp())
    with pytest.raises(Unavailable):
        pool.verify(token())
    served.down = False
    assert pool.verify(token(exp=for_ever)).name == "carol"
    served.down = True
    clock.pause(3600)
    with pytest.raises(Unavailable):
        pool.verify(token(exp=for_ever))


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"keys": 1}', b'{"keys": []}', b"[1]", b"\xff"])
def test_an_answer_that_is_no_key_set_is_no_pass(body: bytes) -> None:
    served = Served()
    served.body = body
    with pytest.raises(Unavailable):
        tokens(served).verify(token())
