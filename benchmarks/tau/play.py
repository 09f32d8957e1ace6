"""Plays the corpus through the gate's decision path: each call with the facts of its moment."""

from collections.abc import Iterator

from benchmarks.tau.corpus import SLIPS, Task, Write, cancellations, forbidden, tasks
from benchmarks.tau.domains import domain, world
from benchmarks.tau.world import Conversation, World, WorldFacts
from remit.domain.decision import Outcome
from remit.domain.errors import Denied, InvalidPayload, Reason
from remit.domain.intent import Intent, Requester
from remit.domain.model import Json, JsonObject, Model
from remit.usecases.judge import first_decision

_REQUESTER = Requester(arn="arn:aws:iam::111122223333:role/service-desk")
_STRANGERS = {"retail": ("aarav_lee_1982", "amelia_gonzalez_4098"), "airline": ("amelia_davis_8890", "anya_garcia_5901")}


class Circumstances(Model):
    """What is otherwise than the corpus has it, to see that a rule carries the weight."""

    confirmed: bool = True
    stranger: bool = False
    reason: str | None = None


class Verdict(Model):
    suite: str
    conversation: str
    function: str
    subject: str
    refused_upstream: bool
    outcome: Outcome
    reasons: tuple[Reason, ...]


AS_IT_IS = Circumstances()


def play_writes(circumstances: Circumstances = AS_IT_IS) -> tuple[Verdict, ...]:
    """Every ground-truth write, in the order of its task."""
    return tuple(verdict for task in tasks() for verdict in _play_task(task, circumstances))


def play_forbidden(circumstances: Circumstances = AS_IT_IS) -> tuple[Verdict, ...]:
    """Every forbidden call, at the beginning of its conversation, with the user's yes to it."""
    by_id = {(task.suite, task.task_id): task for task in tasks()}
    calls = [(by_id[each.suite, each.task_id], each.forbidden_call) for each in forbidden()]
    return tuple(
        _judged(task, Write(function=call.function, args=call.args, error=None, result=None), world(task.suite), circumstances)
        for task, call in calls
    )


def is_slip(verdict: Verdict) -> bool:
    return verdict.refused_upstream and verdict.conversation in SLIPS


def _play_task(task: Task, circumstances: Circumstances) -> Iterator[Verdict]:
    now = world(task.suite)
    for write in task.writes:
        yield _judged(task, write, now, circumstances)
        now.apply(write)


def _judged(task: Task, write: Write, now: World, circumstances: Circumstances) -> Verdict:
    user = now.user_of(task)
    if circumstances.stranger:
        user = next(stranger for stranger in _STRANGERS[task.suite] if stranger != user)
    payload = _payload(task, write, user)
    outcome, reasons = _decided(task, write.function, payload, WorldFacts(now, _conversation(task, payload, user, circumstances)))
    return Verdict(
        suite=task.suite,
        conversation=task.conversation,
        function=write.function,
        subject=_record(payload),
        refused_upstream=write.error is not None,
        outcome=outcome,
        reasons=reasons,
    )


def _decided(task: Task, function: str, payload: JsonObject, facts: WorldFacts) -> tuple[Outcome, tuple[Reason, ...]]:
    name = f"{task.suite}.{function}"
    intent = Intent(run=task.conversation, step="govern-1", agent="service", tool=name, payload=payload, requester=_REQUESTER)
    try:
        decision = first_decision(intent, domain(task.suite).judge(facts))
    except (InvalidPayload, Denied) as refusal:
        return Outcome.DENY, refusal.reasons
    return decision.outcome, decision.reasons


def _payload(task: Task, write: Write, user: str) -> JsonObject:
    """The call's own arguments, the conversation and its user; money is in cents."""
    return {"conversation_id": task.conversation, "user_id": user, **{name: _in_cents(name, value) for name, value in write.args.items()}}


def _in_cents(name: str, value: Json) -> Json:
    if name != "payment_methods" or not isinstance(value, list):
        return value
    return [{**each, "amount": int(str(each["amount"])) * 100} for each in value if isinstance(each, dict)]


def _conversation(task: Task, payload: JsonObject, user: str, circumstances: Circumstances) -> Conversation:
    return Conversation(
        conversation_id=task.conversation,
        user_id=user,
        confirmed_record=_record(payload) if circumstances.confirmed else "",
        cancellation_reason=circumstances.reason or _reason(task, payload),
    )


def _record(payload: JsonObject) -> str:
    """What the user says yes to: the order or the reservation, or else the user's own profile."""
    return str(payload.get("order_id") or payload.get("reservation_id") or payload["user_id"])


def _reason(task: Task, payload: JsonObject) -> str:
    if task.suite != "airline":
        return ""
    given = {(each.task_id, each.reservation_id): each.reason for each in cancellations()}
    return given.get((task.task_id, str(payload.get("reservation_id"))), "")
