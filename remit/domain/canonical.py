"""One byte string for one value, so that a digest identifies it."""

import hashlib
import json

from remit.domain.model import Json

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Json) -> bytes:
    """UTF-8 JSON with sorted keys and no white space. Raises ValueError on NaN and infinities, and on what lies too deep to write."""
    try:
        return _ENCODER.encode(value).encode()
    except RecursionError as error:
        raise ValueError("values lie too deep") from error


def digest(value: Json) -> str:
    """SHA-256 of the canonical form, in lower-case hex (64 characters)."""
    return hashlib.sha256(canonical(value)).hexdigest()
