"""remit verify: static checks of the repository."""

from pathlib import Path
from typing import Annotated

import typer

from remit.cli.checkout import domains, find_checkout
from remit.cli.inspection import inspect, notes
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.synthesised import iam_findings

_Templates = Annotated[
    Path | None, typer.Option(help="A folder that `cdk synth` wrote, such as cdk.out: check IAM against the charters too.", file_okay=False)
]


def verify(templates: _Templates = None, as_json: JsonFlag = False) -> None:
    """Check that charters, policies, payloads, cases and state machines agree. Exit code 1 if anything is found."""
    root = find_checkout()
    findings = (*inspect(root), *(iam_findings(root, templates) if templates else ()))
    if as_json:
        print_json([finding.model_dump() for finding in findings])
    elif findings:
        out().print("\n".join(map(str, findings)), soft_wrap=True)
    else:
        fine = f"Nothing to find fault with: {', '.join(domains(root))}."
        out().print(*(f"Note: {note}" for note in notes(root)), fine, sep="\n", soft_wrap=True)
    if findings:
        raise typer.Exit(1)
