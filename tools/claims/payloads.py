"""What the claims domain lets an agent ask for."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Autonomous, Cents, Payload, Text

ClaimId = Annotated[str, Field(pattern=r"^C-[0-9]{1,12}$")]
Currency = Literal["USD", "EUR"]


class ReadClaim(Payload):
    """Read one claim with all that the policyholder stated."""

    claim_id: ClaimId


class DraftAssessment(Payload):
    """Write the draft of an assessment of one claim. No money moves, and an adjuster decides on the draft."""

    claim_id: ClaimId
    assessed: Annotated[Cents, Autonomous(le=5_000_00)]
    currency: Currency
    findings: Text
