"""JSON text with the line of every value in it, so that a problem can be pointed at."""

import json
import re
from collections.abc import Iterator

from remit.domain.model import Json

Place = tuple[str | int, ...]

_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class AslError(ValueError):
    """A file that is no state machine: the line, and what is wrong there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line, self.problem = line, problem


class Source:
    """The text's value, and where its parts begin."""

    def __init__(self, text: str) -> None:
        self.data = _parse(text)
        self._lines: dict[Place, int] = {}
        self._signs = _signs(text)
        self._read(())

    def line(self, place: Place) -> int:
        """Of the part, or of the nearest part around it."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def _read(self, place: Place) -> str:
        """Note where a value begins, and pass over it; returns the first sign after it if it closes what is around it."""
        line, sign = next(self._signs)
        if place in self._lines:
            raise AslError(line, f"'{place[-1]}' is there twice")
        if sign in {"}", "]"}:
            return sign
        self._lines[place] = line
        if sign == "{":
            self._read_object(place)
        elif sign == "[":
            self._read_array(place)
        return ""

    def _read_object(self, place: Place) -> None:
        for _, sign in self._signs:
            if sign == "}":
                return
            if sign != ",":
                next(self._signs)
                self._read((*place, json.loads(sign)))

    def _read_array(self, place: Place) -> None:
        index = 0
        while self._read((*place, index)) != "]":
            index += 1
            if next(self._signs)[1] == "]":
                return


def _parse(text: str) -> Json:
    try:
        data: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise AslError(error.lineno, f"this is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise AslError(1, "this is no state machine: it is nested too deeply") from error
    return data


def _signs(text: str) -> Iterator[tuple[int, str]]:
    line, counted = 1, 0
    for match in _SIGN.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        yield line, match.group()
