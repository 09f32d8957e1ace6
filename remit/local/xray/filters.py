"""Filter expressions, as far as traces are looked for here: annotations, services and faults, joined by AND.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
"""

import re
from collections.abc import Callable

from remit.local.xray.traces import Trace

Filter = Callable[[Trace], bool]

_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_ANNOTATION = re.compile(r'annotation(?:\.(\w+)|\[(?:"([^"]+)"|([\w.]+))\])\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?)|(true|false))')
_SERVICE = re.compile(r'service\(\s*"([^"]*)"\s*\)')
_FLAG = re.compile(r"(!?)\s*(fault|error|throttle)")


class UnknownFilter(Exception):
    """The message names the part that is not understood."""


def parse(expression: str) -> Filter:
    """Raises UnknownFilter for what is not understood: passing everything would be the wrong answer."""
    parts = [_part(part.strip()) for part in _AND.split(expression.strip())]
    return lambda trace: all(part(trace) for part in parts)


def _part(text: str) -> Filter:
    if found := _ANNOTATION.fullmatch(text):
        return _annotated(found)
    if found := _SERVICE.fullmatch(text):
        name = found[1]
        return lambda trace: any(segment["name"] == name for segment in trace.segments)
    if found := _FLAG.fullmatch(text):
        wanted, flag = not found[1], found[2]
        return lambda trace: trace.marked(flag) is wanted
    raise UnknownFilter(f"The filter expression is not understood here: {text}")


def _annotated(found: re.Match[str]) -> Filter:
    key = found[1] or found[2] or found[3]
    wanted = _value(found)
    return lambda trace: any(name == key and value == wanted and type(value) is type(wanted) for name, value, _ in trace.annotations())


def _value(found: re.Match[str]) -> str | int | float | bool:
    text, number, truth = found[4], found[5], found[6]
    if text is not None:
        return re.sub(r"\\(.)", r"\1", text)
    return truth == "true" if truth else float(number) if "." in number else int(number)
