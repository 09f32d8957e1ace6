"""What was synthesised and simulated, for the benchmark's README and for docs/scale.md."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.results import measured_on
from benchmarks.scale.corpus import AGENTS, AGENTS_A_DOMAIN, TOOLS, charters
from benchmarks.scale.model import TARGET, Passed, Quota, quotas, raised, simulate
from benchmarks.scale.synth import MOST_BYTES, MOST_ENVIRONMENT_BYTES, MOST_RESOURCES, Synthesis, synthesise

README = Path(__file__).resolve().parent / "README.md"
PAGE = README.parents[2] / "docs" / "scale.md"
DOMAINS = AGENTS // AGENTS_A_DOMAIN


def synthesis(domains: int) -> str:
    """Of what all agents share, and of so many of the domains' stacks, which are all alike."""
    done = synthesise(tuple(charters()), domains)
    return "\n".join([*_sizes(done), "", *_times(done, domains), "", measured_on("aws-cdk-lib"), ""])


def simulation() -> str:
    """On paper, then by simulation: as deployed, and with every quota moved that has to be."""
    stages = quotas(DOMAINS, AGENTS)
    before, after = simulate(stages), simulate(raised(stages))
    return "\n".join([*_paper(stages), "", *_simulated(before, after), ""])


def _sizes(done: Synthesis) -> Iterator[str]:
    yield f"| largest of {len(done.templates)} stacks | | CloudFormation or Lambda takes |"
    yield "|---|---:|---:|"
    for what, unit, most in (
        ("resources", "resources", MOST_RESOURCES),
        ("size", "bytes of template", MOST_BYTES),
        ("environment", "bytes of a function's environment", MOST_ENVIRONMENT_BYTES),
    ):
        found = done.largest(what)
        yield f"| {unit} (`{found.stack}`) | {getattr(found, what):,} | {most:,} |"


def _times(done: Synthesis, domains: int) -> Iterator[str]:
    yield f"{AGENTS:,} agents with {TOOLS} tools each, in {DOMAINS} domains. Synthesised without bundles: the stacks that they share,"
    yield f"and {domains} of the domains' stacks, in {done.seconds:.0f} s, which is {done.seconds / len(done.templates):.1f} s a stack."


def _paper(stages: Sequence[Quota]) -> Iterator[str]:
    yield f"| quota, as an action meets them | a second | an action takes | actions a second | holds {TARGET:,} | moved by |"
    yield "|---|---:|---:|---:|---|---|"
    for stage in stages:
        rate = f"{stage.rate:,.0f}" + (f" × {stage.shards:,}" if stage.shards > 1 else "")
        holds = "yes" if stage.actions >= TARGET else "no"
        yield f"| [{stage.name}]({stage.source}) | {rate} | {stage.each:g} | {stage.actions:,.0f} | {holds} | {stage.moved_by} |"


def _simulated(before: Sequence[Passed], after: Sequence[Passed]) -> Iterator[str]:
    yield f"| after 60 s of {TARGET:,} a second | as deployed: passed a second | waiting | moved: passed a second | waiting |"
    yield "|---|---:|---:|---:|---:|"
    for one, other in zip(before, after, strict=True):
        yield f"| {one.quota.name} | {one.per_second:,.0f} | {one.waiting:,} | {other.per_second:,.0f} | {other.waiting:,} |"
