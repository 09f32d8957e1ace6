"""A rule's words about the facts it looked at: `{rule}` in a @reason is the fact as it is cited, `{rule.value}` one of its attributes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from remit.domain.errors import Reason
from remit.domain.fact import Fact
from remit.domain.fact_spec import FactSpec
from remit.domain.model import Json
from remit.domain.visible import visible

_CITATION = re.compile(r"\{([a-z][a-z0-9-]*)(?:\.([A-Za-z_][A-Za-z0-9_]*))?\}")
_LONGEST = 100


def cited(reason: Reason, facts: Iterable[Fact]) -> Reason:
    """The reason with its citations filled in. What is not there to be cited is left as it was written."""
    if "{" not in reason.reason:
        return reason
    known = {fact.name: fact for fact in facts}
    return reason.model_copy(update={"reason": _CITATION.sub(lambda match: _words(match, known), reason.reason)})


def uncitable(words: str, facts: Mapping[str, FactSpec]) -> Iterator[str]:
    """The citations that none of these facts can fill."""
    for match in _CITATION.finditer(words):
        name, attribute = match.groups()
        if name not in facts or (attribute is not None and attribute not in facts[name].attributes):
            yield match[0]


def _words(citation: re.Match[str], known: Mapping[str, Fact]) -> str:
    name, attribute = citation.groups()
    fact = known.get(name)
    if fact is None or (attribute is not None and attribute not in fact.attributes):
        return citation[0]
    return f"{fact.ref.id} v{fact.ref.version}" if attribute is None else _shown(fact.attributes[attribute])


def _shown(value: Json) -> str:
    text = visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
