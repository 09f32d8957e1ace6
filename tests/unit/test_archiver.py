"""The archiver, through its handler: what the table's stream brings, into the archive."""

from typing import Any

import pytest

from lambdas.archiver import handler as archiver
from remit.adapters.dynamodb_ledger import put_entry
from remit.domain import measure as of
from remit.domain.archive import Irregular
from remit.domain.errors import Unavailable
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.names import Names
from remit.usecases.archive import ArchivePorts
from tests.fakes.archive import MemoryArchive
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.evidence import whole_ledger
from tests.fakes.http import Context
from tests.fakes.outside import Counts

PAID = tuple(entry for entry in whole_ledger() if entry.run == "run-paid")


def item(entry: Entry) -> Any:  # noqa: ANN401 (a DynamoDB item)
    return put_entry(entry, Names("test"))["Put"]["Item"]


def record(number: int, what: str = "INSERT", *, new: Any = None, old: Any = None) -> dict[str, Any]:  # noqa: ANN401
    """As the stream has it."""
    keys = {name: (new or old)[name] for name in ("run", "seq")}
    images = {name: image for name, image in (("NewImage", new), ("OldImage", old)) if image is not None}
    told = {"Keys": keys, "SequenceNumber": f"{number:021d}", "StreamViewType": "NEW_AND_OLD_IMAGES", **images}
    return {"eventID": f"change-{number}", "eventName": what, "eventSource": "aws:dynamodb", "dynamodb": told}


class Desk:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.archive, self.counts, self.warned = MemoryArchive(FixedClock()), Counts(), list[Irregular]()
        self.ledger = whole_ledger()
        ports = ArchivePorts(archive=self.archive, chain=self._chain, clock=FixedClock(), meter=self.counts, warn=self.warned.append)
        monkeypatch.setattr(archiver, "ports", lambda: ports)

    def receive(self, *records: dict[str, Any]) -> list[str]:
        """The records that have to come again."""
        answer = archiver.handler({"Records": list(records)}, Context())
        return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]

    def _chain(self, run: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.ledger if entry.run == run)

    @property
    def entries(self) -> list[Entry]:
        return [entry for _, what in self.archive.kept.values() if isinstance(what, tuple) for entry in what]

    @property
    def irregular(self) -> list[Irregular]:
        return [what for _, what in self.archive.kept.values() if isinstance(what, Irregular)]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_added_entries_are_kept_as_they_are(desk: Desk) -> None:
    assert desk.receive(*(record(number, new=item(entry)) for number, entry in enumerate(PAID))) == []
    assert (tuple(desk.entries), desk.irregular, len(desk.archive.kept)) == (PAID, [], 1)


def test_a_batch_that_comes_again_is_kept_once(desk: Desk) -> None:
    for _ in range(2):
        desk.receive(*(record(number, new=item(entry)) for number, entry in enumerate(PAID)))
    assert tuple(desk.entries) == PAID


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (record(1, "MODIFY", new=item(PAID[1]), old=item(PAID[0])), "an entry was overwritten"),
        (record(1, "REMOVE", old=item(PAID[0])), "an entry was deleted"),
        (record(1, new={**item(PAID[0]), "body": {"S": "not json"}}), "an item was added that is no entry"),
        (record(1, new={**item(PAID[0]), "body": {"S": "{}"}}), "not the one that its hash says"),
        (record(1, new={"run": {"S": "run-paid"}, "seq": {"S": "000000"}}), "an item was added that is no entry"),
    ],
)
def test_what_no_part_of_remit_does_is_kept_apart_counted_and_told(desk: Desk, odd: dict[str, Any], why: str) -> None:
    assert desk.receive(odd, record(2, new=item(PAID[2]))) == []
    (kept,) = desk.irregular
    assert (kept.run, why in kept.why, kept.change["Keys"]) == ("run-paid", True, odd["dynamodb"]["Keys"])
    assert (desk.warned, desk.entries) == ([kept], [PAID[2]])
    assert [each.metric for each in desk.counts.measures] == [of.CHAIN_FAILURES]


def test_what_cannot_be_kept_comes_again(desk: Desk) -> None:
    desk.archive.broken = True
    assert desk.receive(record(7, "REMOVE", old=item(PAID[0]))) == [f"{7:021d}"]
    with pytest.raises(Unavailable):
        desk.receive(record(8, new=item(PAID[0])))
    desk.archive.broken = False
    assert desk.receive(record(7, "REMOVE", old=item(PAID[0])), record(8, new=item(PAID[0]))) == []
    assert (desk.entries, len(desk.irregular)) == ([PAID[0]], 1)


def without_warrant() -> tuple[Entry, ...]:
    """The same run as somebody would write it who acts around the gate: a chain that holds, and no warrant in it."""
    drafts = [Draft(kind=entry.kind, body=entry.body) for entry in PAID if entry.kind is not Kind.WARRANT_MINTED]
    return chain("run-paid", None, drafts, NOON)


def test_a_receipt_without_a_warrant_is_counted_and_told_and_archived_all_the_same(desk: Desk) -> None:
    desk.ledger = without_warrant()
    assert desk.receive(*(record(number, new=item(entry)) for number, entry in enumerate(desk.ledger))) == []
    assert desk.counts.sums(of.UNWARRANTED) == {"ReceiptsWithoutWarrant": 2}
    assert [("there is no warrant.minted with" in each.why, each.run) for each in desk.warned] == [(True, "run-paid")] * 2
    assert desk.entries == list(desk.ledger)


def test_that_every_receipt_has_its_warrant_is_a_value_too(desk: Desk) -> None:
    desk.receive(*(record(number, new=item(entry)) for number, entry in enumerate(PAID)))
    assert [measure.value for measure in desk.counts.measures if measure.metric is of.UNWARRANTED] == [0]
