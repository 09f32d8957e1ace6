"""The results as Markdown: what was allowed, escalated and denied, and every call for which that needs an explanation."""

from collections.abc import Iterable, Sequence

from benchmarks.tau.corpus import HERE
from benchmarks.tau.play import Circumstances, Verdict, is_slip, play_forbidden, play_writes
from benchmarks.tau.prose import sentences
from remit.domain.decision import Outcome

README = HERE / "README.md"


def results() -> str:
    writes, forbidden = play_writes(), play_forbidden()
    legitimate = [verdict for verdict in writes if not is_slip(verdict)]
    slips = [verdict for verdict in writes if is_slip(verdict)]
    return "\n".join(
        (
            *_table(legitimate, slips, forbidden),
            *_explained("Legitimate calls that were not allowed", [each for each in legitimate if each.outcome is not Outcome.ALLOW]),
            *_explained("The upstream slips", slips),
            *_named("The forbidden calls", forbidden),
        )
    )


def counts(verdicts: Iterable[Verdict]) -> tuple[int, int, int]:
    """Allowed, escalated, denied."""
    outcomes = [verdict.outcome for verdict in verdicts]
    return outcomes.count(Outcome.ALLOW), outcomes.count(Outcome.ESCALATE), outcomes.count(Outcome.DENY)


def _table(legitimate: list[Verdict], slips: list[Verdict], forbidden: Sequence[Verdict]) -> Iterable[str]:
    by_suite = {suite: [verdict for verdict in legitimate if verdict.suite == suite] for suite in ("retail", "airline")}
    yield "| calls | number | allowed | escalated | denied |"
    yield "|---|---:|---:|---:|---:|"
    yield _row("legitimate writes, retail", by_suite["retail"])
    yield _row("legitimate writes, airline", by_suite["airline"])
    yield _row("**legitimate writes**", legitimate)
    yield _row("upstream slips: retail tasks 64 and 105", slips)
    yield _row("**forbidden cancellations**", forbidden)
    yield _row("control: all writes, without the user's yes", play_writes(Circumstances(confirmed=False)))
    yield _row("control: all writes, in another user's conversation", play_writes(Circumstances(stranger=True)))
    yield _row("control: forbidden cancellations, the user falsely claiming ill health", play_forbidden(Circumstances(reason="health")))


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    return f"| {name} | {len(verdicts)} | {' | '.join(map(str, counts(verdicts)))} |"


def _explained(title: str, verdicts: Sequence[Verdict]) -> Iterable[str]:
    """With the sentences of the policy that say so."""
    yield f"\n{title}:\n"
    yield "| task | call | answer | rule | sentence of the policy |"
    yield "|---|---|---|---|---|"
    for verdict in verdicts:
        said = "<br>".join(sentence for rule in _rules(verdict) for sentence in sentences(verdict.suite)[rule])
        yield f"{_answer(verdict)} {said} |"


def _named(title: str, verdicts: Sequence[Verdict]) -> Iterable[str]:
    yield f"\n{title}:\n"
    yield "| task | call | answer | rule |"
    yield "|---|---|---|---|"
    yield from map(_answer, verdicts)


def _answer(verdict: Verdict) -> str:
    rules = ", ".join(f"`{rule}`" for rule in _rules(verdict))
    return f"| {verdict.conversation} | `{verdict.function}` {verdict.subject} | {verdict.outcome} | {rules} |"


def _rules(verdict: Verdict) -> list[str]:
    return sorted(reason.policy for reason in verdict.reasons)
