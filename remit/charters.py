"""Charters as files: read, checked against the payload models, and refused with the line and the field that are wrong."""

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from remit.domain.assertion import Assertion
from remit.domain.charter import Charter
from remit.domain.compensation import unbuildable
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.domain.tool_spec import FACTS_ASSERT, ToolSpec
from remit.domain.wording import fields_of
from remit.names import action_workflow, extract_workflow, undo_workflow


class CharterError(Exception):
    """One line: file, line number, field, and what is wrong with it."""

    def __init__(self, path: Path, line: int, field: str, problem: str) -> None:
        self.path, self.line = path, line
        self.problem = ": ".join(part for part in (field, problem) if part)
        super().__init__(f"{path}:{line}: {self.problem}")


def load_charters(folder: Path) -> tuple[Charter, ...]:
    """Every charter in the folder, by domain. Raises CharterError, also if two of them claim one name."""
    paths = sorted(folder.glob("*.yaml"))
    charters = tuple(load_charter(path) for path in paths)
    seen: dict[tuple[str, str], Path] = {}
    for path, charter in zip(paths, charters, strict=True):
        for kind, name, field in _names_claimed(charter):
            if (kind, name) in seen:
                raise _Source(path).error(field, f"{seen[kind, name]} already has {kind} of this name")
            seen[kind, name] = path
    return charters


def _names_claimed(charter: Charter) -> Iterator[tuple[str, str, str]]:
    """What only one charter can have, as (kind, name, field): an agent is stopped by its name alone, and resources are named
    after domain and part, so that part `c` of domain `a-b` would be part `b-c` of domain `a`."""
    behind_the_api = (make(charter.domain) for make in (action_workflow, undo_workflow, extract_workflow))
    for workflow in (*charter.workflows, *behind_the_api):
        yield "a workflow", workflow, f"workflows.{workflow}"
    for agent in charter.agents:
        yield "an agent", agent, f"agents.{agent}"
        yield "an agent's role", f"{charter.domain}-{agent}", f"agents.{agent}"
    for namespace in charter.namespaces:
        yield "a namespace", namespace, f"namespaces.{namespace}"
    for table in charter.tables:
        yield "a table", f"{charter.domain}-{table}", f"tables.{table}"
    for name, sender in charter.senders.items():
        yield "a sender", sender.address.lower(), f"senders.{name}"


def load_charter(path: Path) -> Charter:
    """Raises CharterError unless the file is a charter whose every name is declared and whose payload models exist."""
    source = _Source(path)
    try:
        charter = Charter.model_validate(source.data)
    except ValidationError as error:
        raise source.invalid(error.errors(include_url=False)[0]) from error
    for field, problem in _problems(charter, path):
        raise source.error(field, problem)
    return charter


def load_payloads(domain: str) -> Mapping[str, type[Payload]]:
    """The payload models of tools/<domain>/payloads.py, by class name. Raises ModuleNotFoundError."""
    module = importlib.import_module(f"tools.{domain}.payloads")
    return {name: value for name, value in vars(module).items() if _is_payload(value, module)}


def lines_of(path: Path) -> Callable[[str], int]:
    """For a charter that loads: the line of a field by its dotted path, or of the nearest field around it."""
    return _Source(path).line_of


