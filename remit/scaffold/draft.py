"""A domain's files from a sketch: they load, everything that could do harm asks a human, and nothing is done until a human writes it."""

import json
from collections.abc import Iterator, Mapping

from remit.domain.model import JsonObject
from remit.domain.tool_spec import Effect
from remit.scaffold.payloads import payload_module, subject_of
from remit.scaffold.sketch import FILL, Sketch, ToolSketch

_CHARTER = """# The {domain} domain, drafted from {origin}. What says FILL is for a human to decide: `remit verify` lists what is left.
domain: {domain}
description: "What {origin} describes."  # {fill} what the domain is for

agents:
  {agent}:{shown}
    description: "Uses the tools of {domain}."  # {fill} what the agent is for
    prompt: {agent}.v1
    elsewhere: [root]  # {fill} which of the account's users and roles may ask in its name
    tools:  # {fill} leave only what the agent needs
{cells}

tools:
{tools}

tables:  # {fill} the tables that the tools work on, with their keys
  records: {{key: record_id}}

facts: {{}}

routes:
{routes}
workflows: {{}}
"""
_NOT_SHOWN = "  # {fill} let an action pass by itself, and add a case for it: till then no case shows what the matrix permits"
_ROUTE = """  owner: {{approvers: [owner@example.com], expires_after_seconds: 86400}}  # {fill} who answers for these actions

unverified: owner
"""
_TOOL = """  {name}:
    description: {description}
    # {source}{hint}
    effect: {effect}  # {fill} read, write or irreversible; and below whether it reaches a record, an account or a system
    reach: account
    payload: {payload}
    resource: {{type: Record, field: {subject}}}  # {fill} the record that it acts on
    escalation: [{route}]
    permissions:
      - {{table: records, actions: [{action}]}}  # {fill} what it does to which table
"""
_VERIFY = """    verify:
      - {table: records, actions: [dynamodb:GetItem]}
"""
_RULES = """// The permits of this domain come from the charter's matrix. These are the rules that forbid.

// {fill} say what may pass by itself. Until then a human is asked about everything that cannot be undone.
@id("{domain}.irreversible")
@reason("What cannot be undone needs the approval of its owner.")
forbid (principal, action in Remit::Action::"effect:irreversible", resource)
unless {{ context has approval && context.approval.route == "owner" }};
"""
_NO_RULES = "// The permits of this domain come from the charter's matrix. {fill} the rules that forbid.\n"
_PROMPT = "You are the {agent} agent. {fill} your task, your tone, and what to do when a tool refuses.\n"
_ACTIONS = '''"""How the {domain} domain acts. Drafted from {origin}: nothing is done until it is written."""

from collections.abc import Mapping
from typing import Any

from remit.domain.model import JsonObject
from remit.toolkit import {names}
from tools.{domain}.payloads import {payloads}
{classes}

TOOLS: Mapping[str, Tool[Any]] = {{
{listed}
}}
'''
_CLASS = '''

class {payload}Tool({base}[{payload}]):
    """{source}"""

    def execute(self, payload: {payload}, context: ToolContext) -> None:
        # {fill} do it, at most once per context.key
        raise ToolFailed("{name} is not written yet: nothing was done.")

    def expected(self, payload: {payload}, use: Use) -> JsonObject:
        # {fill} what the business system says once it is done
        return payload.model_dump(mode="json")

    def read_back(self, payload: {payload}, context: ReadContext) -> JsonObject | None:
        # {fill} what it says now
        return None
'''


def draft(sketch: Sketch) -> Mapping[str, str]:
    """Each file's text, by its path from the repository's root; the Cedar schema is generated, and cases are `cases_of`."""
    domain = sketch.domain
    return {
        f"charters/{domain}.yaml": _charter(sketch),
        f"policies/{domain}/policies.cedar": _filled(_RULES if sketch.asks else _NO_RULES, domain=domain),
        f"prompts/{domain}/{sketch.agent}.v1.md": _filled(_PROMPT, agent=sketch.agent),
        f"tools/{domain}/__init__.py": "",
        f"tools/{domain}/payloads.py": payload_module(sketch),
        f"tools/{domain}/actions.py": _actions(sketch),
    }


def cases_of(sketch: Sketch, fitting: Mapping[str, JsonObject]) -> Mapping[str, str]:
    """One case for each way in which a drafted domain decides; `fitting` has payloads that their models take, by tool."""
    reads = next((tool for tool in sketch.tools if tool.effect is Effect.READ and tool.name in fitting), None)
    asks = next((tool for tool in sketch.tools if tool.effect is not Effect.READ and tool.name in fitting), None)
    found: dict[str, str] = {}
    for tool, outcome, policies, route in (
        (reads, "ALLOW", [f"{sketch.domain}.matrix.{sketch.agent}"], None),
        (asks, "ESCALATE", [f"{sketch.domain}.irreversible"], "owner"),
    ):
        if tool is not None:
            asked = {} if route is None else {"route": route}
            case = {"tool": tool.name, "payload": fitting[tool.name], "facts": {}, **asked, "policies": policies}
            found[f"policies/{sketch.domain}/cases/{outcome}/{tool.own_name}.json"] = json.dumps(case, indent=2) + "\n"
    return found


def _charter(sketch: Sketch) -> str:
    return _filled(
        _CHARTER,
        domain=sketch.domain,
        origin=sketch.origin,
        agent=sketch.agent,
        shown="" if any(tool.effect is Effect.READ for tool in sketch.tools) else _filled(_NOT_SHOWN),
        cells="\n".join(f"      - {tool.name}" for tool in sketch.tools),
        tools="".join(map(_tool, sketch.tools)).rstrip(),
        routes=_filled(_ROUTE) if sketch.asks else "  {}\n",
    )


def _tool(tool: ToolSketch) -> str:
    reads = tool.effect is Effect.READ
    text = _filled(
        _TOOL,
        name=tool.name,
        description=json.dumps(tool.description, ensure_ascii=False),
        source=tool.source,
        hint=f". Hints, which nobody can rely on: {tool.hint}" if tool.hint else "",
        effect=tool.effect.value,
        payload=tool.payload,
        subject=subject_of(tool),
        route="" if reads else "owner",
        action="dynamodb:GetItem" if reads else "dynamodb:PutItem",
    )
    return text if reads else text + _VERIFY


def _actions(sketch: Sketch) -> str:
    names = {"ReadContext", "Tool", "ToolContext", "ToolFailed", "Use"}
    names |= {"ReadTool" for tool in sketch.tools if tool.effect is Effect.READ}
    return _filled(
        _ACTIONS,
        domain=sketch.domain,
        origin=sketch.origin,
        names=", ".join(sorted(names)),
        payloads=", ".join(sorted(tool.payload for tool in sketch.tools)),
        classes="".join(map(_class, sketch.tools)),
        listed="\n".join(f'    "{tool.name}": {tool.payload}Tool(),' for tool in sketch.tools),
    )


def _class(tool: ToolSketch) -> str:
    base = "ReadTool" if tool.effect is Effect.READ else "Tool"
    return _filled(_CLASS, payload=tool.payload, base=base, source=tool.source, name=tool.name)


def _filled(text: str, **values: str) -> str:
    return text.format(fill=FILL, **values)


def marks(text: str) -> Iterator[tuple[int, str]]:
    """The line and the words of each mark that is left."""
    for number, line in enumerate(text.splitlines(), 1):
        _, mark, words = line.partition(FILL)
        if mark:
            yield number, words.strip()
