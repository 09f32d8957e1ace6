"""What the archiver is told by its environment."""

from remit.adapters.environment import Settings


class ArchiverSettings(Settings):
    remit_stage: str
    archive_bucket: str
