"""The state machine files of the charters: found, and refused with the state and the way that are wrong."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from remit.charters import load_payloads
from remit.domain.charter import Charter
from remit.domain.finding import Finding
from remit.names import machine_variable
from remit.usecases.verify.machines import MachineFile, faulty_machine, left_to_the_gate

# The machine behind POST /intents, which every domain has; the one behind POST /runs/{id}/undo, where anything can be undone; and the one
# behind POST /facts/extract, where somebody reads logs.
_ACTION, _UNDO, _EXTRACT = "action", "undo", "extract"
_ENDING = ".asl.json"


class MachineError(Exception):
    """One line: file, line number, state, what is wrong with it, by which way, and what to do."""


def check_machines(charter: Charter, root: Path) -> None:
    """Raises MachineError for the first thing that is wrong with any of the charter's machines."""
    for finding in machine_findings(charter, root):
        raise MachineError(str(finding))


def machine_findings(charter: Charter, root: Path) -> Iterator[Finding]:
    """What is wrong with the machines of the charter's workflows and with those behind the API."""
    for workflow in _workflows(charter):
        path = _path(workflow, root)
        if path.is_file():
            yield from faulty_machine(machine_file(workflow, path.read_text(encoding="utf-8"), charter))
        else:
            what = f"there is no such file, and {charter.domain} has this workflow"
            yield Finding(file=_name(path, root), line=1, rule="no-machine", what=what, todo="Write it, or remove the workflow")


def machine_notes(charter: Charter, root: Path) -> Iterator[str]:
    """What is not wrong, and not proven either, of machines in which nothing is wrong."""
    for workflow in _workflows(charter):
        yield from left_to_the_gate(machine_file(workflow, _path(workflow, root).read_text(encoding="utf-8"), charter))


def stray_machines(charters: Iterable[Charter], root: Path) -> Iterator[Finding]:
    """Files that no workflow is made of: nobody says what may be done in them."""
    known = {_path(workflow, root) for charter in charters for workflow in _workflows(charter)}
    for path in sorted((root / "statemachines").glob(f"*{_ENDING}")):
        if path not in known:
            what = "no charter has a workflow of this name"
            yield Finding(file=_name(path, root), line=1, rule="stray-machine", what=what, todo="Name it in a charter, or remove it")


def machine_file(workflow: str, text: str, charter: Charter) -> MachineFile:
    """A text as the file of that workflow."""
    models, spec = load_payloads(charter.domain), charter.workflows.get(workflow)
    payloads = {name: models[tool.payload] for name, tool in charter.tools.items()}
    return MachineFile(
        name=f"statemachines/{workflow}{_ENDING}",
        text=text,
        charter=charter,
        agent=spec.agent if spec else None,
        payloads=payloads,
        pauses={f"${{{pause}Seconds}}": seconds for pause, seconds in spec.pauses.items()} if spec else {},
        opened={f"${{{machine_variable(each)}}}": each for each in charter.opened_by(spec.agent)} if spec else {},
    )


def _workflows(charter: Charter) -> tuple[str, ...]:
    undo, extract = (_UNDO,) if charter.undoes else (), (_EXTRACT,) if charter.scribe else ()
    return (_ACTION, *undo, *extract, *charter.workflows)


def _path(workflow: str, root: Path) -> Path:
    return root / "statemachines" / f"{workflow}{_ENDING}"


def _name(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
