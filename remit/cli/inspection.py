"""The whole repository for static checks: each domain as it is committed, and what is wrong with its files themselves."""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.cedar_reader import CedarReader
from remit.charters import CharterError, lines_of, load_charter, load_charters, load_payloads
from remit.cli.checkout import judge_of
from remit.domain.cedar_schema import cedar_schema
from remit.domain.charter import Charter
from remit.domain.decision import Outcome
from remit.domain.finding import Finding
from remit.domain.intent import Requester
from remit.domain.labels import COMPANYS, Labels
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText, split_policies
from remit.generated import generated
from remit.machines import machine_findings, machine_notes, stray_machines
from remit.policies import standing_rules
from remit.scaffold.draft import marks
from remit.usecases.judge import Judge
from remit.usecases.offline import NOBODY, DoneBefore, Person, Question
from remit.usecases.verify import CaseFile, Subject, verify


class _Case(BaseModel):
    """A case file, as far as it is a question and its answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tool: str
    payload: JsonObject
    delegator: Person | None = None
    facts: dict[str, JsonObject]
    history: tuple[DoneBefore, ...] = ()
    carries: Labels = COMPANYS
    requester: Requester = NOBODY
    request: JsonObject = Field(default_factory=dict)
    agent: str | None = None
    route: str | None = None
    policies: tuple[str, ...]


class _Action(BaseModel):
    memberOf: tuple[Mapping[str, str], ...] = ()  # noqa: N815 (Cedar's name)


class _Namespace(BaseModel):
    """A Cedar schema, as far as it says which groups an action is in."""

    actions: Mapping[str, _Action]


class _Unusable(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def inspect(root: Path) -> tuple[Finding, ...]:
    """All findings of all domains, in the order of their files."""
    refused, charters = _charters(root)
    found = [*refused, *([] if refused else _together(charters, root))]
    for charter in charters:
        found += (*_domain(charter, root), *machine_findings(charter, root), *_left_to_fill(charter, root))
    # The machine behind POST /intents is every domain's.
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: (finding.file, finding.line)))


def notes(root: Path) -> tuple[str, ...]:
    """What a repository without findings leaves to be checked at run time."""
    return tuple(dict.fromkeys(note for charter in load_charters(root / "charters") for note in machine_notes(charter, root)))


def _charters(root: Path) -> tuple[list[Finding], list[Charter]]:
    refused, charters = [], []
    for path in sorted((root / "charters").glob("*.yaml")):
        try:
            charters.append(load_charter(path))
        except CharterError as error:
            refused.append(_refused(error, root))
    return refused, charters


def _together(charters: list[Charter], root: Path) -> Iterator[Finding]:
    """What only all charters together show."""
    try:
        load_charters(root / "charters")
    except CharterError as error:
        yield _refused(error, root)
        return
    yield from stray_machines(charters, root)
    for path, text in generated(root).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            what = "it is not what the charters and payloads generate"
            yield _finding(path, root, "schema-out-of-date", what, "Run 'python -m stacks.generated' and review the change")


def _left_to_fill(charter: Charter, root: Path) -> Iterator[Finding]:
    """What a draft left to a human, where it is marked."""
    domain = charter.domain
    written = (f"charters/{domain}.yaml", f"policies/{domain}/policies.cedar", f"tools/{domain}/*.py", f"prompts/{domain}/*.md")
    for path in sorted(found for pattern in written for found in root.glob(pattern)):
        for line, words in marks(path.read_text(encoding="utf-8")):
            left = _finding(
                path, root, "left-to-fill", f"this is for a human to decide: {words.rstrip('.')}", "Decide it, and remove the mark"
            )
            yield left.model_copy(update={"line": line})


def _refused(error: CharterError, root: Path) -> Finding:
    todo = "Correct the charter"
    return Finding(file=_name(error.path, root), line=error.line, rule="charter-refused", what=error.problem, todo=todo)


def _domain(charter: Charter, root: Path) -> Iterator[Finding]:
    try:
        subject = _subject(charter, root)
    except _Unusable as error:
        yield error.finding
        return
    yield from verify(subject)


def _subject(charter: Charter, root: Path) -> Subject:
    folder, path = root / "policies" / charter.domain, root / "charters" / f"{charter.domain}.yaml"
    payloads, schema = load_payloads(charter.domain), _schema(charter, root)
    rules = _rules(folder / "policies.cedar", root)
    return Subject(
        charter=charter,
        charter_file=_name(path, root),
        line_of=lines_of(path),
        rules=rules,
        rules_file=_name(folder / "policies.cedar", root),
        standing=standing_rules(schema),
        action_groups=_groups(schema),
        payloads={name: payloads[tool.payload] for name, tool in charter.tools.items()},
        implemented=_implemented(charter.domain),
        cases=tuple(_case(case, next(iter(charter.agents)), root) for case in sorted(folder.glob("cases/*/*.json"))),
        reader=CedarReader(schema),
        judge=_judge(charter, folder),
    )


def _judge(charter: Charter, folder: Path) -> Callable[[], Judge]:
    return lambda: judge_of(charter, folder)


def _schema(charter: Charter, root: Path) -> JsonObject:
    try:
        return cedar_schema(charter, load_payloads(charter.domain))
    except ValueError as error:
        path = root / "tools" / charter.domain / "payloads.py"
        raise _Unusable(_finding(path, root, "payload-without-type", str(error), "Give the field a type that Cedar has")) from error


def _rules(path: Path, root: Path) -> tuple[PolicyText, ...]:
    try:
        return split_policies(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        what = "there is no such file"
        raise _Unusable(_finding(path, root, "rules-refused", what, "Write it; with no rule to write, a comment will do")) from error
    except ValueError as error:
        # "line 12: what is wrong"
        line, _, what = str(error).removeprefix("line ").partition(": ")
        at = _finding(path, root, "rules-refused", what, "Correct the policy")
        raise _Unusable(at.model_copy(update={"line": int(line)})) from error


def _groups(schema: JsonObject) -> Mapping[str, tuple[str, ...]]:
    actions = _Namespace.model_validate(schema["Remit"]).actions
    return {name: tuple(group["id"] for group in action.memberOf) for name, action in actions.items()}


def _implemented(domain: str) -> frozenset[str]:
    try:
        return frozenset(importlib.import_module(f"tools.{domain}.actions").TOOLS)
    except ModuleNotFoundError:
        return frozenset()


def _case(path: Path, agent: str, root: Path) -> CaseFile:
    """By the agent that the file names, or else by this one."""
    try:
        case, outcome = _Case.model_validate(json.loads(path.read_text(encoding="utf-8"))), Outcome(path.parent.name)
    except ValueError as error:
        what = f"this is no case ({_first(error)})"
        todo = f"A case is a JSON file in a folder named {', '.join(Outcome)}, with tool, payload, facts and policies"
        raise _Unusable(_finding(path, root, "malformed-case", what, todo)) from error
    asked = {name: getattr(case, name) for name in ("tool", "payload", "delegator", "facts", "history", "carries", "requester", "request")}
    question = Question(id=path.stem, agent=case.agent or agent, **asked)
    return CaseFile(file=_name(path, root), question=question, outcome=outcome, route=case.route, policies=case.policies)


def _first(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _finding(path: Path, root: Path, rule: str, what: str, todo: str) -> Finding:
    return Finding(file=_name(path, root), line=1, rule=rule, what=what, todo=todo)


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
