"""What every keeper of transcripts does."""

from remit.domain.model import JsonObject
from remit.transcript_ports import Transcripts

ASKED: list[JsonObject] = [{"type": "system", "content": "Be kind."}, {"type": "human", "content": "Grüße, £5?"}]
ANSWERED: list[JsonObject] = [{"type": "ai", "content": "", "tool_calls": [{"name": "refund", "args": {"amount": 5}}]}]


class TranscriptSuite:
    def test_what_was_kept_is_read_as_it_was(self, transcripts: Transcripts) -> None:
        kept = transcripts.keep("run-1", ASKED, ANSWERED)
        assert (transcripts.read(kept.input), transcripts.read(kept.output)) == (ASKED, ANSWERED)

    def test_the_same_again_has_the_same_name_and_anything_else_another(self, transcripts: Transcripts) -> None:
        first, again, other = (transcripts.keep(run, ASKED, ANSWERED) for run in ("run-1", "run-1", "run-2"))
        assert first == again
        assert len({first.input, first.output, other.input, other.output}) == 4

    def test_what_was_redacted_is_gone_and_nothing_else(self, transcripts: Transcripts) -> None:
        kept = transcripts.keep("run-1", ASKED, ANSWERED)
        for _ in range(2):
            transcripts.redact(kept.input)
        assert (transcripts.read(kept.input), transcripts.read(kept.output)) == (None, ANSWERED)
