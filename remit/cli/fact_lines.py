"""Facts as text for people. A history reads like a changelog, newest first."""

from collections.abc import Sequence
from datetime import datetime

from remit.fact_client import Claim, Context, Fact, Stated, Version

_SHOWN = 80


def fact_line(fact: Fact) -> str:
    return f"{fact.id} is {_value(fact.value)}\n  version {fact.version}, {_by(fact)}, {_when(fact.recorded_at)}{_span(fact)}{_why(fact)}"


def stated_line(stated: Stated) -> str:
    before = stated.before
    match stated.result, stated.fact, stated.claim:
        case "CONFLICT", _, Claim() as claim:
            stands = f"version {before.version} stands, by {before.authority}" if before else "something else stands"
            return f"CONFLICT: {stands}; your claim {claim.id[:8]} is kept, and {claim.route} decides."
        case "SUGGESTION", _, _:
            return "SUGGESTION: kept, and no fact."
        case "NOOP", _, _:
            return f"Nothing new: version {before.version} says the same." if before else "Nothing new: it is retracted already."
        case result, Fact() as fact, _:
            replaced = f", after version {before.version} by {before.authority}" if before else ""
            return f"{result} {fact.id} version {fact.version}{replaced}"
        case result, _, _:
            return result


def changelog(versions: Sequence[Version]) -> str:
    """All versions of one fact; at least one."""
    return "\n".join([versions[0].id, *(_version(each) for each in reversed(versions))])


def context_lines(seen: Context) -> str:
    left_out = [f"Did not fit: {', '.join(f'{ref.id} version {ref.version}' for ref in seen.left_out)}"] if seen.left_out else []
    return "\n".join([*seen.text.splitlines(), *left_out]) or "Nothing stands in its namespaces that it may be shown."


def conflict_lines(claims: Sequence[Claim]) -> str:
    return "\n".join(map(_conflict, claims)) or "Nothing waits for a human."


def _version(version: Version) -> str:
    what = "retracted" if version.value is None else _value(version.value)
    until = f" until {_when(version.ended_at)}" if version.ended_at else ""
    status = f"{version.status}{until}"
    return f"  v{version.version}  {what}\n      {status}; {_by(version)}, {_when(version.recorded_at)}{_span(version)}{_why(version)}"


def _conflict(claim: Claim) -> str:
    wanted = "retract it" if claim.operation == "DELETE" else f"it is {_value(claim.value)}"
    return f"{claim.fact}: {claim.authority} ({_name(claim.author)}) says against version {claim.against}: {wanted}; {claim.route} decides"


def _by(fact: Fact) -> str:
    return f"by {fact.authority} ({_name(fact.author)})"


def _name(author: str) -> str:
    """An ARN's last part, which people know."""
    return author.rpartition(":")[2]


def _when(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M:%S} UTC"


def _span(fact: Fact) -> str:
    if fact.source is None:
        return ""
    span = fact.source.span
    return f", in {fact.source.log}" + (f"[{span.start}:{span.end}]" if span else "")


def _why(fact: Fact) -> str:
    return f", from {', '.join(f'{ref.id} version {ref.version}' for ref in fact.derived_from)}" if fact.derived_from else ""


def _value(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
