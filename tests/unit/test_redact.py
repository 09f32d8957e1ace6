"""Taking away what models were asked and answered: it is gone, the ledger says by whom and why, and still holds."""

from datetime import timedelta

import pytest

from remit.domain.completeness import missing
from remit.domain.errors import NotFound, Unavailable
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Entry, Kind, broken_link
from remit.domain.model import JsonObject
from remit.domain.trace import trace_of
from remit.pages.trace import trace_page
from remit.prices import list_prices
from remit.usecases.redact import RedactPorts, redact
from tests.fakes.clock import FixedClock
from tests.fakes.records import MemoryRecords
from tests.fakes.transcripts import MemoryTranscripts

RUN = "run-1"
OFFICER = Requester(arn="arn:aws:iam::000000000000:user/officer")
WHY = "Ada asked for it."


class Desk:
    """One run of two model calls, with their transcripts."""

    def __init__(self) -> None:
        self.clock, self.transcripts = FixedClock(), MemoryTranscripts()
        self.records = MemoryRecords(self.clock)
        self.records.open_run(RUN, Draft(kind=Kind.RUN_STARTED, body={"workflow": "refunds", "domain": "refunds"}))
        for said in ("first", "second"):
            asked: list[JsonObject] = [{"type": "human", "content": said}]
            kept = self.transcripts.keep(RUN, asked, [{"type": "ai", "content": said.upper()}])
            called: JsonObject = {"agent": "support", "model": "m", "archived": kept.model_dump(mode="json")}
            self.records.commit(RUN, [], [Draft(kind=Kind.MODEL_CALLED, body=called)])
        self.clock.pause(timedelta(days=1).total_seconds())
        self.ports = RedactPorts(records=self.records, transcripts=self.transcripts)

    def redacted(self) -> list[Entry]:
        return [entry for entry in self.records.entries(RUN) if entry.kind is Kind.TRANSCRIPT_REDACTED]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_is_gone_and_the_ledger_says_who_had_it_done_when_and_why(desk: Desk) -> None:
    names = [part.name for part in redact(RUN, None, WHY, OFFICER, desk.ports)]
    assert (len(names), desk.transcripts.kept) == (4, {})
    (entry,) = desk.redacted()
    assert entry.body == {"transcripts": names, "by": OFFICER.arn, "reason": WHY}
    assert entry.at == desk.clock.now()


def test_the_chain_still_holds_and_lacks_nothing(desk: Desk) -> None:
    redact(RUN, None, WHY, OFFICER, desk.ports)
    entries = desk.records.entries(RUN)
    assert (broken_link(entries), [*missing(entries)]) == (None, [])


def test_of_one_call_only_what_is_its_own_goes(desk: Desk) -> None:
    assert [part.seq for part in redact(RUN, 1, WHY, OFFICER, desk.ports)] == [1, 1]
    assert sorted(str(messages[0]["content"]) for messages in desk.transcripts.kept.values()) == ["SECOND", "second"]


def test_once_more_is_recorded_no_more(desk: Desk) -> None:
    for call in (1, 1, None, None):
        redact(RUN, call, WHY, OFFICER, desk.ports)
    assert [len(entry.body["transcripts"]) for entry in desk.redacted()] == [2, 2]  # type: ignore[arg-type]


def test_what_could_not_be_deleted_is_recorded_and_deleted_when_it_is_asked_again(desk: Desk) -> None:
    class Stuck(MemoryTranscripts):
        def redact(self, name: str) -> None:
            raise Unavailable("S3: SlowDown")

    with pytest.raises(Unavailable):
        redact(RUN, None, WHY, OFFICER, RedactPorts(records=desk.records, transcripts=Stuck()))
    redact(RUN, None, WHY, OFFICER, desk.ports)
    assert (desk.transcripts.kept, len(desk.redacted())) == ({}, 1)


@pytest.mark.parametrize(("run", "call"), [("run-2", None), (RUN, 0), (RUN, 9)])
def test_what_is_not_there_is_not_redacted(desk: Desk, run: str, call: int | None) -> None:
    with pytest.raises(NotFound):
        redact(run, call, WHY, OFFICER, desk.ports)
    assert desk.redacted() == []


def test_the_page_of_the_run_says_so_where_the_transcripts_were(desk: Desk) -> None:
    redact(RUN, 1, WHY, OFFICER, desk.ports)
    entries = desk.records.entries(RUN)
    assert trace_page(trace_of(entries, list_prices()), entries).count('redacted: <a href="#entry-3">entry 3</a>') == 1
