"""What a function's bundle may weigh and cost, relative to `import boto3` in the same run: CI holds each of them to it."""

from typing import NamedTuple


class Ceiling(NamedTuple):
    """Unzipped megabytes, and times boto3's CPU and peak memory."""

    megabytes: float
    cpu: float
    peak: float


# Of two functions with the same packages, one may import more of them.
CEILINGS = {
    "api": Ceiling(33, 3.0, 2.1),
    "approvals": Ceiling(34, 2.9, 1.8),
    "archiver": Ceiling(16, 2.7, 1.7),
    "asserter": Ceiling(16, 2.7, 1.7),
    "cascade": Ceiling(16, 2.7, 1.7),
    "executor": Ceiling(16, 2.4, 1.7),
    "extractor": Ceiling(42, 9.0, 3.0),
    "gate": Ceiling(34, 2.5, 1.7),
    "mailbox": Ceiling(16, 2.5, 1.7),
    "monitor": Ceiling(16, 2.5, 1.7),
    "policy_administration": Ceiling(16, 2.4, 1.7),
    "reasoner": Ceiling(42, 9.0, 3.0),
    "recorder": Ceiling(18, 2.5, 1.7),
    "sealer": Ceiling(16, 2.4, 1.7),
    "timekeeper": Ceiling(16, 2.4, 1.7),
}


class NoCeiling(LookupError):
    """The message says what to add where."""


def ceiling(kind: str) -> Ceiling:
    """Raises NoCeiling for a function that is new."""
    if kind not in CEILINGS:
        raise NoCeiling(f"lambdas/{kind} has no ceiling: add one to benchmarks/cold_start/ceilings.py, a little above what is measured.")
    return CEILINGS[kind]
