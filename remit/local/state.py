"""What is known about a running local cloud, and where it is kept."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.local.processes import Process

REGION = "us-east-1"
STAGE = "local"
ACCOUNT_ID = "000000000000"


class LocalCloudError(Exception):
    """The local cloud cannot be started or used; the message is one sentence for the person at the keyboard."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Credentials(_Frozen):
    """An access key that the local cloud accepts."""

    access_key_id: str
    secret_access_key: str = Field(repr=False)


# MiniStack takes this key for the account's root.
ADMIN = Credentials(access_key_id="test", secret_access_key="test")  # noqa: S106 (not a secret)


class Ports(_Frozen):
    """Where the local cloud listens on 127.0.0.1; there is no model port when REMIT_MODEL_URL names another server. X-Ray's is UDP."""

    aws: int
    smtp: int
    model: int | None
    xray: int


class CloudState(_Frozen):
    """A started local cloud."""

    endpoint: str
    region: str = REGION
    account_id: str = ACCOUNT_ID
    ports: Ports
    processes: tuple[Process, ...]
    inbox_dir: Path
    log_dir: Path
    model_url: str
    admin: Credentials = ADMIN

    def environment(self, credentials: Credentials | None = None) -> dict[str, str]:
        """Variables that point the AWS CLI, the CDK and boto3 at this cloud, as the admin unless told otherwise."""
        caller = credentials or self.admin
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": caller.access_key_id,
            "AWS_SECRET_ACCESS_KEY": caller.secret_access_key,
        }


def home(root: Path) -> Path:
    """The folder that holds everything the local cloud of a repository writes."""
    return root.resolve() / ".remit"


def save(root: Path, state: CloudState) -> None:
    """Write the state readable by its owner only, whole or not at all."""
    partial = home(root) / "cloud.json.part"
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(state.model_dump_json(indent=2))
    partial.replace(home(root) / "cloud.json")


def load(root: Path) -> CloudState | None:
    """The state as last saved, whether or not its processes still run."""
    path = home(root) / "cloud.json"
    if not path.exists():
        return None
    try:
        return CloudState.model_validate_json(path.read_text())
    except ValidationError as error:
        raise LocalCloudError(f"{path} is not a local cloud's state; stop its processes by hand and remove it.") from error


def forget(root: Path) -> None:
    """Remove the state."""
    (home(root) / "cloud.json").unlink(missing_ok=True)
