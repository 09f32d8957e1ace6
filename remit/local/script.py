"""Scripts for the scripted model: which rule answers a conversation, and with what."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

_PLACEHOLDER = re.compile(r"\{(\w+)(?:\|(\w+))?(?:\*(\w+))?\}")
_TEXT_OF_A_RESULT = ("denied", "done")


class ScriptError(Exception):
    """A rule file that cannot be used; the message names the file and the field."""


def _cents(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 100)


_FILTERS: dict[str, Callable[[str], int]] = {"cents": _cents, "int": int}


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Situation(_Frozen):
    """What a rule looks at: the last user text, what the system prompt says is known, the reasons or content of the last tool result, if
    there is one, and all results since the user spoke, one a line."""

    user: str
    known: str = ""
    seen: str = ""
    denied: str | None = None
    done: str | None = None


class When(_Frozen):
    """Patterns for the parts of the situation. A result without a pattern must be absent; `{group}` in `known` is what the user's text
    has there."""

    user: Pattern = ""
    known: Pattern = ""
    seen: Pattern = ""
    denied: Pattern | None = None
    done: Pattern | None = None

    def match(self, situation: Situation) -> dict[str, str] | None:
        """The named groups, if every pattern is found."""
        values = {"denied": situation.denied or "", "done": situation.done or ""}
        looked_at = ((self.user, situation.user), (self.seen, situation.seen), (self.denied, situation.denied), (self.done, situation.done))
        for pattern, text in looked_at:
            found = _search(pattern, text)
            if found is None:
                return None
            values |= found
        known = _search(_PLACEHOLDER.sub(lambda match: re.escape(values.get(match[1], match[0])), self.known), situation.known)
        return None if known is None else values | known

    def names(self) -> set[str]:
        """What a template may use."""
        patterns = (self.user, self.known, self.seen, self.denied or "", self.done or "")
        return {name for pattern in patterns for name in re.compile(pattern).groupindex} | set(_TEXT_OF_A_RESULT)


class Call(_Frozen):
    """A tool call; `{group}`, `{group|cents}`, `{group|int}` and the product `{group*group}` in its arguments are filled in."""

    tool: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    arguments: dict[str, JsonValue]


class Rule(_Frozen):
    """One answer and when it is given."""

    when: When
    call: Call | None = None
    say: str | None = None

    @model_validator(mode="after")
    def _answers_once(self) -> "Rule":
        if (self.call is None) == (self.say is None):
            raise ValueError("give either call or say")
        for text in _texts(self.call.arguments if self.call else self.say):
            _check_template(text, self.when.names())
        return self


class Script(_Frozen):
    """The rules of one domain; it speaks where one of its tools is offered, or where none is and the prompt is as it says."""

    tools: tuple[str, ...] = Field(min_length=1)
    prompt: Pattern | None = None
    rules: tuple[Rule, ...] = Field(min_length=1)

    def speaks(self, offered: set[str], prompt: str) -> bool:
        if offered or self.prompt is None:
            return bool(offered & set(self.tools))
        return re.search(self.prompt, prompt) is not None

    def answer(self, situation: Situation) -> Call | str | None:
        """The first matching rule's tool call or text."""
        for rule in self.rules:
            values = rule.when.match(situation)
            if values is not None:
                return _filled(rule, values)
        return None


def load(path: Path) -> Script:
    """Read and check one rule file."""
    try:
        return Script.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as error:
        raise ScriptError(f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ScriptError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _search(pattern: str | None, text: str | None) -> dict[str, str] | None:
    """The named groups; none where neither pattern nor text is given."""
    if pattern is None and text is None:
        return {}
    found = None if pattern is None or text is None else re.search(pattern, text)
    return found.groupdict(default="") if found else None


def _filled(rule: Rule, values: Mapping[str, str]) -> Call | str:
    if rule.call is None:
        return _filled_text(rule.say or "", values)
    arguments = {name: _filled_value(value, values) for name, value in rule.call.arguments.items()}
    return Call(tool=rule.call.tool, arguments=arguments)


def _filled_value(template: JsonValue, values: Mapping[str, str]) -> JsonValue:
    """The template with its placeholders replaced; one that is a whole value keeps the type its filter gives."""
    if isinstance(template, dict):
        return {key: _filled_value(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled_value(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    return _value(whole, values) if whole else _filled_text(template, values)


def _filled_text(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(_value(match, values)), template)


def _value(placeholder: re.Match[str], values: Mapping[str, str]) -> str | int:
    text = values[placeholder[1]]
    if placeholder[3]:
        return int(text) * int(values[placeholder[3]])
    return _FILTERS[placeholder[2]](text) if placeholder[2] else text


def _texts(template: JsonValue) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict | list):
        for value in template.values() if isinstance(template, dict) else template:
            yield from _texts(value)


def _check_template(text: str, names: set[str]) -> None:
    for name, convert, factor in _PLACEHOLDER.findall(text):
        for group in filter(None, (name, factor)):
            if group not in names:
                raise ValueError(f"{{{group}}} is no named group of this rule's patterns")
        if convert and convert not in _FILTERS:
            raise ValueError(f"unknown filter {convert}; there is {', '.join(_FILTERS)}")
