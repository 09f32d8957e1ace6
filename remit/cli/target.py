"""Which deployment a command talks to: the one that the environment names, else this repository's local cloud."""

import os
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from remit.cli.errors import CliError
from remit.client import Credentials, RemitClient
from remit.local import cloud
from remit.local.people import People
from remit.local.state import STAGE

LOCAL_STAGE = STAGE
CORE_STACK = f"remit-{LOCAL_STAGE}-core"


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    region: str
    credentials: Credentials | Callable[[], Credentials]

    def client(self) -> RemitClient:
        return RemitClient(self.url, self.region, self.credentials)


def find_root() -> Path:
    """The repository around the current directory. Raises CliError outside of one."""
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "cdk.json").is_file() and (folder / "charters").is_dir():
            return folder
    raise CliError("There is no Remit repository around this directory: change to one (it has a cdk.json), or set REMIT_API_URL.")


def find_target() -> Target:
    """Raises CliError where there is no deployment to talk to."""
    url = os.environ.get("REMIT_API_URL")
    return _named(url) if url else local_target(running_cloud(find_root()))


def running_cloud(root: Path) -> cloud.CloudState:
    """This repository's local cloud. Raises CliError if it does not run."""
    state = cloud.current(root)
    if state is None:
        raise CliError("The local cloud does not run: start it with 'remit up' (or 'make demo'), or set REMIT_API_URL.")
    return state


def local_target(state: cloud.CloudState) -> Target:
    """The API that is deployed to this local cloud, called as its admin. Raises CliError before there is one."""
    url = api_url(state)
    if url is None:
        raise CliError("Nothing is deployed to the local cloud yet: run 'remit up'.")
    return Target(url, state.region, Credentials(state.admin.access_key_id, state.admin.secret_access_key))


def local_session(state: cloud.CloudState) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=state.admin.access_key_id, aws_secret_access_key=state.admin.secret_access_key, region_name=state.region
    )


def api_url(state: cloud.CloudState) -> str | None:
    """The core stack's ApiUrl output; None where it is not deployed whole."""
    return _outputs(state).get("ApiUrl")


def people_of(state: cloud.CloudState) -> People:
    """Raises CliError before there is a pool."""
    found = _outputs(state)
    if not {"PoolId", "ClientId"} <= found.keys():
        raise CliError("Nothing is deployed to the local cloud yet: run 'remit up'.")
    return People(local_session(state).client("cognito-idp", endpoint_url=state.endpoint), found["PoolId"], found["ClientId"])


def _outputs(state: cloud.CloudState) -> dict[str, str]:
    """The core stack's; none where it is not deployed whole."""
    client = local_session(state).client("cloudformation", endpoint_url=state.endpoint)
    try:
        stack = client.describe_stacks(StackName=CORE_STACK)["Stacks"][0]
    except ClientError:
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def exempt_this_machine(environment: MutableMapping[str, str]) -> None:
    """A proxy for the world does not lead to this machine's own addresses: exempt them, for this process and its children."""
    listed = (environment.get("NO_PROXY") or environment.get("no_proxy") or "").split(",")
    value = ",".join(dict.fromkeys(part for part in (*listed, "127.0.0.1", "localhost", ".localhost") if part))
    environment.update({"NO_PROXY": value, "no_proxy": value})


def _named(url: str) -> Target:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise CliError(
            f"REMIT_API_URL is '{url}', which is no address: it looks like https://….execute-api.<region>.amazonaws.com/<stage>."
        )
    # boto3 itself looks at AWS_DEFAULT_REGION and at the profile only.
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    try:
        found = session.get_credentials()
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"The AWS credentials cannot be loaded: {error}") from error
    if found is None or session.region_name is None:
        raise CliError("REMIT_API_URL is set, but AWS credentials or AWS_REGION are not: set them, or unset REMIT_API_URL.")

    def now() -> Credentials:
        """A role's are renewed before they expire."""
        frozen = found.get_frozen_credentials()
        return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)

    return Target(url, session.region_name, now)
