"""Cedar policies as texts: split, named, generated from the matrix, and pinned by one digest."""

import json
import re
from collections.abc import Iterable, Iterator

from remit.domain.canonical import digest
from remit.domain.charter import Charter
from remit.domain.model import Json, Model

_TOKEN = re.compile(
    r'(?P<comment>//[^\n]*)|(?P<string>"(?:[^"\\]|\\.)*")|(?P<unclosed>")|(?P<end>;)|(?P<space>\s+)|(?P<code>[^\s";/]+|/)', re.DOTALL
)
_ANNOTATION = re.compile(r'\s*@(\w+)\s*(?:\(\s*"((?:[^"\\]|\\.)*)"\s*\))?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SHADOW = "shadow"
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class PolicyText(Model):
    """One policy as written, and the line on which it begins; one in shadow mode is tried and never enforced."""

    id: str
    reason: str
    statement: str
    line: int
    shadow: bool = False


def split_policies(text: str) -> tuple[PolicyText, ...]:
    """Raises ValueError naming the line if a policy lacks its @id or @reason, repeats an id, has an unknown @mode, or does not end."""
    policies: dict[str, PolicyText] = {}
    for statement, line in _statements(text):
        policy = _policy(statement, line)
        if policy.id in policies:
            raise ValueError(f'line {line}: @id("{policy.id}") is already used on line {policies[policy.id].line}')
        policies[policy.id] = policy
    return tuple(policies.values())


def matrix_permits(charter: Charter) -> tuple[PolicyText, ...]:
    """The permission matrix: one permit per agent and per group of people, over exactly its tools."""
    agents = (
        _permit(f"{charter.domain}.matrix.{name}", name, f'== Remit::Agent::"{name}"', spec.tools) for name, spec in charter.agents.items()
    )
    groups = (
        _permit(f"{charter.domain}.matrix.group.{name}", name, f'in Remit::Group::"{name}"', spec.tools)
        for name, spec in charter.groups.items()
    )
    return tuple(_policy(permit, line=1) for permit in (*agents, *groups))


def annotations(statement: str) -> dict[str, str]:
    """The annotations at a policy's head; one without a value has the empty one."""
    head, position, found = _without_comments(statement), 0, {}
    while match := _ANNOTATION.match(head, position):
        found[match[1]] = _unescape(match[2] or "")
        position = match.end()
    return found


def policy_set_digest(statements: Iterable[str], schema_json: str) -> str:
    """The same for the same policies and schema, in whatever order or layout an engine returns them."""
    ordered: list[Json] = [*sorted(statements)]
    return digest([ordered, json.loads(schema_json)])


def _statements(text: str) -> Iterator[tuple[str, int]]:
    start: int | None = None
    line, counted = 1, 0
    for token in _TOKEN.finditer(text):
        if start is None:
            # From where the last one began: counting from the text's start would take the square of its length.
            line, counted = line + text.count("\n", counted, token.start()), token.start()
        if token.lastgroup == "unclosed":
            raise ValueError(f"line {_line(text, token.start())}: a string is not closed")
        if start is None and token.lastgroup not in {"comment", "space"}:
            start = token.start()
        if start is not None and token.lastgroup == "end":
            yield text[start : token.end()], line
            start = None
    if start is not None:
        raise ValueError(f"line {line}: a policy ends with ';'")


def _policy(statement: str, line: int) -> PolicyText:
    notes = annotations(statement)
    for name in ("id", "reason"):
        if not notes.get(name):
            raise ValueError(f"line {line}: a policy needs its @{name}")
    if notes.get("mode", _SHADOW) != _SHADOW:
        raise ValueError(f'line {line}: the only @mode is "{_SHADOW}"')
    return PolicyText(id=notes["id"], reason=notes["reason"], statement=statement, line=line, shadow="mode" in notes)


def _permit(name: str, who: str, principal: str, tools: tuple[str, ...]) -> str:
    actions = ", ".join(f'Remit::Action::"{tool}"' for tool in tools)
    return (
        f'@id("{name}")\n'
        f'@reason("The permission matrix gives {who} this tool.")\n'
        f"permit (principal {principal}, action in [{actions}], resource);"
    )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _without_comments(text: str) -> str:
    return "".join(token.group() for token in _TOKEN.finditer(text) if token.lastgroup != "comment")


def _unescape(text: str) -> str:
    def plain(escape: re.Match[str]) -> str:
        code = escape[1] or escape[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])

    return _ESCAPE.sub(plain, text)
