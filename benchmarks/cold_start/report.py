"""All functions measured in one run, as the README's table."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.cold_start.ceilings import ceiling
from benchmarks.cold_start.measure import Measured, assets, measure
from benchmarks.policy.bundle import lambda_runtime
from benchmarks.results import measured_on

README = Path(__file__).resolve().parent / "README.md"
_RUNS = 5


def results() -> str:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for part in ("runtime", "compiled"):
            (scratch / part).mkdir()
        runtime = lambda_runtime(scratch / "runtime")
        found = {kind: measure(kind, asset, runtime, scratch / "compiled", _RUNS) for kind, asset in assets(scratch).items()}
    return "\n".join([*_table(found), "", f"{measured_on('boto3', 'pydantic', 'aws-lambda-powertools')}", ""])


def _table(found: Mapping[str, Measured]) -> Iterator[str]:
    yield "| function | unzipped | ceiling | CPU | of boto3's | ceiling | peak memory | of boto3's | ceiling |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    base = next(iter(found.values())).baseline
    yield f"| `import boto3` | | | {base.seconds * 1000:.0f} ms | 1.00 × | | {base.peak / 1e6:.0f} MB | 1.00 × | |"
    for kind, measured in found.items():
        yield _line(kind, measured)


def _line(kind: str, measured: Measured) -> str:
    most, cost = ceiling(kind), measured.cost
    cells = (
        f"{measured.megabytes:.1f} MB",
        f"{most.megabytes:g} MB",
        f"{cost.seconds * 1000:.0f} ms",
        f"{measured.cpu:.2f} ×",
        f"{most.cpu:.1f} ×",
        f"{cost.peak / 1e6:.0f} MB",
        f"{measured.peak:.2f} ×",
        f"{most.peak:.2f} ×",
    )
    return f"| {kind} | " + " | ".join(cells) + " |"
