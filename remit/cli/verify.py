"""remit verify: static checks of the repository."""

import typer

from remit.cli.checkout import domains, find_checkout
from remit.cli.inspection import inspect
from remit.cli.output import JsonFlag, out, print_json


def verify(as_json: JsonFlag = False) -> None:
    """Check that charters, policies, payloads and cases agree. Exit code 1 if anything is found."""
    root = find_checkout()
    findings = inspect(root)
    if as_json:
        print_json([finding.model_dump() for finding in findings])
    elif findings:
        out().print("\n".join(map(str, findings)), soft_wrap=True)
    else:
        out().print(f"Nothing to find fault with: {', '.join(domains(root))}.", soft_wrap=True)
    if findings:
        raise typer.Exit(1)
