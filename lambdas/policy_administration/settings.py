"""What each function of the policy administration is told by its environment."""

from remit.adapters.environment import Settings


class PayoutSettings(Settings):
    payouts_table: str


class ExportSettings(Settings):
    claims_table: str
