"""A browser's visit: a secret that only the browser holds, and the proof of it that a form carries, so that no other site's form counts."""

import hashlib
import hmac
import re

_VISIT = re.compile(r"[\w-]{43}", re.ASCII)


def is_visit(text: str) -> bool:
    """Whether it has the form of one: 256 bits, URL-safe."""
    return _VISIT.fullmatch(text) is not None


def proof(visit: str, form: str) -> str:
    """What the form named so carries: it tells whoever sees it nothing of the visit, and is worth nothing for another form."""
    return hmac.new(visit.encode(), form.encode(), hashlib.sha256).hexdigest()


def proves(said: str, visit: str, form: str) -> bool:
    return hmac.compare_digest(said.encode(), proof(visit, form).encode())
