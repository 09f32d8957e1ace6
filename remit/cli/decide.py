"""remit decide: what the gate would answer, without a deployment."""

from pathlib import Path
from typing import Annotated

import typer

from remit.cli.checkout import charter_of, find_checkout, judge_of, policy_folders
from remit.cli.jsonl import Malformed, parse_line, read_lines, write_line
from remit.cli.output import complain
from remit.usecases.judge import Judge
from remit.usecases.offline import Question, decide_offline


def decide(
    domain: Annotated[str, typer.Option(help="A domain of this repository, such as refunds.")],
    intents: Annotated[str, typer.Option(help="A file of JSON lines, each with id, tool, payload and facts; - for stdin.")],
    policies: Annotated[Path | None, typer.Option(help="Decide by the policies in this folder.")] = None,
    _as_json: Annotated[bool, typer.Option("--json", help="It prints JSON lines with or without this.")] = False,
) -> None:
    """Decide offline: proposed actions with the facts as JSON lines in, decisions as JSON lines out. Exit code 1 if a line is malformed."""
    root = find_checkout()
    charter = charter_of(domain, root)
    judge = judge_of(charter, policy_folders(policies or root / "policies", (domain,))[domain])
    malformed = [place for place, line in read_lines(intents) if not _decided(place, line, judge)]
    if malformed:
        raise typer.Exit(1)


def _decided(place: str, line: str, judge: Judge) -> bool:
    try:
        question = parse_line(Question, line, place)
    except Malformed as problem:
        complain(str(problem))
        return False
    write_line(decide_offline(question, judge))
    return True
