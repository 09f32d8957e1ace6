"""Whoever is not the owner of a mailbox gets nothing done in it; its owner is asked even so. Mail is in a store that no agent can open."""

import json
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from botocore.exceptions import ClientError

from remit.cli.demo.world import World
from tests.e2e.bypass.identities import NAMES, Clients, Identities

pytestmark = pytest.mark.vouched("ministack")

SUBJECT = "Photos from Sunday"


@pytest.fixture(scope="module")
def photos(world: World) -> str:
    return world.mail_store.write("olivia", SUBJECT, "Here they are.")


@pytest.mark.parametrize("tool", ["mailbox.read_message", "mailbox.ask_to_delete"])
def test_who_is_not_the_owner_can_neither_read_nor_ask(world: World, photos: str, tool: str) -> None:
    act = world.client.act("secretary", tool, {"mailbox_id": "olivia", "message_id": photos})
    assert (act.outcome, act.error, act.receipt) == ("REFUSED", "Remit.Denied", None)
    assert "standing.not-the-owner" in [reason.policy for reason in act.reasons]
    assert photos in world.mail_store.messages("olivia")


def test_the_owner_reads_at_once_what_somebody_wrote(world: World, photos: str) -> None:
    act = world.owner.act("secretary", "mailbox.read_message", {"mailbox_id": "olivia", "message_id": photos})
    assert act.receipt is not None
    observed = act.receipt.observed or {}
    assert (act.outcome, observed["subject"], observed["text"]) == ("DONE", SUBJECT, "Here they are.")


def test_a_message_of_another_mailbox_is_not_there(world: World, photos: str) -> None:
    foreign = world.mail_store.write("mallory", "Salaries")
    act = world.owner.act("secretary", "mailbox.read_message", {"mailbox_id": "olivia", "message_id": foreign})
    assert act.receipt is not None
    assert (act.receipt.observed or {}).get("found") is False


@pytest.mark.parametrize("tool", ["mailbox.disable_account", "mailbox.ask_to_delete"])
def test_the_owner_is_asked_before_what_cannot_be_taken_back(world: World, photos: str, tool: str) -> None:
    one = {"mailbox_id": "olivia", "message_id": photos}
    payload = one if tool == "mailbox.ask_to_delete" else {"mailbox_id": "olivia", "why": "It has to go."}
    act = world.owner.act("secretary", tool, payload)
    assert (act.outcome, act.route, act.receipt) == ("WAITING", "owner", None)
    assert world.row("mailbox", "mailboxes", "mailbox_id", "olivia")["status"] == "active"


def test_the_whole_store_is_nobodys_to_wipe(world: World) -> None:
    act = world.owner.act("secretary", "mailbox.wipe_store", {"mailbox_id": "olivia", "why": "It has to go."})
    assert (act.outcome, act.error) == ("REFUSED", "Remit.Denied")
    assert "standing.system-reach" in [reason.policy for reason in act.reasons]


BUCKET = NAMES.mail_store("000000000000", "us-east-1")
ATTEMPTS: dict[str, Callable[[Clients, str], object]] = {
    "s3:GetObject": lambda to, message: to("s3").get_object(Bucket=BUCKET, Key=f"mail/olivia/{message}"),
    "s3:DeleteObject": lambda to, message: to("s3").delete_object(Bucket=BUCKET, Key=f"mail/olivia/{message}"),
    "s3:ListBucket": lambda to, _: to("s3").list_objects_v2(Bucket=BUCKET),
    "s3:DeleteBucket": lambda to, _: to("s3").delete_bucket(Bucket=BUCKET),
}


@pytest.mark.parametrize("action", ATTEMPTS)
def test_an_agent_cannot_open_the_mail_store_even_if_its_own_policy_allowed_everything(world: World, photos: str, action: str) -> None:
    here = Identities(world.state)
    role = NAMES.agent_role("mailbox", "secretary")
    for wide in (False, True):
        with here.widened(role) if wide else nullcontext(), pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
            ATTEMPTS[action](here.agent("mailbox", "secretary"), photos)
    assert photos in world.mail_store.messages("olivia")


def test_what_looks_for_a_message_that_is_gone_is_not_the_agents_to_call_itself(world: World, photos: str) -> None:
    asked = json.dumps({"mailbox_id": "olivia", "message_id": photos})
    functions = Identities(world.state).agent("mailbox", "secretary")("lambda")
    with pytest.raises(ClientError, match="not authorized"):
        functions.invoke(FunctionName=NAMES.operation("mailbox", "list"), Payload=asked)
