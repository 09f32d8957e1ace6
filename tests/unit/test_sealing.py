"""Seals: each follows from the one before it, and is the key's."""

from datetime import timedelta

import pytest

from remit.adapters.signatures import SealKey
from remit.domain.flaw import Wrong
from remit.domain.seal import Irregularity, PublicKey, Seal, Segment, statement
from tests.fakes.evidence import KeyPair, check, halves, key_pair, sealed, whole_ledger

LEDGER = whole_ledger()
SEALS = sealed(*halves(LEDGER), ())
FIRST, SECOND, THIRD = SEALS


def found(*seals: Seal) -> list[tuple[Wrong, int | None]]:
    return [(flaw.wrong, flaw.seal) for flaw in check(LEDGER, seals).flaws if flaw.run is None]


@pytest.mark.parametrize("field", [field for field in Seal.model_fields if field != "seal"])
@pytest.mark.parametrize("position", range(3))
def test_a_changed_field_of_a_seal_is_found(position: int, field: str) -> None:
    seal = SEALS[position]
    values = {
        "at": seal.at + timedelta(seconds=1),
        "through": seal.through + timedelta(seconds=1),
        "previous": "f" * 64,
        "segments": (*seal.segments, Segment(run="x", first=0, previous="0" * 64, last=0, hash="1" * 64)),
        "irregularities": (Irregularity(run="x", why="y"),),
        "key": "another",
        "signature": THIRD.signature if position < 2 else FIRST.signature,
    }
    tampered = [*SEALS]
    tampered[position] = seal.model_copy(update={field: values[field]})
    assert (Wrong.SEAL, seal.seal) in found(*tampered)


def test_a_signature_that_is_no_base64_is_nobodys() -> None:
    assert (Wrong.SEAL, 1) in found(FIRST.model_copy(update={"signature": "not base64!"}), SECOND)


def test_a_dropped_seal_is_missed() -> None:
    assert found(SECOND, THIRD) == [(Wrong.SEAL, 2)]
    assert found(FIRST, THIRD) == [(Wrong.SEAL, 3)]


def test_a_seal_signed_twice_with_another_content_is_found() -> None:
    other = key_pair().signed(SECOND.model_copy(update={"segments": ()}))
    assert found(FIRST, other, SECOND, THIRD) != []


def test_another_key_seals_nothing() -> None:
    forged = sealed(*halves(LEDGER), key=KeyPair())
    assert [(flaw.wrong, flaw.seal) for flaw in check(LEDGER, forged).flaws] == [(Wrong.SEAL, 1), (Wrong.SEAL, 2)]
    assert check(LEDGER, forged).sealed == 0


def test_what_the_sealer_found_wrong_is_told() -> None:
    irregular = Irregularity(run="run-x", why="entry 3 was overwritten")
    (flaw,) = [
        flaw
        for flaw in check(LEDGER, [key_pair().signed(FIRST.model_copy(update={"irregularities": (irregular,)}))]).flaws
        if flaw.run is None
    ]
    assert flaw.why == "the sealer found run-x irregular: entry 3 was overwritten"


def test_two_seals_that_disagree_about_a_run_are_found() -> None:
    lie = SECOND.segments[-1].model_copy(update={"previous": "d" * 64})
    disagreeing = key_pair().signed(SECOND.model_copy(update={"segments": (*SECOND.segments[:-1], lie)}))
    flaws = check(LEDGER, [FIRST, disagreeing]).flaws
    assert [(flaw.wrong, flaw.run) for flaw in flaws] == [(Wrong.REWRITTEN, lie.run)]


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Could not deserialize"):
        SealKey(PublicKey(public_key="AAAA"))


def test_the_fingerprint_is_the_keys() -> None:
    one, other = SealKey(key_pair().public), SealKey(KeyPair().public)
    assert one.fingerprint != other.fingerprint
    assert one.verifies(statement(FIRST), FIRST.signature)
    assert not other.verifies(statement(FIRST), FIRST.signature)
