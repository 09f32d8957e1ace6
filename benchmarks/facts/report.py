"""Everything measured in one run, as the tables of the README."""

import sys
from collections.abc import Iterator

from benchmarks.environment import PeerError
from benchmarks.facts.corpus import CHANGES, SUBJECTS
from benchmarks.facts.measure import (
    HERE,
    NEAR,
    Read,
    Served,
    context_reads,
    remit_retires,
    remit_serves,
    retrieval_serves,
    similarity_retires,
)
from benchmarks.facts.memory import memory_of_a_cloud
from benchmarks.results import measured_on

README = HERE / "README.md"


def results(beside: int = SUBJECTS) -> str:
    """`beside` is how many of the subjects the vector retrieval is asked about, with all their changes."""
    return "\n".join([*_stale(beside), "", *_retired(), "", *_reads(), "", measured_on("moto", "ministack"), ""])


def _stale(beside: int) -> Iterator[str]:
    _tell(f"{SUBJECTS * CHANGES:,} changes into memory")
    yield f"Current values of subjects that changed {CHANGES} times:"
    yield ""
    yield "| | asked | sentences | current | superseded | another subject's | superseded among the first five |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    yield _served("Remit", remit_serves())
    _tell(f"{beside * CHANGES:,} sentences into vectors, which takes minutes the first time")
    try:
        yield _served("append-only, nearest vector", retrieval_serves(beside))
    except PeerError as error:
        yield f"| append-only, nearest vector: not run: {error} | | | | | | |"


def _served(who: str, served: Served) -> str:
    share = f"{served.among / served.asked:.1f} of 5" if served.among else "-"
    counts = f"{served.current:,} | **{served.superseded:,}** | {served.other:,}"
    return f"| {who} | {served.asked:,} | {served.asked * CHANGES:,} | {counts} | {share} |"


def _retired() -> Iterator[str]:
    _tell("1,000 facts that are alike")
    yield "Of 1,000 unrelated facts that are alike, how many no longer stand once all are said:"
    yield ""
    yield "| Remit |" + "".join(f" replaces at cosine {threshold} |" for threshold in NEAR)
    yield "|---:|" + "---:|" * len(NEAR)
    try:
        mistaken = [f" {number:,} |" for number in similarity_retires().values()]
    except PeerError as error:
        mistaken = [f" not run: {error} |", *[" |"] * (len(NEAR) - 1)]
    yield f"| **{remit_retires():,}** |" + "".join(mistaken)


def _reads() -> Iterator[str]:
    _tell("Histories")
    yield "A model's context of 50 facts, by what they supersede:"
    yield ""
    yield "| superseded versions | facts read | requests | milliseconds |"
    yield "|---:|---:|---:|---:|"
    yield from (_line(read) for read in context_reads(place=memory_of_a_cloud))


def _line(read: Read) -> str:
    return f"| {read.behind:,} | {read.facts} | {read.requests} | {read.milliseconds} |"


def _tell(what: str) -> None:
    sys.stderr.write(f"{what} …\n")
