"""Policies on trial beside those of a store."""

from typing import TYPE_CHECKING

import pytest

from remit.adapters.policy_store import PolicyStore
from remit.adapters.stored_cedar import ShadowCedar
from remit.domain.policy import split_policies
from tests.conformance.policy_engine import LIVE, determining, request
from tests.conformance.policy_stores import a_store, add
from tests.fakes.clock import FixedClock

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

pytestmark = pytest.mark.enable_socket

TRIAL = split_policies(
    '@id("no-refunds") @reason("None.") @mode("shadow") forbid (principal, action == Remit::Action::"refunds.issue_refund", resource);\n'
    '@id("no-offers") @reason("None.") @mode("shadow") forbid (principal, action == Remit::Action::"refunds.offer_refund", resource);'
)


def test_only_a_policy_that_can_match_is_tried_and_with_it_those_in_force(client: "VerifiedPermissionsClient") -> None:
    trials = ShadowCedar(PolicyStore(client, a_store(client, LIVE), FixedClock()), TRIAL).trials(request())
    assert {policy: determining(evaluate(request())) for policy, evaluate in trials.items()} == {"no-refunds": ["no-refunds"]}


def test_a_policy_that_comes_into_force_is_part_of_the_trial(client: "VerifiedPermissionsClient") -> None:
    clock = FixedClock()
    store = PolicyStore(client, a_store(client, LIVE), clock)
    shadow = ShadowCedar(store, TRIAL)
    shadow.trials(request())
    add(client, store.id, '@id("stop") @reason("Stop.") forbid (principal, action, resource);')
    clock.pause(61)
    store.current()
    assert determining(shadow.trials(request())["no-refunds"](request())) == ["no-refunds", "stop"]
