"""Cedar's schema syntax as its JSON form, which is all that the service takes and which cedarpy does not write."""

import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(r'\s+|//[^\n]*|(?P<token>"(?:\\.|[^"\\])*"|\w+(?:::\w+)*|::|[^\s\w"])')
_ESCAPE = re.compile(r"\\(?:u\{(?P<code>[0-9a-fA-F]+)\}|x(?P<byte>[0-9a-fA-F]{2})|(?P<plain>.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}

Json = dict[str, Any]


def schema_json(text: str) -> Json:
    """The JSON form of a schema in Cedar syntax."""
    return _Reader(text).schema()


def _unescape(literal: str) -> str:
    def one(match: re.Match[str]) -> str:
        if code := match["code"] or match["byte"]:
            return chr(int(code, 16))
        return _PLAIN.get(match["plain"], match["plain"])

    return _ESCAPE.sub(one, literal[1:-1])


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = [match["token"] for match in _TOKEN.finditer(text) if match["token"]]
        self._at = 0

    def schema(self) -> Json:
        found: Json = {}
        while self._at < len(self._tokens):
            self._annotations()
            if self._accept("namespace"):
                name = self._next()
                self._expect("{")
                while not self._accept("}"):
                    self._declaration(found.setdefault(name, _namespace()))
            else:
                self._declaration(found.setdefault("", _namespace()))
        return found

    def _declaration(self, namespace: Json) -> None:
        self._annotations()
        kind = self._next()
        {"entity": self._entity, "action": self._action, "type": self._common_type}[kind](namespace)
        self._expect(";")

    def _entity(self, namespace: Json) -> None:
        names = self._listed(self._next)
        declared: Json = {}
        if self._accept("enum"):
            declared["enum"] = self._bracketed(self._name)
        if self._accept("in"):
            declared["memberOfTypes"] = self._bracketed(self._next)
        self._accept("=")
        if self._peek() == "{":
            declared["shape"] = self._type()
        if self._accept("tags"):
            declared["tags"] = self._type()
        namespace["entityTypes"].update(dict.fromkeys(names, declared))

    def _action(self, namespace: Json) -> None:
        names = self._listed(self._name)
        declared: Json = {}
        if self._accept("in"):
            declared["memberOf"] = self._bracketed(self._reference)
        if self._accept("appliesTo"):
            declared["appliesTo"] = self._applies_to()
        namespace["actions"].update(dict.fromkeys(names, declared))

    def _applies_to(self) -> Json:
        applies: Json = {"principalTypes": [], "resourceTypes": []}
        self._expect("{")
        while not self._accept("}"):
            part = self._next()
            self._expect(":")
            if part == "context":
                applies["context"] = self._type()
            else:
                applies[f"{part}Types"] = self._bracketed(self._next)
            self._accept(",")
        return applies

    def _common_type(self, namespace: Json) -> None:
        name = self._next()
        self._expect("=")
        namespace["commonTypes"][name] = self._type()

    def _type(self) -> Json:
        if self._peek() == "{":
            return self._record()
        name = self._next()
        if name == "Set" and self._accept("<"):
            element = self._type()
            self._expect(">")
            return {"type": "Set", "element": element}
        return {"type": "EntityOrCommon", "name": name}

    def _record(self) -> Json:
        attributes: Json = {}
        self._expect("{")
        while not self._accept("}"):
            self._annotations()
            name = self._name()
            required = not self._accept("?")
            self._expect(":")
            attributes[name] = {**self._type(), "required": required}
            self._accept(",")
        return {"type": "Record", "attributes": attributes}

    def _reference(self) -> Json:
        given = self._next()
        if self._accept("::"):
            return {"type": given, "id": _unescape(self._next())}
        return {"id": _unescape(given) if given.startswith('"') else given}

    def _name(self) -> str:
        given = self._next()
        return _unescape(given) if given.startswith('"') else given

    def _annotations(self) -> None:
        while self._accept("@"):
            self._next()
            if self._accept("("):
                self._next()
                self._expect(")")

    def _bracketed(self, one: Callable[[], Any]) -> list[Any]:
        if not self._accept("["):
            return [one()]
        found = [] if self._peek() == "]" else self._listed(one)
        self._expect("]")
        return found

    def _listed(self, one: Callable[[], Any]) -> list[Any]:
        found = [one()]
        while self._accept(","):
            found.append(one())
        return found

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _accept(self, token: str) -> bool:
        if self._at < len(self._tokens) and self._peek() == token:
            self._at += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        found = self._next()
        assert found == token, f"expected {token!r}, found {found!r} at token {self._at}"


def _namespace() -> Json:
    return {"entityTypes": {}, "actions": {}, "commonTypes": {}}
