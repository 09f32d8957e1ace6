"""A person who signed in to the user pool, in the browser that has the visit."""

import hashlib
from datetime import datetime

from remit.domain.model import Model


class Session(Model):
    """`name` is the person's in the user pool. Only the visit's hash is kept."""

    visit_hash: str
    name: str
    until: datetime


def hash_visit(visit: str) -> str:
    return hashlib.sha256(f"session {visit}".encode()).hexdigest()
