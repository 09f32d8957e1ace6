"""Facts as text for people. A history reads like a changelog, newest first."""

import re
from collections.abc import Sequence
from datetime import datetime

from remit.fact_client import Claim, Context, Extraction, Fact, Heard, Source, Stated, Version

_SHOWN = 80
_KEPT = re.compile("[0-9a-f]{64}")
# As much of a digest, and of a claim's id, as people tell apart.
_DIGEST, _CLAIM = 12, 8


def fact_line(fact: Fact) -> str:
    head = f"{fact.id} is {_value(fact.value)}\n  version {fact.version}, {_by(fact)}, {_when(fact.recorded_at)}"
    return f"{head}{_span(fact.source)}{_why(fact)}{_held(fact)}"


def stated_line(stated: Stated) -> str:
    before = stated.before
    match stated.result, stated.fact, stated.claim:
        case "CONFLICT", _, Claim() as claim:
            stands = f"version {before.version} stands, by {before.authority}" if before else "something else stands"
            return f"CONFLICT: {stands}; your claim {claim.id[:_CLAIM]} is kept, and {claim.route} decides."
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


def extraction_lines(seen: Extraction) -> str:
    head = f"{seen.run}: log {seen.log[:_DIGEST]} read for {seen.domain}, by {seen.authority}; {_ending(seen)}"
    return "\n".join([head, *map(_heard, seen.statements), f"To see why: remit trace {seen.run}"])


def _ending(seen: Extraction) -> str:
    if seen.outcome is None and not seen.ended:
        return "a human is asked" if seen.waits else "still being read"
    failed = f"{seen.error}: {seen.message}" if seen.error else ""
    return failed or f"{len(seen.statements)} statements"


def _heard(heard: Heard) -> str:
    where = f" [{heard.span.start}:{heard.span.end}]" if heard.span else ""
    about = f" {heard.fact}" if heard.fact else ""
    version = f" version {heard.version}" if heard.version else ""
    claim = f" {heard.claim[:_CLAIM]}" if heard.claim else ""
    why = f"\n      {heard.why}" if heard.why else ""
    return f"  {heard.result}{about}{version}{claim}\n      {heard.says or 'unknown'}: “{_value(heard.quote)}”{where}{why}"


def suggestion_lines(claims: Sequence[Claim]) -> str:
    return "\n".join(map(_suggestion, claims)) or "Nobody has suggested anything that does not stand already."


def _suggestion(claim: Claim) -> str:
    wanted = "to retract it" if claim.operation == "DELETE" else f"that it be {_value(claim.value)}"
    where = _span(claim.source)
    return (
        f"{claim.id[:_CLAIM]}  {claim.fact}: {claim.authority} ({_name(claim.author)}) suggests {wanted}, {_when(claim.recorded_at)}{where}"
    )


def _held(fact: Fact) -> str:
    return f"\n      {fact.held}" if fact.held else ""


def _version(version: Version) -> str:
    what = "retracted" if version.value is None else _value(version.value)
    until = f" until {_when(version.ended_at)}" if version.ended_at else ""
    status = f"{version.status}{until}"
    said = f"{_by(version)}, {_when(version.recorded_at)}{_span(version.source)}{_why(version)}"
    return f"  v{version.version}  {what}\n      {status}; {said}{_held(version)}"


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


def _span(source: Source | None) -> str:
    if source is None:
        return ""
    span, log = source.span, source.log
    return f", in {f'log {log[:_DIGEST]}' if _KEPT.fullmatch(log) else log}" + (f"[{span.start}:{span.end}]" if span else "")


def _why(fact: Fact) -> str:
    return f", from {', '.join(f'{ref.id} version {ref.version}' for ref in fact.derived_from)}" if fact.derived_from else ""


def _value(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
