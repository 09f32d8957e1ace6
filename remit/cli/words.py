"""What entries hold, in words: whatever a body lacks, there is something to show."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Body = Mapping[str, Any]


def facts(body: Body) -> str:
    return ", ".join(f"{fact.get('id')} v{fact.get('version')}{_by(fact.get('authority'))}" for fact in body.get("facts") or ())


def _by(authority: object) -> str:
    """Whose word a statement is; a business record has no authority but its system's."""
    return f" ({authority})" if authority else ""


def reasons(body: Body) -> list[str]:
    return [f"{reason.get('policy', '?')}: {reason.get('reason', '')}" for reason in body.get("reasons") or ()]


def labels(body: Body) -> list[str]:
    """Said only where it is not the company's own word for everybody in it."""
    labels = body.get("labels") or {}
    carried = [f"{name} {labels[name]}" for name in ("integrity", "confidentiality") if labels.get(name, "internal") != "internal"]
    return [f"carries {', '.join(carried)}"] if carried else []


def whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def when(value: object) -> str:
    try:
        return f"{datetime.fromisoformat(str(value)):%d %b %Y %H:%M} UTC"
    except ValueError:
        return str(value or "?")


def fields(values: Body) -> list[str]:
    return [", ".join(f"{name} {value}" for name, value in values.items())] if values else []


def short(value: object) -> str:
    text = str(value or "?")
    return f"{text[:12]}…" if len(text) > 13 else text  # noqa: PLR2004 (what is cut has to be longer than the mark for it)
