"""What each state makes of the data that it gets, on each way out of it."""

from collections.abc import Mapping

from remit.domain.asl.document import Document, Origin, Path, constant, filled, parse_path
from remit.domain.asl.machine import Located
from remit.domain.asl.states import Catcher, Map, Parallel, Pass, Task

Parts = Mapping[Path, Origin | None]
_UNKNOWN: Parts = {(): None}


def after(located: Located, document: Document, result: Parts | None = None) -> Document:
    """The data with which the machine goes on when nothing went wrong; `result` is what branches brought together."""
    name, state = located.name, located.state
    document = document.forget(name)
    match state:
        case Task() | Map() | Parallel():
            raw = Document.of(result or {(): Origin(name)})
            made = raw.below(()) if state.result_selector is None else filled(state.result_selector, raw, name)
            document = _put(document, state.result_path, made)
        case Pass():
            document = _put(document, state.result_path, _passed_on(state, document, name))
        case _:
            document = part(document, getattr(state, "input_path", "$"))
    return part(document, getattr(state, "output_path", "$"))


def after_error(located: Located, catcher: Catcher, document: Document) -> Document:
    """The data with which the machine goes on after a caught error."""
    return _put(document.forget(located.name), catcher.result_path, {(): Origin(located.name, ("(error)",))})


def part(document: Document, path: str | None) -> Document:
    """What an InputPath or OutputPath leaves of the data."""
    steps = None if path is None else parse_path(path)
    return Document.of(_UNKNOWN if steps is None else document.below(steps))


def _passed_on(state: Pass, document: Document, name: str) -> Parts:
    if "result" in state.model_fields_set:
        return {(): constant(state.result)}
    effective = part(document, state.input_path)
    return effective.below(()) if state.parameters is None else filled(state.parameters, effective, name)


def _put(document: Document, path: str | None, made: Parts) -> Document:
    if path is None:
        return document
    steps = parse_path(path)
    return Document.of(_UNKNOWN) if steps is None else document.put(steps, made)
