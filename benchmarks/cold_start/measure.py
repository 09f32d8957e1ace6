"""Each kind of function: its asset as it would be deployed here, what that weighs, and what importing its handler costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import App

from app import compose
from benchmarks.policy.bundle import Cost, least_costs

BASELINE = "boto3"


@dataclass(frozen=True, slots=True)
class Measured:
    """`cost` beside boto3's, each the least of several runs."""

    megabytes: float
    cost: Cost
    baseline: Cost

    @property
    def cpu(self) -> float:
        return self.cost.seconds / self.baseline.seconds

    @property
    def peak(self) -> float:
        return self.cost.peak / self.baseline.peak


def assets(scratch: Path) -> Mapping[str, Path]:
    """By kind, which is the folder under lambdas/: as `cdk synth` makes them for this machine."""
    app = App(outdir=str(scratch / "cdk.out"), context={"stage": "local"})
    compose(app)
    app.synth()
    return by_kind((scratch / "cdk.out").glob("asset.*"))


def by_kind(assets: Iterable[Path]) -> dict[str, Path]:
    """The heaviest bundle of each kind: those of other domains and agents are made alike."""
    found: dict[str, list[Path]] = {}
    for asset in assets:
        for handler in asset.glob("lambdas/*/handler.py"):
            found.setdefault(handler.parent.name, []).append(asset)
    return {kind: max(bundles, key=weight) for kind, bundles in sorted(found.items())}


def measure(kind: str, asset: Path, runtime: Path, scratch: Path, runs: int) -> Measured:
    """`scratch` keeps compiled code, which is there in a deployed bundle's second start too."""
    module = f"lambdas.{kind}.handler"
    costs = least_costs([BASELINE, module], [asset, runtime], scratch, runs)
    return Measured(weight(asset), costs[module], costs[BASELINE])


def weight(asset: Path) -> float:
    """Unzipped megabytes, of which Lambda takes 250."""
    return sum(path.stat().st_size for path in asset.rglob("*") if path.is_file()) / 1e6
