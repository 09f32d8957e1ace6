"""A small domain that works: one tool that reads, one that changes, one fact, one question for a human, one absolute no."""

import json
from collections.abc import Mapping
from pathlib import Path

from remit.domain.model import JsonObject

_STARTER = Path(__file__).resolve().parent / "starter"
_FILES = {
    "charter.yaml": "charters/@DOMAIN@.yaml",
    "policies.cedar": "policies/@DOMAIN@/policies.cedar",
    "prompt.md": "prompts/@DOMAIN@/@AGENT@.v1.md",
    "payloads.py.txt": "tools/@DOMAIN@/payloads.py",
    "actions.py.txt": "tools/@DOMAIN@/actions.py",
    "machine.asl.json": "statemachines/@DOMAIN@.asl.json",
}


def begin(domain: str, agent: str) -> Mapping[str, str]:
    """Each file's text, by its path from the repository's root; the Cedar schema is generated."""
    texts = {path: (_STARTER / name).read_text(encoding="utf-8") for name, path in _FILES.items()}
    cases = {f"policies/@DOMAIN@/cases/{place}.json": json.dumps(case, indent=2) + "\n" for place, case in _CASES.items()}
    return {
        _named(path, domain, agent): _named(text, domain, agent)
        for path, text in {**texts, **cases, "tools/@DOMAIN@/__init__.py": ""}.items()
    }


def _named(text: str, domain: str, agent: str) -> str:
    return text.replace("@DOMAIN@", domain).replace("@AGENT@", agent)


def _change(status: str, was: str, *policies: str) -> JsonObject:
    payload: JsonObject = {"record_id": "R-1", "status": status, "reason": "the customer asked"}
    return {"tool": "@DOMAIN@.change_status", "payload": payload, "facts": {"record": {"status": was}}, "policies": [*policies]}


_CASES: Mapping[str, JsonObject] = {
    "ALLOW/a-record-is-read": {
        "tool": "@DOMAIN@.read_record",
        "payload": {"record_id": "R-1"},
        "facts": {},
        "policies": ["@DOMAIN@.matrix.@AGENT@"],
    },
    "ALLOW/an-open-record-is-held": _change("held", "open", "@DOMAIN@.matrix.@AGENT@"),
    "ESCALATE/a-closed-record-is-opened": {**_change("open", "closed", "@DOMAIN@.closed-record"), "route": "owner"},
    "DENY/the-status-that-it-has": _change("held", "held", "@DOMAIN@.same-status"),
}
