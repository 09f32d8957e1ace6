"""What the approvals function is told by its environment."""

from pydantic import Json

from remit.adapters.environment import Settings


class ApprovalsSettings(Settings):
    remit_stage: str
    domains: Json[tuple[str, ...]]
