"""The three measurements, each with what it is to show."""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import chain, count, islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environment import python, run
from benchmarks.facts.corpus import CHANGES, SUBJECTS, Said, carrier_of, changes, question, unrelated
from benchmarks.facts.memory import Memory, memory
from remit.adapters.system import SystemClock
from remit.domain.memory import MemorySpec
from remit.domain.model import Model
from remit.usecases.recall import recall

HERE = Path(__file__).resolve().parent
CHARTER = HERE.parents[1] / "charters" / "logistics.yaml"
ACTIVE, HISTORIES = 50, (10, 1_000, 100_000)
_LOOKED_AT, _SAMPLED = 5, 20
Place = Callable[[Path], AbstractContextManager[Memory]]
# Replace what is nearer than this: a common threshold of memories that merge by similarity.
NEAR = (0.95, 0.9, 0.8)


class Served(Model):
    """Of how many questions: the value that stands, one that was superseded, another subject's; `among`: of the first five sentences
    found, how many tell a superseded value of the subject that was asked about."""

    asked: int
    current: int
    superseded: int
    other: int = 0
    among: int = 0


class Read(Model):
    """One reading of a model's context; milliseconds are the median of several."""

    behind: int
    facts: int
    requests: int
    milliseconds: float


def remit_serves(subjects: int = SUBJECTS, each: int = CHANGES) -> Served:
    """Every subject's current value, out of the context that a model is shown; of some also by key, which moto takes long for."""
    said = list(changes(subjects, each))
    current = {one.key.id: one.value for one in said}
    with memory(CHARTER) as kept:
        kept.say(said)
        shown = {one.key.id: one.value for one in kept.store.standing("logistics")}
        some = (kept.store.latest(carrier_of(subject)) for subject in range(0, subjects, _SAMPLED))
        by_key = {one.key.id: one.value for one in some if one is not None}
    right = sum(shown.get(key) == by_key.get(key, shown.get(key)) == value for key, value in current.items())
    return Served(asked=subjects, current=right, superseded=subjects - right)


def retrieval_serves(subjects: int = SUBJECTS, each: int = CHANGES) -> Served:
    """The same sentences, appended and found by the nearest vectors."""
    said = list(changes(subjects, each))
    keys = [carrier_of(subject) for subject in range(subjects)]
    found = _embed(sentences=[one.sentence for one in said], questions=[question(key) for key in keys], count=_LOOKED_AT)["nearest"]
    first = [said[places[0]] for places in found]
    newest = {one.key.id: one for one in said}
    current = sum(one == newest[key.id] for key, one in zip(keys, first, strict=True))
    other = sum(one.key != key for key, one in zip(keys, first, strict=True))
    among = sum(
        said[place].key == key and said[place] != newest[key.id] for key, places in zip(keys, found, strict=True) for place in places
    )
    return Served(asked=subjects, current=current, superseded=subjects - current - other, other=other, among=among)


def remit_retires(number: int = 1_000) -> int:
    """Of facts that are alike and unrelated, how many no longer stand once all are said."""
    said = unrelated(number)
    with memory(CHARTER) as kept:
        kept.say(said)
        stand = {one.key.id: one.version for one in kept.store.standing("logistics")}
    return sum(stand.get(one.key.id) != 1 for one in said)


def similarity_retires(number: int = 1_000) -> dict[float, int]:
    """How many of them a memory would replace by one that is nearer than a threshold."""
    before = _embed(sentences=[one.sentence for one in unrelated(number)])["before"]
    return {threshold: sum(cosine >= threshold for cosine in before) for threshold in NEAR}


def context_reads(histories: Sequence[int] = HISTORIES, times: int = 50, place: Place = memory) -> list[Read]:
    """The same 50 facts, with ever more behind them."""
    return [_read(behind, times, place) for behind in histories]


def _read(behind: int, times: int, place: Place) -> Read:
    with place(CHARTER) as kept:
        kept.say(_versions(behind))
        kept.requests, took = 0, []
        for _ in range(times):
            begun = time.perf_counter()
            seen = recall(("logistics",), MemorySpec(budget=200_000), kept.store, SystemClock())
            took.append((time.perf_counter() - begun) * 1000)
    return Read(behind=behind, facts=len(seen.facts), requests=kept.requests // times, milliseconds=round(median(took), 1))


def _versions(behind: int) -> Iterable[Said]:
    """50 facts, and so many versions that they supersede."""
    ever = chain.from_iterable(changes(ACTIVE, CHANGES) for _ in count())
    return islice(ever, ACTIVE + behind)


def _embed(**given: object) -> dict[str, Any]:
    interpreter = python(HERE / "requirements.txt", "--no-deps")
    # Each process has a processor; more threads only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    told: dict[str, Any] = json.loads(run(interpreter, HERE / "embed.py", given=json.dumps(given)))
    return told
