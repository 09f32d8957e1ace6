"""One run once more, offline: what the models answered is taken from the record, what the gate decided is decided anew and compared
bit for bit. Nothing is called, asked, minted or done."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from remit.domain.canonical import canonical, digest
from remit.domain.decision import Decision
from remit.domain.errors import Refusal
from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.usecases.judge import Judge
from remit.usecases.recorded import Answer, CannotReplay, Others, Recorded, Unreplayed, answer_of, judge_for, made_again, recorded_in


class Same(StrEnum):
    """IDENTICAL: every byte of the decision is as recorded. EQUAL: the outcome is, and its grounds are not. FLIPPED: it is not."""

    IDENTICAL = "IDENTICAL"
    EQUAL = "EQUAL"
    FLIPPED = "FLIPPED"


class Replayed(Model):
    """A decision that was made again; the digests are over all that it says, `differs` names the parts that it says otherwise."""

    seq: int
    agent: str
    tool: str
    payload: JsonObject
    same: Same
    was: Answer
    now: Answer
    was_digest: str
    now_digest: str
    differs: tuple[str, ...] = ()


class Strayed(Model):
    """An intent that is not what the model proposed according to the entry before it."""

    seq: int
    proposed: JsonObject
    intent: JsonObject


class Replay(Model):
    """`models` of the intents were proposed by a model."""

    run: str
    models: int
    decisions: tuple[Replayed, ...]
    strayed: tuple[Strayed, ...]
    unreplayed: tuple[Unreplayed, ...]

    def counted(self, same: Same) -> int:
        return sum(decision.same is same for decision in self.decisions)


def replay(run: Sequence[Entry], judges: Mapping[str, Judge], others: Others | None = None) -> Replay:
    """Judges are by domain; they see the recorded facts and history, not their own. `others` has the runs that this one asked for."""
    results = [_again(found, judges) for found in recorded_in(run, others or {})]
    proposals = list(_proposals(run))
    return Replay(
        run=run[0].run,
        models=len(proposals),
        decisions=tuple(result for result in results if isinstance(result, Replayed)),
        strayed=tuple(stray for proposal in proposals if (stray := _strayed(*proposal)) is not None),
        unreplayed=tuple(result for result in results if isinstance(result, Unreplayed)),
    )


def _again(found: Recorded | Unreplayed, judges: Mapping[str, Judge]) -> Replayed | Unreplayed:
    if isinstance(found, Unreplayed):
        return found
    try:
        return _compared(found, made_again(found, judge_for(found, judges)))
    except CannotReplay as problem:
        return Unreplayed(run=found.entry.run, seq=found.entry.seq, reason=str(problem))


def _compared(recorded: Recorded, result: Decision | Refusal) -> Replayed:
    was, now = _recorded_words(recorded), _words(result)
    # A record from before a part was recorded says nothing of it.
    now = {name: value for name, value in now.items() if name in was} if recorded.made and isinstance(result, Decision) else now
    differs = tuple(name for name in sorted({*was, *now}) if _bytes(was, name) != _bytes(now, name))
    answered, answer = recorded.was, answer_of(result)
    flipped = (answered.outcome, answered.route) != (answer.outcome, answer.route)
    return Replayed(
        seq=recorded.entry.seq,
        agent=recorded.intent.agent,
        tool=recorded.intent.tool,
        payload=recorded.intent.payload,
        same=Same.FLIPPED if flipped else Same.EQUAL if differs else Same.IDENTICAL,
        was=answered,
        now=answer,
        was_digest=digest(was),
        now_digest=digest(now),
        differs=differs,
    )


def _recorded_words(recorded: Recorded) -> JsonObject:
    body = recorded.entry.body
    names = ("error", "message", "reasons") if recorded.made is None else Decision.model_fields
    return {name: body[name] for name in names if name in body and name != "shadow"}


def _words(result: Decision | Refusal) -> JsonObject:
    """In the words of the ledger's entries."""
    if isinstance(result, Decision):
        words: JsonObject = result.model_dump(mode="json", exclude={"shadow"})
        return words
    return {"error": result.code, "message": result.message, "reasons": [reason.model_dump(mode="json") for reason in result.reasons]}


def _bytes(words: JsonObject, name: str) -> bytes | None:
    return canonical(words[name]) if name in words else None


def _proposals(run: Sequence[Entry]) -> Iterator[tuple[Entry, JsonObject]]:
    """Each intent that a model call stands directly before, and the proposal of that call: they are recorded together."""
    for call, intent in pairwise(run):
        proposal = call.body.get("proposal")
        if call.kind is Kind.MODEL_CALLED and intent.kind is Kind.INTENT_PROPOSED and isinstance(proposal, dict):
            yield intent, proposal


def _strayed(intent: Entry, proposal: JsonObject) -> Strayed | None:
    said: JsonObject = {name: intent.body.get(name) for name in ("tool", "payload")}
    return None if canonical(said) == canonical(proposal) else Strayed(seq=intent.seq, proposed=proposal, intent=said)
