"""Starts and stops the local cloud: MiniStack with Remit's additions, an SMTP inbox and a scripted model, on 127.0.0.1 only."""

import fcntl
import http.client
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from remit.local import state as states
from remit.local.interrupts import held_back
from remit.local.processes import is_running, spawn, stop, wait_until
from remit.local.state import REGION, STAGE, CloudState, Credentials, LocalCloudError, Ports
from remit.names import Names

__all__ = ["CloudState", "Credentials", "LocalCloudError", "current", "down", "up"]

HOST = "127.0.0.1"
_START_SECONDS = 60.0
# The user's own AWS settings and secrets stay out: Lambdas run as children of the cloud and inherit what it has.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT_FILE")


def _silent(_: str) -> None:
    return None


def up(root: Path, port: int = 4566, progress: Callable[[str], None] = _silent) -> CloudState:
    """Start the local cloud of the repository at `root`, or return the one that runs."""
    with _locked(root):
        running = current(root)
        if running:
            return running
        with held_back() as check:
            try:
                _discard(root)
                return _start(root, _free_port(port), progress, check)
            except BaseException:
                _discard(root)
                raise


def down(root: Path) -> bool:
    """Stop the local cloud and all that it started; tells whether there was one."""
    with _locked(root), held_back():
        return _discard(root)


def current(root: Path) -> CloudState | None:
    """The running local cloud, if it is healthy."""
    state = states.load(root)
    return state if state and all(is_running(process) for process in state.processes) and _answers(state.ports) else None


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One `up` or `down` at a time."""
    states.home(root).mkdir(mode=0o700, exist_ok=True)
    with (states.home(root) / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(root: Path, port: int, progress: Callable[[str], None], check: Callable[[], None]) -> CloudState:
    state = _plan(root, port)
    for name, arguments in _commands(state):
        progress(f"Starting the {name}")
        process = spawn(name, arguments, _environment(root, state), root, _log(state, name))
        state = state.model_copy(update={"processes": (*state.processes, process)})
        states.save(root, state)
        check()
    progress(f"Waiting for {state.endpoint}")
    _await_ready(state, check)
    return state


def _plan(root: Path, port: int) -> CloudState:
    """A state without processes yet, with its folders made and emptied."""
    folders = {name: states.home(root) / name for name in ("inbox", "log", "tmp")}
    for folder in folders.values():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    url = os.environ.get("REMIT_MODEL_URL")
    smtp, xray, free = _free_ports(3)
    model = None if url else free
    return CloudState(
        endpoint=f"http://{HOST}:{port}",
        ports=Ports(aws=port, smtp=smtp, model=model, xray=xray),
        processes=(),
        inbox_dir=folders["inbox"],
        log_dir=folders["log"],
        model_url=url or f"http://{HOST}:{model}",
    )


def _commands(state: CloudState) -> list[tuple[str, list[str]]]:
    store = Names(STAGE).mail_store(state.account_id, state.region)
    inbox = ["remit.local.inbox", "--port", str(state.ports.smtp), "--folder", str(state.inbox_dir)]
    inbox += ["--endpoint", state.endpoint, "--store", store]
    model = ["remit.local.model", "--port", str(state.ports.model)]
    services = [("inbox", inbox)] + ([("model", model)] if state.ports.model else [])
    return [*services, ("cloud", ["remit.local.server"])]


def _environment(root: Path, state: CloudState) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    direct = ",".join(filter(None, (HOST, "localhost", os.environ.get("NO_PROXY", os.environ.get("no_proxy")))))
    return inherited | {
        "AUTH": "true",
        "LAMBDA_EXECUTOR": "local",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(state.ports.aws),
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": state.account_id,
        # MiniStack appends /v1/chat/completions; OpenAI-compatible servers are often written with the /v1.
        "MINISTACK_BEDROCK_PROXY_URL": state.model_url.rstrip("/").removesuffix("/v1"),
        "MINISTACK_BEDROCK_PROXY_TIMEOUT_SECONDS": "120",
        "SMTP_HOST": f"{HOST}:{state.ports.smtp}",
        # Functions inherit it, as Lambda would set it.
        "AWS_XRAY_DAEMON_ADDRESS": f"{HOST}:{state.ports.xray}",
        # These would listen on every interface.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # Where Docker runs, MiniStack would stop containers that it takes for its own.
        "DOCKER_HOST": f"unix://{states.home(root)}/no-docker.sock",
        "TMPDIR": str(states.home(root) / "tmp"),
        # Else clouds share Cognito's signing keys.
        "STATE_DIR": str(states.home(root) / "tmp" / "state"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_ACCESS_KEY_ID": state.admin.access_key_id,
        "AWS_SECRET_ACCESS_KEY": state.admin.secret_access_key,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "PYTHONUNBUFFERED": "1",
    }


def _await_ready(state: CloudState, check: Callable[[], None]) -> None:
    def settled() -> bool:
        check()
        return _answers(state.ports) or any(not is_running(process) for process in state.processes)

    in_time = wait_until(settled, _START_SECONDS)
    for process in state.processes:
        if not is_running(process):
            raise LocalCloudError(f"The {process.name} of the local cloud stopped while starting; its log is {_log(state, process.name)}.")
    if not in_time:
        raise LocalCloudError(f"The local cloud did not answer within {_START_SECONDS:.0f} seconds; its logs are in {state.log_dir}.")


def _answers(ports: Ports) -> bool:
    listening = all(_listens(port) for port in (ports.smtp, ports.model) if port)
    return listening and _healthy(ports.aws)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0


def _free_port(wanted: int) -> int:
    """The wanted port, or any free one if something listens there already."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((HOST, wanted if wanted and not _listens(wanted) else 0))
        except OSError:
            server.bind((HOST, 0))
        return int(server.getsockname()[1])


def _free_ports(number: int) -> list[int]:
    """Held until all are chosen: one that is let go can be chosen again."""
    with ExitStack() as held:
        servers = [held.enter_context(socket.socket()) for _ in range(number)]
        for server in servers:
            server.bind((HOST, 0))
        return [int(server.getsockname()[1]) for server in servers]


def _discard(root: Path) -> bool:
    """Stop what the saved state names, and forget it."""
    state = states.load(root)
    stopped = stop(state.processes) if state else False
    states.forget(root)
    shutil.rmtree(states.home(root) / "tmp", ignore_errors=True)
    return stopped


def _log(state: CloudState, name: str) -> Path:
    return state.log_dir / f"{name}.log"
