"""The stories of claims, which the agent works on for one person at a time: who may do what, and what IAM refuses without any gate."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from remit.answers import Run
from remit.cli.demo.stories.reading import decisions, policies
from remit.cli.demo.story import Story
from remit.cli.demo.thief import Loot, stolen_from_agent
from remit.cli.demo.world import Record, World
from remit.delegation_client import DelegationClient

_ROLE = ":assumed-role/remit-local-claims-claims-agent/"
_CLAIM: Record = {"status": "open", "restricted": False, "currency": "USD", "insured": 10_000_00, "version": 1}
RECORDS: dict[str, list[Record]] = {
    "claims": [
        {**_CLAIM, "tenant": tenant, "claim_id": claim, "statement": statement}
        for tenant, claim, statement in (
            ("north", "C-1001", "A pipe burst in the kitchen."),
            ("south", "C-2001", "A tree fell on the garage."),
        )
    ]
}
# Everybody's branch and group.
PEOPLE: Mapping[str, tuple[str, str]] = {"carol": ("north", "handlers"), "dave": ("south", "handlers"), "erin": ("north", "desk")}
_TABLE = "remit-local-claims-claims"
_SMALL = "Please assess claim C-1001 at $1,200.00: the floor has to be replaced."
_LARGE = "Please assess claim C-1001 at $6,000.00: the whole kitchen has to be replaced."


def own(story: Story, world: World) -> None:
    before = world.rows("assessments", "claims")
    ended = _ask(story, world, "carol", _SMALL)
    story.tell(ended)
    story.expect("the agent may read and draft, and so may carol", decisions(ended), ["ALLOW", "ALLOW"])
    story.expect("both were asked, each time", [_asked(body) for body in _bodies(ended, "decision.made")], [["claims", "carol"]] * 2)
    executed = _bodies(ended, "action.executed")
    story.expect("it was executed under the claims agent's own role", [_ROLE in body["executed_as"] for body in executed], [True, True])
    tags = [(body["session_tags"].get("tenant"), body["source_identity"] == _subject(ended)) for body in executed]
    story.expect("with credentials for carol and her tenant alone", tags, [("north", True)] * 2)
    drafted = [row["tenant"] for key, row in world.rows("assessments", "claims").items() if key not in before]
    story.expect("one assessment is drafted, in north", drafted, ["north"])


def less(story: Story, world: World) -> None:
    before = world.rows("assessments", "claims")
    ended = _ask(story, world, "erin", _SMALL)
    story.tell(ended)
    story.expect("the agent may draft, and the desk may not: denied", decisions(ended)[-1], "DENY")
    story.expect("for erin's row of the permission matrix", policies(ended, len(decisions(ended)) - 1), ["matrix.group"])
    story.expect("nothing is drafted", world.rows("assessments", "claims"), before)


def elsewhere(story: Story, world: World) -> None:
    ended = _ask(story, world, "dave", "What does claim C-1001 say?")
    story.tell(ended)
    story.expect("for dave of south there is no such claim", _refusals(ended), ["fact.claim"])
    nobody = world.ended(world.ask("What does claim C-1001 say?", "claims"))
    story.expect("on nobody's behalf no claim is read at all", _refusals(nobody), ["delegation.tenant"])
    agent = stolen_from_agent(world.state, "claims", "claims", tenant="south")
    story.say("thief", "code inside the agent's executor, with its credentials, no gate and no warrant")
    story.expect("IAM lets it read a claim of the tenant that it is tagged with", _outcome(agent, _get("south", "C-2001")), "done")
    for what, attempt in _FORBIDDEN.items():
        story.expect(f"IAM refuses to {what}", _outcome(agent, attempt), "AccessDenied")


def revoked(story: Story, world: World) -> None:
    before = world.rows("assessments", "claims")
    story.run = world.ask(_LARGE, "claims", world.sign_in("carol"))
    waiting, question = world.question(story.run)
    world.open_page(question)
    delegation = waiting.entries[0].body["delegator"]["delegation"]
    story.say("operator", f"revokes delegation {delegation}: carol has left")
    stopped = DelegationClient(world.operator).revoke(delegation, "carol has left").stopped
    ended = world.ended(story.run)
    story.tell(ended)
    story.expect("the run that waited for the adjuster is stopped", stopped, (story.run,))
    story.expect("it ended as Remit.DelegationEnded", _bodies(ended, "run.finished")[-1].get("error"), "Remit.DelegationEnded")
    world.answer(question, "approve", "Fine with me.")
    story.expect("an approval that comes now does nothing", world.rows("assessments", "claims"), before)


STORIES: tuple[tuple[str, Callable[[Story, World], None]], ...] = (
    ("A claim on behalf of carol: what the agent may do and she may do too", own),
    ("The same on behalf of erin of the desk: the agent may, she may not, so it is denied", less),
    ("Another tenant's claim, and payouts: refused by the gate, and by IAM without any gate", elsewhere),
    ("carol's delegation is revoked while a human is asked: the run ends at once", revoked),
)


def _get(tenant: str, claim: str) -> Callable[[Loot], object]:
    return lambda to: to("dynamodb").get_item(TableName=_TABLE, Key={"tenant": {"S": tenant}, "claim_id": {"S": claim}})


_FORBIDDEN: Mapping[str, Callable[[Loot], object]] = {
    "read a claim of another tenant": _get("north", "C-1001"),
    "scan the claims": lambda to: to("dynamodb").scan(TableName=_TABLE),
    "pay a claim out": lambda to: to("lambda").invoke(FunctionName="remit-local-claims-payout", Payload=b"{}"),
    "export all claims": lambda to: to("lambda").invoke(FunctionName="remit-local-claims-export", Payload=b"{}"),
}


def _outcome(agent: Loot, attempt: Callable[[Loot], object]) -> str:
    try:
        attempt(agent)
    except ClientError as refused:
        return refused.response["Error"]["Code"].removesuffix("Exception")
    return "done"


def _ask(story: Story, world: World, person: str, message: str) -> Run:
    story.run = world.ask(message, "claims", world.sign_in(person))
    return world.ended(story.run)


def _bodies(run: Run, kind: str) -> list[dict[str, Any]]:
    return [entry.body for entry in run.entries if entry.kind == kind]


def _subject(run: Run) -> str:
    return str(run.entries[0].body["delegator"]["person"])


def _asked(decision: Mapping[str, Any]) -> list[str]:
    """The agent by its name and the person as such: their id is the pool's."""
    return [each["principal"]["id"] if each["principal"]["type"] == "Remit::Agent" else "carol" for each in decision["asked"]]


def _refusals(run: Run) -> list[str]:
    """Why the first intent that was refused was."""
    return [reason["policy"] for reason in (_bodies(run, "intent.refused") or [{"reasons": []}])[0]["reasons"]]
