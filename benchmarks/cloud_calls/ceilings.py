"""What one governed action may make AWS do at most: CI holds each kind to it."""

from typing import NamedTuple


class Ceiling(NamedTuple):
    """AWS calls of the gate, which is the control plane; of all functions; questions to Verified Permissions; states of the machine."""

    gate: int
    calls: int
    questions: int
    states: int


# A denial has been asked about once without an approval, and once for each of the two routes that could lift it.
CEILINGS = {"allow": Ceiling(8, 20, 1, 4), "escalate": Ceiling(24, 50, 4, 4), "deny": Ceiling(8, 14, 3, 4)}
