"""What the gate's bundle costs a cold start, beside boto3 alone: each import in a process of its own, of which the least counts."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3

# What the Lambda runtime has; a bundle brings the rest.
_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")

# CPU time, because another process on the machine is no cost of an import. Memory is what is resident then, and was at most, where Linux
# tells it.
_PROGRAM = """
import os, sys, time
sys.path[:0] = {path!r}
start = time.process_time()
import {module}
spent = time.process_time() - start
told = "/proc/self/statm"
if os.path.exists(told):
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(spent, int(open(told).read().split()[1]) * os.sysconf("SC_PAGE_SIZE"), int(peak) * 1024)
else:
    print(spent, 0, 0)
"""
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "gate",
    "POWERTOOLS_METRICS_NAMESPACE": "Remit",
    # As in Lambda: without it the tracer makes clients to ask for sampling rules.
    "LAMBDA_TASK_ROOT": "/var/task",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU and bytes."""

    seconds: float
    memory: int
    peak: int


def lambda_runtime(folder: Path) -> Path:
    """The folder, with the packages in it that Lambda's Python has."""
    for name in _RUNTIME:
        (folder / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    return folder


def least_costs(modules: Sequence[str], path: Sequence[Path], scratch: Path, runs: int = 9) -> Mapping[str, Cost]:
    """By module, each imported in turn `runs` times; compiled code is kept in `scratch` by a first run that does not count."""
    measured: dict[str, list[Cost]] = {module: [] for module in modules}
    for number in range(runs + 1):
        for module in modules:
            cost = _import(module, path, scratch)
            if number:
                measured[module].append(cost)
    return {module: min(costs, key=lambda cost: cost.seconds) for module, costs in measured.items()}


def _import(module: str, path: Sequence[Path], scratch: Path) -> Cost:
    program = _PROGRAM.format(path=[str(folder) for folder in path], module=module)
    command = [sys.executable, "-I", "-S", "-X", f"pycache_prefix={scratch}", "-c", program]
    done = subprocess.run(command, env=_ENVIRONMENT, capture_output=True, text=True, check=True)  # noqa: S603 - a fixed command
    seconds, memory, peak = done.stdout.split()
    return Cost(seconds=float(seconds), memory=int(memory), peak=int(peak))
