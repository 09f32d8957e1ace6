"""Every kind of fault at every call of every scenario, on as many processes as there are processors, each with a cloud of its own."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context

from tests.faults.deployment import deployed
from tests.faults.scenarios import SCENARIOS, Result, Stage

_AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
# Of one scenario, so that none keeps a process busy when all the others are done.
PARTS = 4
WORK = tuple((name, part) for name in range(len(SCENARIOS)) for part in range(PARTS))
_open = ExitStack()
_stages: list[Stage] = []


def played(every: int = 1) -> Iterator[list[Result]]:
    """A part of a scenario at a time, as they come; at each call all kinds, or every second, say."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _set_the_stage) as pool:
        for done in as_completed([pool.submit(_play, *each, every) for each in WORK]):
            yield done.result()


def _set_the_stage() -> None:
    os.environ.update(_AWS)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    _stages.append(Stage(_open.enter_context(deployed())))


def _play(number: int, part: int, every: int) -> list[Result]:
    scenario, (stage,) = SCENARIOS[number], _stages
    return [stage.play(scenario, fault) for fault in stage.faults(scenario, every)[part::PARTS]]
