"""Time does not answer questions: it has their gates look at them again, until each has made of it what is to be made."""

from collections.abc import Iterator
from dataclasses import dataclass

from remit.approval_ports import Approvals
from remit.domain.approval import Approval
from remit.domain.errors import Unavailable
from remit.ports import Clock, Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class WakingPorts:
    """`domains` are those of the deployment."""

    domains: tuple[str, ...]
    approvals: Approvals
    gate: Gate
    clock: Clock


def wake_due(ports: WakingPorts) -> int:
    """Wake the gate of each question that is due; returns how many are. Raises Unavailable at the end if one could not be woken: it is
    due at the next time too."""
    due = [approval for domain in ports.domains for approval in ports.approvals.due_in(domain, ports.clock.now())]
    for failure in list(_failures(due, ports.gate)):
        raise failure
    return len(due)


def _failures(due: list[Approval], gate: Gate) -> Iterator[Unavailable]:
    """One gate that cannot be woken keeps no other asleep."""
    for approval in due:
        try:
            gate.resume(*approval.named)
        except Unavailable as failure:
            yield failure
