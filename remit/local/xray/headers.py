"""The tracing header `X-Amzn-Trace-Id`: which trace a call is part of, and under which segment.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import re
import secrets
import time
from dataclasses import dataclass, replace

_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Header:
    root: str
    parent: str | None = None
    sampled: bool = True

    def under(self, segment: str) -> "Header":
        """What the segment hands on to what it calls."""
        return replace(self, parent=segment)

    def __str__(self) -> str:
        parent = f";Parent={self.parent}" if self.parent else ""
        return f"Root={self.root}{parent};Sampled={int(self.sampled)}"


def parse(text: str | None) -> Header | None:
    """None for what is no tracing header."""
    fields = dict(part.strip().partition("=")[::2] for part in (text or "").split(";"))
    root = fields.get("Root", "")
    return Header(root, fields.get("Parent"), fields.get("Sampled") != "0") if _ROOT.fullmatch(root) else None


def new_header() -> Header:
    return Header(f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")


def new_id() -> str:
    return secrets.token_hex(8)
