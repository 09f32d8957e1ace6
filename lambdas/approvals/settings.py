"""What the approvals function is told by its environment."""

from remit.adapters.environment import Settings


class ApprovalsSettings(Settings):
    remit_stage: str
    account: str
    public_url: str
    sign_in_url: str
    token_issuer: str
    token_audience: str
    token_keys_url: str
