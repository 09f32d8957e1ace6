"""The commands about people on whose behalf runs act."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import find_target
from remit.delegation_client import Delegation, DelegationClient

delegations_app = typer.Typer(help="On whose behalf runs act, and taking that back.", no_args_is_help=True)


@delegations_app.command("list")
def list_delegations(person: Annotated[str, typer.Argument(help="The person's name, such as carol.")], as_json: JsonFlag = False) -> None:
    """List a person's delegations that runs were started on, the last to expire first."""
    found = DelegationClient(find_target().client()).of_person(person)
    if as_json:
        print_json([delegation.model_dump(mode="json") for delegation in found])
    else:
        out().print("\n".join(map(_line, found)) or f"No run was started on behalf of {person}.", soft_wrap=True)


@delegations_app.command()
def revoke(
    delegation: Annotated[str, typer.Argument(help="The delegation's id, as the list and the trace have it.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the ledger with who you are.")],
    as_json: JsonFlag = False,
) -> None:
    """End a delegation, and every run that uses it, at once."""
    revoked = DelegationClient(find_target().client()).revoke(delegation, reason)
    if as_json:
        print_json(revoked.model_dump(mode="json"))
    else:
        stopped = f"stopped: {', '.join(revoked.stopped)}" if revoked.stopped else "no run was under way"
        out().print(f"{delegation} of {revoked.delegation.name} is revoked; {stopped}", soft_wrap=True)


def _line(delegation: Delegation) -> str:
    tenant = f" of {delegation.tenant}" if delegation.tenant else ""
    return f"{delegation.id}  {delegation.name}{tenant}  {_state(delegation)}"


def _state(delegation: Delegation) -> str:
    if delegation.revoked is not None:
        return f"revoked {delegation.revoked.at:%d %b %H:%M} UTC: {delegation.revoked.reason}"
    ended = datetime.now(UTC) >= delegation.expires_at
    return f"{'expired' if ended else 'good until'} {delegation.expires_at:%d %b %H:%M} UTC"
