"""remit console: a page on this machine that shows what a deployment does."""

import os
from typing import Annotated

import boto3
import typer

from remit.adapters.aws import CONFIG
from remit.cli.console.server import LOOPBACK, make_server
from remit.cli.console.source import Source
from remit.cli.errors import CliError
from remit.cli.ledger import Stage
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import LOCAL_STAGE, find_root, find_target, local_session, running_cloud
from remit.client import RemitClient
from remit.names import Names

Port = Annotated[int, typer.Option(help="Where to listen on 127.0.0.1; 0 for a free port.", min=0, max=65535)]


def console(port: Port = 8642, stage: Stage = None, as_json: JsonFlag = False) -> None:
    """Serve pages on 127.0.0.1 until Ctrl-C: runs, waiting approvals, decisions, the dashboard's charts, and each run's trace."""
    with make_server(source_of(stage), port) as server:
        url = f"http://{LOOPBACK}:{server.server_port}/"
        if as_json:
            print_json({"url": url})
        else:
            out().print(f"{url}\nCtrl-C ends it.", soft_wrap=True)
        server.serve_forever()


def source_of(stage: str | None) -> Source:
    """The deployment that the environment names, else this repository's local cloud. Raises CliError."""
    client = find_target().client()
    if "REMIT_API_URL" not in os.environ:
        state = running_cloud(find_root())
        return source_for(Names(LOCAL_STAGE), client, local_session(state), state.endpoint)
    if stage is None:
        raise CliError("Which stage's dashboard? Give --stage (local for the local cloud), or set REMIT_STAGE.")
    return source_for(Names(stage), client, boto3.Session())


def source_for(names: Names, client: RemitClient, session: boto3.Session, endpoint: str | None = None) -> Source:
    """A deployment as these credentials see it."""
    cloudwatch = session.client("cloudwatch", config=CONFIG, endpoint_url=endpoint)
    machines = session.client("stepfunctions", config=CONFIG, endpoint_url=endpoint)
    return Source(names=names, client=client, cloudwatch=cloudwatch, machines=machines)
