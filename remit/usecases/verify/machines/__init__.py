"""State machines: each act is governed, bounded in time, and comes after what its tool requires, on every way through the machine."""

from collections.abc import Iterator

from remit.domain.asl.machine import Machine, read_machine
from remit.domain.asl.source import AslError
from remit.domain.finding import Finding
from remit.usecases.verify.machines.errors import badly_handled
from remit.usecases.verify.machines.order import disorder, unproven
from remit.usecases.verify.machines.subject import MachineFile
from remit.usecases.verify.machines.tasks import badly_made

__all__ = ["MachineFile", "faulty_machine", "left_to_the_gate"]


def faulty_machine(file: MachineFile) -> Iterator[Finding]:
    """All findings of one kind: the states by themselves, what they do about errors, the order of things. What comes later in this list is
    only looked at when there is nothing wrong before."""
    try:
        machine = read_machine(file.text)
    except AslError as error:
        yield Finding(file=file.name, line=error.line, rule="no-machine", what=error.problem, todo="Correct the file")
        return
    yield from tuple(badly_made(machine, file)) or tuple(badly_handled(machine, file)) or disorder(machine, file)


def left_to_the_gate(file: MachineFile) -> Iterator[str]:
    """One sentence for each state of a machine without faults whose preconditions only the gate can check, at run time."""
    machine: Machine = read_machine(file.text)
    for located, tools in unproven(machine, file):
        where = f"{file.name}:{located.line}: {located.name}"
        yield f"{where} governs a tool that is chosen at run time: what {' and '.join(tools)} ask for first is checked by the gate alone."
