"""remit ledger verify: whether a record is whole and true, offline from an export or straight from a deployment."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer

from remit.adapters.signatures import SealKey
from remit.cli.errors import CliError
from remit.cli.exports import Numbered, read_export, sort_export
from remit.cli.ledger import Stage, of_deployment, of_runs
from remit.cli.output import JsonFlag, out, print_json
from remit.domain.seal import PublicKey
from remit.usecases.evidence import Export, Verdict, verify_export


def verify(
    *,
    run: Annotated[str | None, typer.Argument(help="The run to check.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Check every run of the deployment.")] = False,
    ledger: Annotated[
        str | None, typer.Option(help="An export: a file of JSON lines, or - for stdin; all its runs, if none is named.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The fingerprint of the only key whose seals you trust.")] = None,
    stage: Stage = None,
    as_json: JsonFlag = False,
) -> None:
    """Check chains, completeness and seals. Exit code 1 if an entry was changed, dropped, reordered or inserted, or anything is missing."""
    records = sort_export(_records(run, every=every, ledger=ledger, stage=stage))
    trusted = _trusted(records.keys, key)
    if records.seals and trusted is None:
        raise CliError("The export has seals and no public key to check them with: export the ledger again.")
    export = Export(lines=records.entries, seals=records.seals, runs=None if run is None else {run})
    verdict = verify_export(export, trusted.verifies if trusted else _nobody)
    if run is not None and not verdict.entries and not verdict.flaws:
        raise CliError(f"There is no entry of {run}: name a run of this export.")
    if as_json:
        print_json(verdict.model_dump(mode="json") | {"key": trusted.fingerprint if trusted else None})
    else:
        out().print("\n".join(_lines(verdict, trusted)), soft_wrap=True)
    if verdict.flaws:
        raise typer.Exit(1)


def _records(run: str | None, *, every: bool, ledger: str | None, stage: str | None) -> Iterable[Numbered]:
    if ledger:
        return read_export(ledger)
    if every:
        return of_deployment(stage, sealed=True)
    if run is None:
        raise CliError("Which run? Name one, or give --all, or --ledger with a file that 'remit ledger export' wrote.")
    return of_runs([run])


def _trusted(keys: Sequence[PublicKey], wanted: str | None) -> SealKey | None:
    """The key of the export, if it has one and it is the wanted one."""
    try:
        found = [SealKey(key) for key in dict.fromkeys(keys)]
    except ValueError as error:
        raise CliError(f"The export's public key cannot be used: {error}. Export the ledger again.") from error
    if wanted is not None:
        found = [key for key in found if key.fingerprint == wanted]
        if not found:
            raise CliError(f"The export has no key with the fingerprint {wanted}: its seals are not by the key that you trust.")
    if len(found) > 1:
        prints = ", ".join(key.fingerprint for key in found)
        raise CliError(f"The export has several keys ({prints}): say with --key which one you trust.")
    return found[0] if found else None


def _nobody(_statement: bytes, _signature: str) -> bool:
    return False


def _lines(verdict: Verdict, key: SealKey | None) -> Iterator[str]:
    yield from map(str, verdict.flaws)
    standing = ", ".join(f"{number} {_WORDS[name]}" for name, number in verdict.standing.items())
    yield f"{verdict.entries} entries in {verdict.chains} chains: {standing or 'none'}."
    if key and verdict.through:
        until = f"{verdict.through:%Y-%m-%d %H:%M:%S} UTC"
        yield f"{verdict.seals} seals by key {key.fingerprint} cover {verdict.sealed} entries, up to {until}."
    else:
        yield "No seals: a run that somebody made anew as a whole would not show."
    yield f"{len(verdict.flaws)} flaws." if verdict.flaws else "Nothing was changed, dropped, reordered or inserted."


_WORDS = {"CLOSED": "closed", "OPEN": "open", "ENDLESS": "without an end"}
