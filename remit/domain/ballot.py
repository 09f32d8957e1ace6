"""What approvers said of one stage of a question. Written where answers are taken, and read where they count."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from remit.domain.model import Model

Comment = Annotated[str, Field(max_length=500)]


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


LINK = "link"


class Voice(Model):
    """Whose answer it is (`approver`), who gives it (`by`: the same, or their deputy), and how that is known: LINK, or an identity."""

    approver: str
    by: str
    known_as: str


class Answer(Model):
    """One approver's answer to exactly one payload."""

    voice: Voice
    verdict: Verdict
    comment: Comment
    payload_digest: str
    at: datetime
    round: int = 1


class Ballot(Model):
    """All answers to one stage, in the order in which they were taken. Written whole, each time only over what was read before."""

    approval: str
    stage: int
    answers: tuple[Answer, ...] = ()

    def heard_from(self, voice: Voice) -> bool:
        """Whether the approver or the person has answered: nobody has two voices, nor twice the same."""
        return any(voice.approver == said.voice.approver or voice.by == said.voice.by for said in self.answers)

    def of_round(self, number: int) -> "Ballot":
        """Without what was said before the question was asked anew."""
        return self.model_copy(update={"answers": tuple(said for said in self.answers if said.round == number)})

    def and_then(self, answer: Answer) -> "Ballot":
        return self.model_copy(update={"answers": (*self.answers, answer)})
