"""What the archiver is told by its environment."""

from remit.adapters.environment import Settings


class ArchiverSettings(Settings):
    archive_bucket: str
