"""One state machine file, and the charter that it has to keep to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from remit.domain.asl.machine import Located
from remit.domain.charter import Charter
from remit.domain.finding import Finding
from remit.domain.payload import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFile:
    """`agent` is the one that acts in it, None where whoever starts it says so; payload models are by tool; `pauses` are the seconds of its
    Wait states, by their names in the file with ${…}, and so are the workflows that its agent's messages open."""

    name: str
    text: str
    charter: Charter
    agent: str | None
    payloads: Mapping[str, type[Payload]]
    pauses: Mapping[str, int] = field(default_factory=dict)
    opened: Mapping[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> Sequence[str]:
        """All that may be chosen in it."""
        return self.charter.agents[self.agent].tools if self.agent else tuple(self.charter.tools)

    def at(self, located: Located, rule: str, what: str, todo: str) -> Finding:
        return Finding(file=self.name, line=located.line, rule=rule, what=f"{located.name}: {what}", todo=todo)


def way(states: Sequence[str]) -> str:
    return " -> ".join(states)
