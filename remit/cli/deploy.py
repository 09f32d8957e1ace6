"""The real stacks on the local cloud, with the real CDK CLI."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import ClientError

from remit.cli import processes
from remit.cli.errors import CliError
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState

_SHOWN_LINES = 12
_QUIET = ("--no-notices", "--no-version-reporting", "--no-color")
_OTHER_CREDENTIALS = frozenset({"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"})
_TELLING = re.compile(r"^(Bundling) asset ([\w-]+/[\w-]+)|^([\w-]+) \| +(\d+/\d+)")


def deploy(root: Path, state: CloudState, progress: Callable[[str], None]) -> None:
    """Bootstrap once, then deploy all stacks. Raises CliError with the last lines of the log."""
    if not _bootstrapped(state):
        progress("bootstrapping the CDK")
        # From a directory without cdk.json, so that it does not synthesise the app first.
        cdk(root, state, "bootstrap", f"aws://{state.account_id}/{state.region}", cwd=state.log_dir, progress=progress)
    progress("synthesising")
    files = ("--outputs-file", str(state.log_dir.parent / "outputs.json"), "--output", str(state.log_dir.parent / "cdk.out"))
    cdk(root, state, "deploy", "--all", "--require-approval", "never", *context(state), *files, cwd=root, progress=progress)


def context(state: CloudState) -> tuple[str, ...]:
    """What the app has to be told to be synthesised for this local cloud."""
    return "-c", f"stage={LOCAL_STAGE}", "-c", f"endpoint={state.endpoint}"


def _bootstrapped(state: CloudState) -> bool:
    client = local_session(state).client("cloudformation", endpoint_url=state.endpoint)
    try:
        status = client.describe_stacks(StackName="CDKToolkit")["Stacks"][0]["StackStatus"]
    except ClientError:
        return False
    return status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def cdk(root: Path, state: CloudState, *arguments: str, cwd: Path, progress: Callable[[str], None]) -> None:
    """Raises CliError with the last lines of its log if it fails."""
    program, log = root / "node_modules" / ".bin" / "cdk", state.log_dir / f"cdk-{arguments[0]}.log"
    if not program.exists():
        raise CliError("The CDK command line is not installed: run 'make install'.")

    def beat() -> None:
        if told := _TELLING.match("".join(processes.tail(log, 1))):
            progress(" ".join(part for part in told.groups() if part))

    code = processes.run([program, *arguments, *_QUIET], log, beat, _environment(root, state), cwd)
    if code:
        last = "\n".join(f"  {line}" for line in processes.tail(log, _SHOWN_LINES))
        raise CliError(f"'cdk {arguments[0]}' failed; all of its output is in {log}, which ends with:\n{last}")


def _environment(root: Path, state: CloudState) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _OTHER_CREDENTIALS}
    return (
        own
        | state.environment()
        | {
            "PATH": os.pathsep.join((str(root / ".venv" / "bin"), own.get("PATH", os.defpath))),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "NODE_NO_WARNINGS": "1",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CI": "true",
        }
    )
