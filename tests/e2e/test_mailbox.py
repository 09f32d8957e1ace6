"""Whoever is not the owner of a mailbox gets nothing done in it; its owner is asked even so."""

import pytest

from remit.cli.demo.world import World

pytestmark = pytest.mark.vouched("ministack")

ONE = {"mailbox_id": "olivia", "message_id": "M-3"}


@pytest.mark.parametrize("tool", ["mailbox.read_message", "mailbox.ask_to_delete"])
def test_who_is_not_the_owner_can_neither_read_nor_ask(world: World, tool: str) -> None:
    act = world.client.act("secretary", tool, ONE)
    assert (act.outcome, act.error, act.receipt) == ("REFUSED", "Remit.Denied", None)
    assert "standing.not-the-owner" in [reason.policy for reason in act.reasons]
    assert "M-3" in world.rows("messages", "mailbox")


def test_the_owner_reads_at_once(world: World) -> None:
    act = world.owner.act("secretary", "mailbox.read_message", ONE)
    assert act.receipt is not None
    assert (act.outcome, (act.receipt.observed or {})["subject"]) == ("DONE", "Photos from Sunday")


@pytest.mark.parametrize("tool", ["mailbox.disable_account", "mailbox.ask_to_delete"])
def test_the_owner_is_asked_before_what_cannot_be_taken_back(world: World, tool: str) -> None:
    payload = ONE if tool == "mailbox.ask_to_delete" else {"mailbox_id": "olivia", "why": "It has to go."}
    act = world.owner.act("secretary", tool, payload)
    assert (act.outcome, act.route, act.receipt) == ("WAITING", "owner", None)
    assert world.row("mailbox", "mailboxes", "mailbox_id", "olivia")["status"] == "active"


def test_the_whole_store_is_nobodys_to_wipe(world: World) -> None:
    act = world.owner.act("secretary", "mailbox.wipe_store", {"mailbox_id": "olivia", "why": "It has to go."})
    assert (act.outcome, act.error) == ("REFUSED", "Remit.Denied")
    assert "standing.system-reach" in [reason.policy for reason in act.reasons]
