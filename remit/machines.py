"""The state machine files of the charters: found, and refused with the state and the way that are wrong."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from remit.charters import load_payloads
from remit.domain.charter import Charter
from remit.domain.finding import Finding
from remit.usecases.verify.machines import MachineFile, faulty_machine, left_to_the_gate

# The machine behind POST /intents, which every domain has.
_ACTION = "action"
_ENDING = ".asl.json"


class MachineError(Exception):
    """One line: file, line number, state, what is wrong with it, by which way, and what to do."""


def check_machines(charter: Charter, root: Path) -> None:
    """Raises MachineError for the first thing that is wrong with any of the charter's machines."""
    for finding in machine_findings(charter, root):
        raise MachineError(str(finding))


def machine_findings(charter: Charter, root: Path) -> Iterator[Finding]:
    """What is wrong with the machines of the charter's workflows and with the one behind POST /intents."""
    for path, agent in _paths(charter, root).items():
        if path.is_file():
            yield from faulty_machine(_read(path, agent, charter, root))
        else:
            what = f"there is no such file, and {charter.domain} has this workflow"
            yield Finding(file=_name(path, root), line=1, rule="no-machine", what=what, todo="Write it, or remove the workflow")


def machine_notes(charter: Charter, root: Path) -> Iterator[str]:
    """What is not wrong, and not proven either, of machines in which nothing is wrong."""
    for path, agent in _paths(charter, root).items():
        yield from left_to_the_gate(_read(path, agent, charter, root))


def stray_machines(charters: Iterable[Charter], root: Path) -> Iterator[Finding]:
    """Files that no workflow is made of: nobody says what may be done in them."""
    known = {path for charter in charters for path in _paths(charter, root)}
    for path in sorted((root / "statemachines").glob(f"*{_ENDING}")):
        if path not in known:
            what = "no charter has a workflow of this name"
            yield Finding(file=_name(path, root), line=1, rule="stray-machine", what=what, todo="Name it in a charter, or remove it")


def _paths(charter: Charter, root: Path) -> Mapping[Path, str | None]:
    """Each file, with the agent that acts in it; none where whoever starts it says so."""
    agents = {_ACTION: None, **{name: spec.agent for name, spec in charter.workflows.items()}}
    return {root / "statemachines" / f"{workflow}{_ENDING}": agent for workflow, agent in agents.items()}


def _read(path: Path, agent: str | None, charter: Charter, root: Path) -> MachineFile:
    models = load_payloads(charter.domain)
    payloads = {name: models[tool.payload] for name, tool in charter.tools.items()}
    text = path.read_text(encoding="utf-8")
    return MachineFile(name=_name(path, root), text=text, charter=charter, agent=agent, payloads=payloads)


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