def charter_schema() -> JsonObject:
    """JSON schema of a charter, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Charter.model_json_schema()}


def _is_payload(value: object, module: ModuleType) -> bool:
    return isinstance(value, type) and issubclass(value, Payload) and value.__module__ == module.__name__


def _problems(charter: Charter, path: Path) -> Iterator[tuple[str, str]]:
    """What the schema cannot see, as (field, problem)."""
    if charter.domain != path.stem:
        yield "domain", f"'{charter.domain}' is not the name of the file"
        return
    try:
        payloads = load_payloads(charter.domain)
    except ModuleNotFoundError:
        yield "domain", f"there is no tools/{charter.domain}/payloads.py"
        return
    yield from _payload_problems(charter, payloads)


def _payload_problems(charter: Charter, payloads: Mapping[str, type[Payload]]) -> Iterator[tuple[str, str]]:
    for name, tool in charter.tools.items():
        if tool.payload not in payloads:
            yield f"tools.{name}.payload", f"tools/{charter.domain}/payloads.py has no Payload '{tool.payload}'"
            return
        if tool.asserts != issubclass(payloads[tool.payload], Assertion):
            yield f"tools.{name}.payload", f"the payload of {FACTS_ASSERT}, and of nothing else, is an Assertion of remit.domain.assertion"
        fields = payloads[tool.payload].model_fields
        if unknown := _unknown_fields(tool, fields):
            yield f"tools.{name}.asks", unknown
        if tool.resource and tool.resource.field not in fields:
            yield f"tools.{name}.resource.field", f"{tool.payload} has no field '{tool.resource.field}'"
        for field in tool.destination:
            if field not in fields:
                yield f"tools.{name}.destination.{field}", f"{tool.payload} has no field '{field}'"
        for field, named in _spent_fields(tool):
            if named not in fields:
                yield f"tools.{name}.spends.{field}", f"{tool.payload} has no field '{named}'"
        for fact in tool.facts:
            if charter.facts[fact].key not in fields:
                yield f"facts.{fact}.key", f"{tool.payload}, the payload of {name}, has no field '{charter.facts[fact].key}'"
        yield from _subject_problems(name, charter, payloads)
        yield from unbuildable(name, charter.tools, payloads)


def _subject_problems(name: str, charter: Charter, payloads: Mapping[str, type[Payload]]) -> Iterator[tuple[str, str]]:
    """A subject that one of the two payloads does not name would never be the same."""
    for index, requirement in enumerate(charter.tools[name].requires):
        for own, theirs in requirement.same.items():
            for tool, field in ((name, own), (requirement.tool, theirs)):
                model = payloads.get(charter.tools[tool].payload)
                if model and field not in model.model_fields:
                    yield f"tools.{name}.requires.{index}.same.{own}", f"{model.__name__}, the payload of {tool}, has no field '{field}'"


def _spent_fields(tool: ToolSpec) -> Iterable[tuple[str, str]]:
    return () if tool.spends is None else (("amount", tool.spends.amount), ("currency", tool.spends.currency))


def _unknown_fields(tool: ToolSpec, fields: Collection[str]) -> str | None:
    try:
        named = list(fields_of(tool.asks or ""))
    except ValueError as error:
        return f"these words cannot be filled: {error}"
    return next((f"{tool.payload} has no field '{field}'" for field in named if field not in fields), None)


class _Source:
    """The YAML text with the place of every field, by its dotted path."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._nodes: dict[str, yaml.Node] = {}
        self.data: object = None
        try:
            self._read(path.read_text(encoding="utf-8"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CharterError(path, line, "", error.problem or "this is not YAML") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise CharterError(path, 1, "", "this is not YAML text in UTF-8") from error

    def _read(self, text: str) -> None:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        for field, node in _fields(root):
            if field in self._nodes:
                raise CharterError(self._path, _line(node), field, "this key is there twice")
            self._nodes[field] = node
        self.data = yaml.SafeLoader("").construct_document(root) if root else None

    def error(self, field: str, problem: str) -> CharterError:
        """At the field's line, or at that of the nearest field around it."""
        return CharterError(self._path, self.line_of(field), field, problem)

    def invalid(self, detail: ErrorDetails) -> CharterError:
        if detail["type"] == "value_error":
            return self._undeclared(detail["msg"].removeprefix("Value error, "))
        return self.error(".".join(str(part) for part in detail["loc"] if not str(part).startswith("[")), detail["msg"])

    def _undeclared(self, message: str) -> CharterError:
        """The charter names the field that refers and the name, as "<field>: '<name>' is not …": find the very reference."""
        field, problem = message.split(": ", 1)
        name = problem.split("'")[1]
        here = (path for path, node in self._nodes.items() if _within(path, field) and node.value == name)
        return self.error(next(here, field), problem)

    def line_of(self, field: str) -> int:
        while field and field not in self._nodes:
            field = field.rpartition(".")[0]
        return _line(self._nodes[field]) if field else 1


def _within(path: str, field: str) -> bool:
    return path == field or path.startswith(f"{field}.")


def _fields(node: yaml.Node | None, field: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """Every value with its dotted path, outside in."""
    if field and node:
        yield field, node
    for name, value in _children(node):
        yield from _fields(value, f"{field}.{name}" if field else name)


def _children(node: yaml.Node | None) -> Iterable[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [(str(index), value) for index, value in enumerate(node.value)]
    return []


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
