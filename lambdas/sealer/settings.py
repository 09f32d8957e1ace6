"""What the sealer is told by its environment."""

from remit.adapters.environment import Settings


class SealerSettings(Settings):
    archive_bucket: str
    seal_key: str
    settle_seconds: int
