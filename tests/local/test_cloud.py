import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from remit.local import cloud as clouds
from remit.local import processes, state
from remit.local.cloud import CloudState, LocalCloudError, current, down, up
from remit.local.processes import Process, is_running, wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

START = """
import sys
from pathlib import Path
from remit.local.cloud import up
up(Path(sys.argv[1]), int(sys.argv[2]), lambda step: print(step, flush=True))
"""


def command(repository: Path, port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", START, str(repository), str(port)], stdout=subprocess.PIPE, text=True)


def working_below(folder: Path) -> list[str]:
    """Processes that run a program of the folder."""
    table = subprocess.check_output(["ps", "-A", "-ww", "-o", "args="], text=True)
    return [line for line in table.splitlines() if f"{folder}/" in line]


def addresses(started: CloudState) -> set[str]:
    """Where the processes of the cloud listen."""
    pids = [f"pid={process.pid}," for process in started.processes]
    table = subprocess.check_output(["ss", "-ltnpH"], text=True).splitlines()
    return {line.split()[3].rpartition(":")[0] for line in table if any(pid in line for pid in pids)}


def test_a_second_up_returns_the_cloud_that_runs(repository: Path, free_port: int) -> None:
    started = up(repository, free_port)
    assert up(repository, free_port) == current(repository) == started
    assert started.endpoint == f"http://127.0.0.1:{free_port}"


def test_its_state_is_readable_by_its_owner_only(repository: Path, free_port: int) -> None:
    up(repository, free_port)
    assert (repository / ".remit" / "cloud.json").stat().st_mode & 0o777 == 0o600


def test_down_ends_every_process_and_says_whether_there_was_one(repository: Path, free_port: int) -> None:
    started = up(repository, free_port)
    assert down(repository)
    assert not any(is_running(process) for process in started.processes)
    assert current(repository) is None
    assert not down(repository)


def test_down_ends_functions_that_are_still_at_work(repository: Path, free_port: int) -> None:
    aws = Aws(up(repository, free_port))
    function = aws.function("import time\ndef handler(event, context):\n    while True: time.sleep(1)")
    aws.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    workers = state.home(repository) / "tmp"
    assert wait_until(lambda: bool(working_below(workers)), 20)
    down(repository)
    assert working_below(workers) == []
    assert not workers.exists()


def test_the_cloud_outlives_the_command_that_started_it(repository: Path, free_port: int) -> None:
    assert command(repository, free_port).wait(60) == 0
    assert current(repository) is not None


def test_a_taken_port_is_left_alone_and_another_is_used(repository: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert up(repository, port).ports.aws != port


def test_everything_listens_on_loopback_only(cloud: CloudState) -> None:
    assert addresses(cloud) == {"127.0.0.1"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", ["Starting the inbox", "Starting the cloud", "Waiting for"])
def test_an_interrupted_start_leaves_no_process_behind(repository: Path, free_port: int, step: str, number: signal.Signals) -> None:
    starting = command(repository, free_port)
    assert starting.stdout
    while step not in starting.stdout.readline():
        assert starting.poll() is None
    saved = state.load(repository)
    starting.send_signal(number)
    assert starting.wait(30) != 0
    assert state.load(repository) is None
    assert working_below(repository) == []
    assert not any(is_running(process) for process in (saved.processes if saved else ()))


def test_a_start_that_fails_names_the_log_and_leaves_nothing(repository: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clouds, "_commands", lambda _: [("cloud", ["remit.local.absent"])])
    with pytest.raises(LocalCloudError, match=r"its log is .*cloud\.log"):
        up(repository, free_port)
    assert "remit.local.absent" in (repository / ".remit" / "log" / "cloud.log").read_text()
    assert state.load(repository) is None


def test_up_replaces_a_cloud_of_which_a_part_has_died(repository: Path, free_port: int) -> None:
    broken = up(repository, free_port)
    os.kill(broken.processes[0].pid, signal.SIGKILL)
    assert wait_until(lambda: current(repository) is None, 10)
    repaired = up(repository, free_port)
    assert current(repository) == repaired
    assert not any(is_running(process) for process in broken.processes)


def test_a_process_that_took_over_a_pid_is_never_stopped() -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        assert not processes.stop([Process(name="cloud", pid=other.pid, started="long ago")])
        assert other.poll() is None
        other.kill()


def test_functions_see_nothing_of_the_users_environment(repository: Path, free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("AWS_PROFILE", "production")
        environment.setenv("A_SECRET", "hunter2")
        aws = Aws(up(repository, free_port))
    function = aws.function("import os\ndef handler(event, context): return dict(os.environ)")
    seen = aws.client("lambda").invoke(FunctionName=function)["Payload"].read().decode()
    assert "production" not in seen
    assert "hunter2" not in seen


def test_signing_keys_are_the_clouds_own_and_go_with_it(repository: Path, free_port: int) -> None:
    Aws(up(repository, free_port)).client("cognito-idp").create_user_pool(PoolName="people")
    assert list(state.home(repository).glob("tmp/state/*.pem"))
    down(repository)
    assert not list(state.home(repository).rglob("*.pem"))


def test_another_model_server_takes_the_place_of_the_scripted_one(
    repository: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMIT_MODEL_URL", "http://127.0.0.1:9/v1")
    started = up(repository, free_port)
    assert started.ports.model is None
    assert [process.name for process in started.processes] == ["inbox", "cloud"]
    assert started.model_url == "http://127.0.0.1:9/v1"


def test_the_environment_points_other_tools_at_the_cloud(cloud: CloudState) -> None:
    assert cloud.environment() == {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
