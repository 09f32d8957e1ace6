"""What a function's bundle may weigh and cost, relative to `import boto3` in the same run: CI holds each of them to it."""

from typing import NamedTuple


class Ceiling(NamedTuple):
    """Unzipped megabytes, and times boto3's CPU and peak memory."""

    megabytes: float
    cpu: float
    peak: float


# Of two functions with the same packages, one may import more of them.
CEILINGS = {
    "api": Ceiling(33, 3.0, 2.0),
    "approvals": Ceiling(34, 2.8, 1.7),
    "archiver": Ceiling(15.5, 2.7, 1.65),
    "asserter": Ceiling(15.5, 2.7, 1.6),
    "cascade": Ceiling(15.5, 2.7, 1.65),
    "executor": Ceiling(15.5, 2.3, 1.6),
    "extractor": Ceiling(40.5, 7.6, 2.9),
    "gate": Ceiling(34, 2.5, 1.6),
    "mailbox": Ceiling(15.5, 2.4, 1.6),
    "monitor": Ceiling(15.5, 2.4, 1.6),
    "policy_administration": Ceiling(15.5, 2.3, 1.55),
    "reasoner": Ceiling(40.5, 7.6, 2.9),
    "recorder": Ceiling(16, 2.4, 1.6),
    "sealer": Ceiling(15.5, 2.3, 1.6),
    "timekeeper": Ceiling(15.5, 2.3, 1.6),
}


class NoCeiling(LookupError):
    """The message says what to add where."""


def ceiling(kind: str) -> Ceiling:
    """Raises NoCeiling for a function that is new."""
    if kind not in CEILINGS:
        raise NoCeiling(f"lambdas/{kind} has no ceiling: add one to benchmarks/cold_start/ceilings.py, a little above what is measured.")
    return CEILINGS[kind]
