"""A ledger of whole runs as the use cases write it, and seals by a key of its own."""

import base64
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from remit.adapters.signatures import SealKey
from remit.domain.ballot import Verdict
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Entry, chain
from remit.domain.model import JsonObject
from remit.domain.seal import PublicKey, Seal, Segment, name_of, statement
from remit.domain.sealing import SealLine
from remit.domain.tampering import Line
from remit.usecases.agents import AgentPorts, resume, suspend
from remit.usecases.close import close
from remit.usecases.ending import Close
from remit.usecases.evidence import Export, verify_export
from remit.usecases.evidence import Verdict as Checked
from remit.usecases.facts import chain_of, change_fact
from remit.usecases.gate import Proposal, govern
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.closing import close_ports
from tests.fakes.facts import memory_facts
from tests.fakes.gate import World, catalogue_of, make_intent, refund
from tests.fakes.memory import add, by, key, retract, update
from tests.fakes.records import MemoryRecords

_BY = Requester(arn="arn:aws:iam::000000000000:user/operator")
_CALL: JsonObject = {"agent": "support", "model": "nova", "usage": {"input_tokens": 310, "output_tokens": 42}, "latency_ms": 95}


class KeyPair:
    """A sealing key, with its private half at hand."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        der = self._private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public = PublicKey(public_key=base64.b64encode(der).decode())

    def sign(self, statement: bytes) -> bytes:
        return self._private.sign(statement, ec.ECDSA(hashes.SHA256()))

    def signed(self, seal: Seal) -> Seal:
        return seal.model_copy(update={"signature": base64.b64encode(self.sign(statement(seal))).decode()})


@cache
def key_pair() -> KeyPair:
    return KeyPair()


def a_run(name: str, payload: JsonObject, verdict: Verdict | None = None, *, closed: bool = True) -> tuple[Entry, ...]:
    """One run of the refunds workflow from its request, to its end if it is `closed`."""
    world = World()
    intent = make_intent(payload, run=name)
    world.opened(intent)
    govern(Proposal(task_token="task-1", intent=intent, reasoning=_CALL), world.ports)
    if verdict is not None:
        world.clock.pause(60)
        world.reply(verdict)
    if closed:
        world.clock.pause(1)
        close(Close(run=name), close_ports(world.records))
    return world.records.entries(name)


def an_agents_chain() -> tuple[Entry, ...]:
    records = MemoryRecords(FixedClock())
    ports = AgentPorts(domains={"support": "refunds"}, catalogues=catalogue_of, records=records, clock=FixedClock())
    suspend("support", "An audit.", _BY, ports)
    resume("support", "It is over.", _BY, ports)
    return records.entries("agent-support")


def a_facts_chain() -> tuple[Entry, ...]:
    facts = memory_facts(FixedClock())
    about = key("zone-B")
    owner, agent = by("owner", "olivia"), by("agent", "planner")
    for operation, author in ((add(about, "X"), owner), (update(about, "Y"), agent), (update(about, "Z"), owner), (retract(about), owner)):
        change_fact(operation, author, facts)
    return facts.records.entries(chain_of(about))


@cache
def whole_ledger() -> tuple[Entry, ...]:
    """As an export holds it: each run in its order."""
    return (
        *an_agents_chain(),
        *a_facts_chain(),
        *a_run("run-denied", refund(6000_00)),
        *a_run("run-paid", refund(1200_00), Verdict.APPROVE),
        *a_run("run-rejected", refund(1200_00), Verdict.REJECT),
        *a_run("run-waiting", refund(1200_00), closed=False),
    )


def sealed(*parts: Sequence[Entry], key: KeyPair | None = None) -> list[Seal]:
    """One seal for each part of a ledger, in turn, an hour apart."""
    seals: list[Seal] = []
    for number, part in enumerate(parts, 1):
        runs: dict[str, list[Entry]] = {}
        for entry in part:
            runs.setdefault(entry.run, []).append(entry)
        at = NOON + timedelta(hours=number)
        segments = tuple(
            Segment(run=run, first=run_part[0].seq, previous=run_part[0].previous, last=run_part[-1].seq, hash=run_part[-1].hash)
            for run, run_part in runs.items()
        )
        previous = name_of(seals[-1] if seals else None)
        seal = Seal(seal=number, at=at, through=at, previous=previous, segments=segments, key="k")
        seals.append((key or key_pair()).signed(seal))
    return seals


class Halves(NamedTuple):
    early: tuple[Entry, ...]
    late: tuple[Entry, ...]


def halves(entries: Iterable[Entry]) -> Halves:
    """What was recorded up to each run's fourth entry, and the rest."""
    given = tuple(entries)
    return Halves(tuple(entry for entry in given if entry.seq < 4), tuple(entry for entry in given if entry.seq >= 4))


def check(entries: Iterable[Entry], seals: Sequence[Seal] = (), runs: frozenset[str] | None = None) -> Checked:
    """The verdict on an export of these lines."""
    lines = [Line(number, entry) for number, entry in enumerate(entries, 1)]
    seal_lines = [SealLine(len(lines) + number, seal) for number, seal in enumerate(seals, 1)]
    return verify_export(Export(lines=lines, seals=seal_lines, runs=runs), SealKey(key_pair().public).verifies)


def rehashed(entries: Sequence[Entry], run: str) -> tuple[Entry, ...]:
    """What somebody who can write everything would make of a run: other content, and every hash made to fit."""
    made: list[Entry] = []
    for entry in entries:
        made += chain(run, made[-1] if made else None, [Draft(kind=entry.kind, body=entry.body)], entry.at)
    return tuple(made)
