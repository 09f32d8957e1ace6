"""What the gate is told by its environment."""

from typing import Literal

from remit.adapters.environment import Settings


class GateSettings(Settings):
    remit_stage: str
    remit_domain: str
    policy_engine: Literal["verified-permissions", "embedded"]
    policy_store_id: str
    mail_sender: str
    public_url: str
    account: str
