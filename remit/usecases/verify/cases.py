"""The committed cases: each is decided as it says, and each policy that is enforced determines one."""

from collections.abc import Iterator, Mapping

from remit.domain.charter import Charter
from remit.domain.finding import Finding
from remit.usecases.offline import Verdict, decide_offline
from remit.usecases.verify.subject import CaseFile, Subject


def undecided(subject: Subject) -> Iterator[Finding]:
    judge = subject.judge()
    verdicts = {case.file: decide_offline(case.question, judge) for case in subject.cases}
    yield from (_otherwise(case, verdicts[case.file]) for case in subject.cases if _said(verdicts[case.file]) != _wanted(case))
    yield from _without_case(subject, verdicts)


def _without_case(subject: Subject, verdicts: Mapping[str, Verdict]) -> Iterator[Finding]:
    determining = {policy for verdict in verdicts.values() for policy in verdict.policies}
    todo = f"Add a file under policies/{subject.charter.domain}/cases that shows it"
    for rule in subject.rules:
        if rule.id in subject.trees and rule.id not in determining:
            yield subject.at_rule(rule, "policy-without-case", "it determines no case", todo)
    for field, permit in _rows(subject.charter):
        if permit not in determining:
            yield subject.at_field(field, "policy-without-case", f"{permit} determines no case", todo)


def _rows(charter: Charter) -> Iterator[tuple[str, str]]:
    """The rows of the permission matrix: where each is declared, and its permit."""
    yield from ((f"agents.{agent}", f"{charter.domain}.matrix.{agent}") for agent in charter.agents)
    yield from ((f"groups.{group}", f"{charter.domain}.matrix.group.{group}") for group in charter.groups)


def _otherwise(case: CaseFile, verdict: Verdict) -> Finding:
    what = f"this is decided as {_words(*_said(verdict))}, not as {_words(*_wanted(case))}"
    return Finding(file=case.file, line=1, rule="case-decided-otherwise", what=what, todo="Correct the rule, or the case")


def _said(verdict: Verdict) -> tuple[str, str | None, tuple[str, ...]]:
    return verdict.outcome.value, verdict.route, tuple(sorted(verdict.policies))


def _wanted(case: CaseFile) -> tuple[str, str | None, tuple[str, ...]]:
    return case.outcome.value, case.route, tuple(sorted(case.policies))


def _words(outcome: str, route: str | None, policies: tuple[str, ...]) -> str:
    return f"{outcome}{f' to {route}' if route else ''} by {', '.join(policies) or 'nothing'}"
