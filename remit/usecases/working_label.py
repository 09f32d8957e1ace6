"""What a run has taken in so far, by its record and its charter: the label under which it works, whatever its models say."""

from collections.abc import Iterable, Iterator

from remit.domain.charter import Charter
from remit.domain.fact import Fact
from remit.domain.history import History, labels_shown
from remit.domain.intent import Intent
from remit.domain.labels import COMPANYS, Carried, Content, Labels, carried, contents, joined
from remit.domain.memory import Integrity
from remit.domain.message import labels_of
from remit.domain.model import Json, JsonObject
from remit.domain.tool_spec import ToolSpec


def carried_by(intent: Intent, history: History, charter: Charter, facts: Iterable[Fact], reasoning: JsonObject) -> Carried:
    """What the intent's payload carries. `facts` are those of the decision, `reasoning` is a model call that is not in the record yet."""
    taken = (*_taken(history, charter), *(Content(labels=labels) for labels in labels_shown(reasoning)))
    return carried(intent.payload, charter.tools[intent.tool].destination, taken, _known(facts))


def result_labels(result: JsonObject, tool: ToolSpec) -> Labels:
    """What the whole of a tool's result carries."""
    return joined(content.labels for content in contents(result, tool.source))


def _taken(history: History, charter: Charter) -> Iterator[Content]:
    """What it was started with, what its tools returned, what its models were shown of memory, and so of each run that it asked for."""
    given: JsonObject = {name: history.opening[name] for name in ("input", "intent") if name in history.opening}
    yield Content(labels=labels_of(history.opening) or _given_labels(history, charter), value=given)
    for step in history.steps:
        tool = charter.tools.get(step.tool)
        yield from contents(step.observed, tool.source if tool else {})
    yield from (Content(labels=labels) for labels in history.shown)
    for child in history.children:
        yield from _taken(child, charter)


def _given_labels(history: History, charter: Charter) -> Labels:
    workflow = charter.workflows.get(str(history.opening.get("workflow")))
    return workflow.source if workflow else COMPANYS


def _known(facts: Iterable[Fact]) -> Iterator[Json]:
    """A fact that only an outsider stated vouches for nothing."""
    for fact in facts:
        if fact.attributes.get("integrity") != Integrity.EXTERNAL:
            yield dict(fact.attributes)
