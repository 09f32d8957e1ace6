"""The results as a page."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.faults.scenarios import SCENARIOS, Result
from tests.faults.service import Kind

_HEAD = """\
# What comes of a fault

A governed action is played from its proposal to its run's end, with the retries that Step Functions, Lambda, the SDK and people make,
once for each way in which each of its calls to AWS can fail. The adapters are the deployed ones; DynamoDB, STS, S3 and Verified
Permissions are emulated in the same process, and Lambda, Step Functions and SES are stood in for. What was done is counted in the business
tables and the mail store, and letters where they arrive.

`make faults` plays it all and prints this page. `make test` plays half of the kinds at each call.

What must be done is done once, what must not be is not done, the ledger is complete, and every run ends. SES has no idempotency key: where
the answer to a letter is lost it is not sent again. Such a run ends as failed, its outcome is UNKNOWN, and a person is told; those are
counted as *told*, not as lost.

- **fails before it**: the call never arrives. **fails after it**: it has its effect, and no answer ever comes.
- **timeout**: it has its effect, the answer is lost, and the SDK asks again. **throttled**: refused, as often as it is asked.
- **killed before it**, **killed after it**: the process that makes the call ends there.
"""


def page(results: Sequence[Result]) -> str:
    """Of all results, in Markdown."""
    return "\n".join([_HEAD, *_by_scenario(results), "", *_by_point(results), "", summary(results), ""])


def summary(results: Sequence[Result]) -> str:
    """One sentence."""
    wrong = sum(not result.held for result in results)
    return f"{len(results):,} runs, {_sums(results)}: {wrong} not as they have to be."


def _sums(results: Sequence[Result]) -> str:
    effects, wanted = sum(result.effects for result in results), sum(result.wanted for result in results)
    lost, twice, told = (sum(counts) for counts in zip(*((r.lost, r.duplicated, r.told) for r in results), strict=True))
    return f"{effects:,} effects of {wanted:,} wanted, {lost} lost, {twice} duplicated, {told} told"


def _by_scenario(results: Sequence[Result]) -> Iterable[str]:
    yield from ("| scenario | tool | runs | wanted | effects | lost | duplicated | told |", "|---|---|---|---|---|---|---|---|")
    for scenario in SCENARIOS:
        of = [result for result in results if result.scenario == scenario.name]
        yield _row(f"{scenario.name} | `{scenario.steps[-1][0]}` | {len(of)} | {sum(result.wanted for result in of)}", of)


def _by_point(results: Sequence[Result]) -> Iterable[str]:
    """How many runs had a fault of each kind there, and what was not as it has to be."""
    yield f"| at | {' | '.join(Kind)} | effects | lost | duplicated | told |"
    yield "|---|" + "---|" * (len(Kind) + 4)
    for point in sorted({str(result.point) for result in results}):
        at = [result for result in results if str(result.point) == point]
        kinds = Counter(result.kind for result in at)
        yield _row(f"{point} | {' | '.join(str(kinds[kind]) for kind in Kind)}", at)


def _row(head: str, results: Sequence[Result]) -> str:
    counts = (sum(each) for each in zip(*((r.effects, r.lost, r.duplicated, r.told) for r in results), strict=True))
    return f"| {head} | {' | '.join(map(str, counts))} |"
