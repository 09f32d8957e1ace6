"""The shortest way from a machine's beginning to each of its states."""

from collections.abc import Collection, Mapping

from remit.domain.asl.machine import Machine


def ways(machine: Machine, without: Collection[str] = ()) -> Mapping[str, tuple[str, ...]]:
    """For each state that the outermost scope reaches: the states up to it, itself the last. Those left out lead nowhere."""
    start = machine.definition.start_at
    found: dict[str, tuple[str, ...]] = {} if start in without else {start: (start,)}
    ahead = list(found)
    while ahead:
        here = ahead.pop(0)
        for _, target in machine.states[here].following:
            if target not in found and target not in without:
                found[target] = (*found[here], target)
                ahead.append(target)
    return found
