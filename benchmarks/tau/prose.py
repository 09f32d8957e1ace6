"""The sentences that the rules of an example come from, as its README lists them."""

import re

from benchmarks.tau.corpus import CORPUS
from benchmarks.tau.domains import EXAMPLES

_RULE = re.compile(r"^\| `(?P<id>[a-z-]+\.[a-z-]+)` \| (?P<sentences>[^|]+) \|", re.MULTILINE)


def sentences(suite: str) -> dict[str, tuple[str, ...]]:
    """By policy id; a rule may rest on several."""
    text = (EXAMPLES / suite / "README.md").read_text(encoding="utf-8")
    return {rule["id"]: tuple(rule["sentences"].split("<br>")) for rule in _RULE.finditer(text)}


def prose(suite: str) -> str:
    return (CORPUS / f"policy_{suite}.md").read_text(encoding="utf-8")
