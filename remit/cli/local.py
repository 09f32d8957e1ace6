"""The commands about the local cloud: up, down, env, inbox."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from remit.cli.deploy import deploy
from remit.cli.errors import CliError
from remit.cli.output import JsonFlag, complain, out, print_json, progress
from remit.cli.target import LOCAL_STAGE, api_url, find_root, local_target, running_cloud
from remit.local import cloud
from remit.local.inbox import Mail, messages

Port = Annotated[
    int, typer.Option(help="Where to listen on 127.0.0.1; another free port is found if it is taken, or for 0.", min=0, max=65535)
]
inbox_app = typer.Typer(help="Read the mail that the local cloud sent.", invoke_without_command=True)


@contextmanager
def deployed(root: Path, port: int) -> Iterator[cloud.CloudState]:
    """The local cloud with the stacks on it. One that this started goes again if the deployment fails or somebody interrupts."""
    ran = cloud.current(root) is not None
    with _down_after(BaseException, root, unless=ran):
        with progress("Local cloud") as tell:
            state = cloud.up(root, port, tell)
        with progress("Stacks") as tell:
            deploy(root, state, tell)
    with _down_after((KeyboardInterrupt, SystemExit), root, unless=ran):
        yield state


@contextmanager
def _down_after(errors: type[BaseException] | tuple[type[BaseException], ...], root: Path, *, unless: bool) -> Iterator[None]:
    try:
        yield
    except errors:
        if not unless:
            cloud.down(root)
        raise


def up(port: Port = 4566, as_json: JsonFlag = False) -> None:
    """Start the local cloud and deploy the stacks to it."""
    with deployed(find_root(), port) as state:
        url = local_target(state).url
    if as_json:
        print_json({"endpoint": state.endpoint, "region": state.region, "api": url})
        return
    out().print(f'Up: {state.endpoint} ({state.region})\nAPI: {url}\nTo use it from here: eval "$(remit env)"', soft_wrap=True)


def down(as_json: JsonFlag = False) -> None:
    """Stop the local cloud and all that it started."""
    stopped = cloud.down(find_root())
    if as_json:
        print_json({"stopped": stopped})
    else:
        out().print("The local cloud is down." if stopped else "The local cloud was not running.")


def env(as_json: JsonFlag = False) -> None:
    """Print the running local cloud's endpoint, region and credentials, for: eval "$(remit env)"."""
    state = running_cloud(find_root())
    url = api_url(state)
    variables = state.environment() | {"REMIT_STAGE": LOCAL_STAGE} | ({"REMIT_API_URL": url} if url else {})
    if as_json:
        print_json(variables)
    else:
        out().print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()), soft_wrap=True)
    if url is None:
        complain("Nothing is deployed yet, so there is no REMIT_API_URL: run 'remit up'.")


@inbox_app.callback()
def inbox(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Read the mail that the local cloud sent: `remit inbox` lists it, `remit inbox show N` shows one."""
    if context.invoked_subcommand is None:
        list_inbox(as_json)


@inbox_app.command("list")
def list_inbox(as_json: JsonFlag = False) -> None:
    """List the messages, oldest first."""
    mails = messages(running_cloud(find_root()).inbox_dir)
    if as_json:
        print_json([_summary(number, mail) for number, mail in enumerate(mails, 1)])
    else:
        out().print(_table(mails) if mails else "No mail yet.")


@inbox_app.command("show")
def show_mail(number: Annotated[int, typer.Argument(help="Its number in the list.", min=1)], as_json: JsonFlag = False) -> None:
    """Show one message."""
    mails = messages(running_cloud(find_root()).inbox_dir)
    if number > len(mails):
        raise CliError(f"There is no message {number}; the inbox has {len(mails)}. 'remit inbox' lists them.")
    mail = mails[number - 1]
    if as_json:
        print_json(_summary(number, mail) | {"text": mail.text, "html": mail.html})
    else:
        out().print(
            f"From: {mail.sender}\nTo: {', '.join(mail.to)}\nDate: {_date(mail)}\nSubject: {mail.subject}\n\n{mail.text}", soft_wrap=True
        )


def _summary(number: int, mail: Mail) -> dict[str, object]:
    return {
        "number": number,
        "date": _date(mail),
        "sender": mail.sender,
        "to": list(mail.to),
        "subject": mail.subject,
        "path": str(mail.path),
    }


def _table(mails: list[Mail]) -> Table:
    table = Table("N", "date", "to", "subject", box=None, pad_edge=False)
    for number, mail in enumerate(mails, 1):
        table.add_row(str(number), _date(mail), ", ".join(mail.to), mail.subject)
    return table


def _date(mail: Mail) -> str:
    return mail.date.strftime("%Y-%m-%d %H:%M:%S") if mail.date else ""
