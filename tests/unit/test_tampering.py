"""Everything that can be done to an export is found, with the entry that it was done to. Every field of every entry, every drop, swap,
insertion and truncation of a ledger of six chains is tried, first without seals and then with them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.domain.flaw import Flaw, Wrong
from remit.domain.ledger import Entry, Kind
from remit.domain.model import Json
from tests.fakes.evidence import check, halves, rehashed, sealed, whole_ledger

LEDGER = whole_ledger()
SEALS = sealed(*halves(LEDGER))
FIELDS = tuple(Entry.model_fields)
RUNS = tuple(dict.fromkeys(entry.run for entry in LEDGER))


def altered(entry: Entry, field: str) -> Entry:
    changes: dict[str, Callable[[], object]] = {
        "run": lambda: next(run for run in RUNS if run != entry.run),
        "seq": lambda: entry.seq + 1,
        "at": lambda: entry.at + timedelta(seconds=1),
        "kind": lambda: next(kind for kind in Kind if kind is not entry.kind),
        "body": lambda: {**entry.body, "added": True},
        "previous": lambda: "f" * 64,
        "hash": lambda: "e" * 64,
    }
    return entry.model_copy(update={field: changes[field]()})


def with_entry(position: int, entry: Entry) -> list[Entry]:
    return [*LEDGER[:position], entry, *LEDGER[position + 1 :]]


def names(flaw: Flaw, entry: Entry) -> bool:
    """Whether the flaw is said of this entry."""
    return flaw.run == entry.run and flaw.first is not None and flaw.last is not None and flaw.first <= entry.seq <= flaw.last


def paths(value: Json, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a body that holds a plain value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, (*above, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*above, index))
    else:
        yield above


def replaced(value: Json, path: tuple[str | int, ...]) -> Json:
    if not path:
        return "tampered"
    if isinstance(value, dict):
        return {name: replaced(inner, path[1:]) if name == path[0] else inner for name, inner in value.items()}
    assert isinstance(value, list)
    return [replaced(inner, path[1:]) if index == path[0] else inner for index, inner in enumerate(value)]


def test_a_ledger_that_nobody_touched_has_no_flaw() -> None:
    verdict = check(LEDGER, SEALS)
    assert verdict.flaws == ()
    assert (verdict.entries, verdict.chains, verdict.sealed, verdict.seals) == (len(LEDGER), 6, len(LEDGER), 2)
    assert verdict.standing == {"ENDLESS": 2, "CLOSED": 3, "OPEN": 1}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_a_changed_field_is_found_in_its_entry_and_nowhere_else(position: int, field: str) -> None:
    entry = LEDGER[position]
    flaws = check(with_entry(position, altered(entry, field))).flaws
    assert [(flaw.wrong, flaw.run, flaw.first, flaw.last, flaw.line) for flaw in flaws] == [
        (Wrong.CHANGED, entry.run, entry.seq, entry.seq, position + 1)
    ]


@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_every_value_in_every_body_is_covered(position: int) -> None:
    entry = LEDGER[position]
    for path in paths(entry.body):
        body = replaced(entry.body, path)
        flaws = check(with_entry(position, entry.model_copy(update={"body": body}))).flaws
        assert [(flaw.wrong, flaw.run, flaw.first) for flaw in flaws] == [(Wrong.CHANGED, entry.run, entry.seq)], path


@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_a_changed_entry_whose_hash_was_made_to_fit_is_found(position: int) -> None:
    entry = LEDGER[position]
    made = rehashed([*(each for each in LEDGER if each.run == entry.run and each.seq < entry.seq), altered(entry, "body")], entry.run)[-1]
    flaws = check(with_entry(position, made), SEALS).flaws
    assert flaws
    assert all(names(flaw, entry) for flaw in flaws)


@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_a_dropped_entry_is_found(position: int) -> None:
    entry = LEDGER[position]
    flaws = check([*LEDGER[:position], *LEDGER[position + 1 :]], SEALS).flaws
    assert [(flaw.wrong, flaw.run, flaw.first, flaw.last) for flaw in flaws] == [(Wrong.DROPPED, entry.run, entry.seq, entry.seq)]


def test_two_entries_of_a_run_that_change_places_are_found() -> None:
    for one, other in combinations(range(len(LEDGER)), 2):
        first, second = LEDGER[one], LEDGER[other]
        if first.run == second.run:
            swapped = [*LEDGER]
            swapped[one], swapped[other] = second, first
            found = [(flaw.wrong, flaw.run, flaw.first) for flaw in check(swapped, SEALS).flaws]
            assert found == [(Wrong.REORDERED, first.run, second.seq), (Wrong.REORDERED, first.run, first.seq)]


@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_a_copy_of_an_entry_is_found_wherever_it_is_put(position: int) -> None:
    entry = LEDGER[position]
    for place in range(len(LEDGER) + 1):
        flaws = check([*LEDGER[:place], entry, *LEDGER[place:]], SEALS).flaws
        assert [(flaw.wrong, flaw.run, flaw.first) for flaw in flaws] == [(Wrong.INSERTED, entry.run, entry.seq)], place


@pytest.mark.parametrize("position", range(len(LEDGER)), ids=lambda position: f"{LEDGER[position].run}-{LEDGER[position].seq}")
def test_an_entry_made_up_to_stand_beside_another_is_found(position: int) -> None:
    entry = LEDGER[position]
    before = [each for each in LEDGER if each.run == entry.run and each.seq < entry.seq]
    made_up = rehashed([*before, altered(entry, "body")], entry.run)[-1]
    flaws = check([*LEDGER[:position], made_up, *LEDGER[position:]], SEALS).flaws
    assert [(flaw.wrong, flaw.run, flaw.first, flaw.line) for flaw in flaws] == [(Wrong.INSERTED, entry.run, entry.seq, position + 1)]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_that_breaks_off_early_is_found_by_the_seals(run: str) -> None:
    whole = [entry for entry in LEDGER if entry.run == run]
    for length in range(len(whole)):
        flaws = check([entry for entry in LEDGER if entry.run != run or entry.seq < length], SEALS).flaws
        assert [(flaw.wrong, flaw.run, flaw.first, flaw.last) for flaw in flaws] == [(Wrong.DROPPED, run, length, whole[-1].seq)]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_made_anew_as_a_whole_is_found_by_the_seals(run: str) -> None:
    whole = [entry for entry in LEDGER if entry.run == run]
    for changed in whole:
        anew = rehashed([altered(entry, "body") if entry is changed else entry for entry in whole], run)
        flaws = check([entry for entry in LEDGER if entry.run != run] + list(anew), SEALS).flaws
        assert flaws[0].wrong is Wrong.REWRITTEN
        assert names(flaws[0], changed)


@pytest.mark.parametrize("run", RUNS)
def test_an_entry_put_in_with_all_after_it_made_anew_is_found_by_the_seals(run: str) -> None:
    whole = [entry for entry in LEDGER if entry.run == run]
    for place in range(len(whole) + 1):
        anew = rehashed([*whole[:place], whole[0], *whole[place:]], run)
        assert check([entry for entry in LEDGER if entry.run != run] + list(anew), SEALS).flaws


def test_what_was_put_in_after_the_seals_is_found() -> None:
    made_up = rehashed([entry for entry in LEDGER if entry.run == "run-denied"], "run-made-up")
    flaws = check([*LEDGER, *made_up], SEALS).flaws
    assert [(flaw.wrong, flaw.run, flaw.first, flaw.last) for flaw in flaws] == [(Wrong.UNSEALED, "run-made-up", 0, made_up[-1].seq)]


def test_what_the_seals_have_not_reached_is_no_flaw() -> None:
    verdict = check(LEDGER, SEALS[:1])
    late = [flaw for flaw in verdict.flaws if flaw.wrong is not Wrong.UNSEALED]
    assert late == []
    recent = [entry.model_copy(update={"at": SEALS[-1].through}) for entry in LEDGER if entry.run == "run-denied"]
    assert check([*LEDGER, *rehashed(recent, "run-new")], SEALS).flaws == ()


def test_of_some_runs_no_other_run_is_missed() -> None:
    wanted = frozenset({"run-paid"})
    assert check([entry for entry in LEDGER if entry.run == "run-paid"], SEALS, wanted).flaws == ()


@settings(deadline=None)
@given(st.data())
def test_whatever_is_done_to_the_lines_is_found(data: st.DataObject) -> None:
    lines = list(LEDGER)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "copy", "swap", "change"])):
            case "drop":
                del lines[position]
            case "copy":
                lines.insert(data.draw(st.integers(0, len(lines))), lines[position])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[position], lines[other] = lines[other], lines[position]
            case _:
                lines[position] = altered(lines[position], data.draw(st.sampled_from(FIELDS)))
    by_run = {run: [entry for entry in lines if entry.run == run] for run in RUNS}
    untouched = by_run == {run: [entry for entry in LEDGER if entry.run == run] for run in RUNS}
    assert (check(lines, SEALS).flaws == ()) is untouched


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Entry,
            run=st.sampled_from(["a", "b"]),
            seq=st.integers(-1, 3),
            at=st.just(LEDGER[0].at),
            kind=st.sampled_from(Kind),
            body=st.dictionaries(st.sampled_from(["key", "warrant"]), st.sampled_from(["x", "y", None])),
            previous=st.sampled_from(["0" * 64, "a", "b", "c"]),
            hash=st.sampled_from(["a", "b", "c"]),
        ),
        max_size=8,
    )
)
def test_no_lines_whatever_break_the_check(lines: list[Entry]) -> None:
    """Also hashes that lead round in a circle."""
    assert bool(check(lines).flaws) is bool(lines)
