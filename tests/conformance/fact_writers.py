"""Sixteen who write to one fact at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from remit.domain.errors import VersionConflict
from remit.domain.fact_key import FactKey
from remit.domain.ledger import broken_link
from remit.domain.operation import Result
from remit.usecases.facts import FactPorts, chain_of, change_fact
from tests.fakes.memory import add, by, retract, update

WRITERS = 16


def all_are_kept(about: FactKey, times: int, connect: Callable[[], FactPorts]) -> None:
    """Each writer updates `times` times, whatever stands: every update becomes one version, and none is missing."""
    change_fact(add(about, "0"), by("owner"), connect())

    def write(writer: int) -> list[int]:
        facts, author = connect(), by("owner", f"writer-{writer}")
        settled = [change_fact(update(about, f"{writer}.{number}"), author, facts) for number in range(times)]
        return [each.statement.version for each in settled if each.statement is not None]

    with ThreadPoolExecutor(WRITERS) as pool:
        written = [version for versions in pool.map(write, range(WRITERS)) for version in versions]
    kept = connect().store.versions(about)
    assert sorted(written) == list(range(2, WRITERS * times + 2))
    assert [each.version for each in kept] == list(range(1, WRITERS * times + 2))
    sent = [f"{writer}.{number}" for writer in range(WRITERS) for number in range(times)]
    assert sorted(str(each.value) for each in kept[1:]) == sorted(sent)
    entries = connect().records.entries(chain_of(about))
    assert (len(entries), broken_link(entries)) == (len(kept), None)


def one_wins(about: FactKey, connect: Callable[[], FactPorts]) -> None:
    """All change what they took for current: one does it, and the others are told the version that stands then."""
    change_fact(add(about, "0"), by("owner"), connect())

    def write(writer: int) -> int:
        operation = retract(about, version=1) if writer % 4 == 0 else update(about, str(writer), version=1)
        try:
            return 0 if change_fact(operation, by("owner"), connect()).result is not Result.NOOP else -1
        except VersionConflict as told:
            return told.current

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sorted(pool.map(write, range(WRITERS))) == [0, *[2] * (WRITERS - 1)]
    assert [each.version for each in connect().store.versions(about)] == [1, 2]


def every_claim_is_kept(about: FactKey, connect: Callable[[], FactPorts]) -> None:
    """Lower authorities contradict while the owner changes his mind: no claim and no version is lost."""
    change_fact(add(about, "0"), by("owner"), connect())
    turns = count()

    def write(writer: int) -> Result:
        author = by("owner" if next(turns) % 2 else "agent", f"writer-{writer}")
        return change_fact(update(about, str(writer + 1)), author, connect()).result

    with ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(write, range(WRITERS)))
    claims = [claim for claim in connect().store.claims(about.namespace) if claim.key == about]
    versions = connect().store.versions(about)
    assert (results.count(Result.UPDATED), results.count(Result.CONFLICT)) == (WRITERS // 2, WRITERS // 2)
    assert (len(versions), len(claims)) == (1 + WRITERS // 2, WRITERS // 2)
    assert len(connect().records.entries(chain_of(about))) == len(versions) + len(claims)
