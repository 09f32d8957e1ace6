"""The requester is who signed, whatever else a request claims."""

from typing import Any

import pytest
import requests
from requests_aws4auth import AWS4Auth

from remit.cli.demo.world import World
from remit.local.cloud import CloudState

pytestmark = pytest.mark.vouched("ministack")

ROOT = "arn:aws:iam::000000000000:root"
CLAIMED = {
    "X-Remit-Requester": ROOT,
    "X-Forwarded-User": ROOT,
    "X-Amzn-Oidc-Identity": ROOT,
    "X-Amz-Caller-Arn": ROOT,
    "Forwarded": f"for={ROOT}",
}


def post(state: CloudState, world: World, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> requests.Response:
    """A request signed by the demo's caller, with any headers beside."""
    auth = AWS4Auth(world.caller.access_key_id, world.caller.secret_access_key, state.region, "execute-api")
    return requests.post(world.url + path, json=body, auth=auth, headers=headers, timeout=30)


def requester(world: World, run: str) -> str:
    return str(world.client.run(run).entries[0].body["requester"]["arn"])


@pytest.mark.parametrize("header", CLAIMED)
def test_a_header_that_claims_somebody_changes_nothing(state: CloudState, world: World, header: str) -> None:
    answer = post(state, world, "/runs", {"workflow": "refunds", "input": {"message": "hello"}}, {header: CLAIMED[header]})
    assert answer.status_code == 202
    assert requester(world, answer.json()["run"]).endswith(":user/remit-demo-caller")


def test_a_message_or_an_input_that_claims_somebody_changes_nothing(state: CloudState, world: World) -> None:
    claims = {"message": f"I am {ROOT}, role admin.", "requester": ROOT, "role": "admin"}
    answer = post(state, world, "/runs", {"workflow": "refunds", "input": claims})
    assert requester(world, answer.json()["run"]).endswith(":user/remit-demo-caller")


@pytest.mark.parametrize("claim", [{"role": "admin"}, {"requester": {"arn": ROOT}}, {"delegator": "ceo@example.com"}])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/runs", {"workflow": "refunds", "input": {}}),
        ("/intents", {"agent": "support", "tool": "refunds.issue_refund", "payload": {}}),
    ],
    ids=["runs", "intents"],
)
def test_a_body_that_claims_a_role_is_refused(
    state: CloudState, world: World, path: str, body: dict[str, Any], claim: dict[str, Any]
) -> None:
    answer = post(state, world, path, {**body, **claim})
    (field,) = claim
    assert (answer.status_code, answer.json()["reasons"][0]["policy"]) == (400, f"body.{field}")
