"""remit ledger verify, on exports as files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from remit.adapters.signatures import SealKey
from remit.cli import main as entry
from remit.cli.main import main
from remit.domain.ledger import Draft, Kind
from tests.fakes.evidence import KeyPair, halves, key_pair, sealed, whole_ledger

LEDGER = whole_ledger()
EXPORT: tuple[BaseModel, ...] = (*LEDGER, *sealed(*halves(LEDGER)), key_pair().public)
GONE = next(entry for entry in LEDGER if (entry.run, entry.seq) == ("run-denied", 2))
KEY = SealKey(key_pair().public).fingerprint


class Result(NamedTuple):
    code: object
    out: str
    err: str


Verify = Callable[..., Result]


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Verify:
    monkeypatch.setattr(entry, "ended_by_signals", lambda: None)

    def call(export: tuple[BaseModel, ...], *arguments: str) -> Result:
        path = tmp_path / "export.jsonl"
        path.write_text("".join(record.model_dump_json() + "\n" for record in export), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["remit", "ledger", "verify", "--ledger", str(path), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(ended.value.code, *capsys.readouterr())

    return call


def test_a_whole_export_is_said_to_be_whole(verify: Verify) -> None:
    result = verify(EXPORT)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        f"{len(LEDGER)} entries in 6 chains: 2 without an end, 3 closed, 1 open.",
        f"2 seals by key {KEY} cover {len(LEDGER)} entries, up to 2026-11-22 14:00:00 UTC.",
        "Nothing was changed, dropped, reordered or inserted.",
    ]


def test_each_flaw_is_a_line_with_its_entry(verify: Verify) -> None:
    result = verify(tuple(record for record in EXPORT if record is not GONE))
    line = EXPORT.index(GONE) + 1
    assert result.code == 1
    assert result.out.splitlines()[0] == f"run-denied entry 2 (line {line}): DROPPED: nothing stands before entry 3"
    assert result.out.splitlines()[-1] == "1 flaws."


def test_a_run_can_be_checked_alone(verify: Verify) -> None:
    export = tuple(record for record in EXPORT if record is not GONE)
    assert verify(export, "run-paid").code == 0
    assert verify(export, "run-denied").code == 1
    assert verify(export, "run-nowhere").err == "remit: There is no entry of run-nowhere: name a run of this export.\n"


def test_a_program_gets_the_verdict_as_json(verify: Verify) -> None:
    verdict = json.loads(verify(EXPORT, "--json").out)
    assert (verdict["flaws"], verdict["entries"], verdict["key"], verdict["standing"]["CLOSED"]) == ([], len(LEDGER), KEY, 3)


def test_without_seals_it_is_said_what_would_not_show(verify: Verify) -> None:
    result = verify(LEDGER)
    assert (result.code, "No seals: a run that somebody made anew" in result.out) == (0, True)


def test_seals_need_the_key_that_one_trusts(verify: Verify) -> None:
    assert verify(EXPORT, "--key", KEY).code == 0
    refused = verify(EXPORT, "--key", "0" * 64)
    assert (refused.code, "not by the key that you trust" in refused.err) == (1, True)
    assert "no public key to check them with" in verify(EXPORT[:-1]).err


def test_a_key_that_somebody_added_is_not_chosen_silently(verify: Verify) -> None:
    assert "say with --key which one you trust" in verify((*EXPORT, KeyPair().public)).err
    assert verify((*EXPORT, KeyPair().public), "--key", KEY).code == 0


def test_a_line_that_is_nothing_is_named(verify: Verify) -> None:
    result = verify((*LEDGER[:2], Draft(kind=Kind.RUN_STARTED, body={})))
    assert "export.jsonl:3: run: Field required" in result.err


def test_a_run_has_to_be_named_where_there_is_no_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(entry, "ended_by_signals", lambda: None)
    monkeypatch.setattr(sys, "argv", ["remit", "ledger", "verify"])
    with pytest.raises(SystemExit):
        main()
    assert "Which run? Name one" in capsys.readouterr().err
