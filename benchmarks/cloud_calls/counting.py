"""Have deployed functions write down each of their AWS calls, and read what they wrote."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from remit.domain.model import Model

HOOKS = Path(__file__).resolve().parent / "hooks"
_KILOBYTE = 1024


class Call(Model):
    """One AWS call of a function; sizes in bytes of the items that it wrote or checked, and of those that it read."""

    function: str
    call: str
    written: tuple[int, ...] = ()
    transacted: bool = False
    read: tuple[int, ...] = ()
    queried: bool = False

    @property
    def write_units(self) -> int:
        """One for each begun kilobyte of an item, two in a transaction.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
        """
        return sum(-(-max(size, 1) // _KILOBYTE) for size in self.written) * (2 if self.transacted else 1)

    @property
    def read_units(self) -> float:
        """One for each begun 4 kB of an item, or of all that a query found together; consistent. What is not there costs one."""
        if not self.call.startswith("dynamodb:") or self.written:
            return 0
        sizes = [sum(self.read)] if self.queried or not self.read else self.read
        return sum(-(-max(size, 1) // (4 * _KILOBYTE)) for size in sizes)


@contextmanager
def counted(functions: Sequence[str], lambdas: Any, file: Path) -> Iterator[None]:  # noqa: ANN401 - a Lambda client
    """While it lasts, the functions start with the hooks and write into the file."""
    before = {name: _environment(lambdas, name) for name in functions}
    hooks = {"PYTHONPATH": str(HOOKS), "REMIT_CALLS": str(file)}
    try:
        for name, variables in before.items():
            lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": {**variables, **hooks}})
        yield
    finally:
        for name, variables in before.items():
            lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def calls(file: Path) -> tuple[Call, ...]:
    return tuple(Call.model_validate_json(line) for line in file.read_text().splitlines()) if file.exists() else ()


def by_name(found: Sequence[Call]) -> Counter[str]:
    return Counter(call.call for call in found)


def _environment(lambdas: Any, name: str) -> Mapping[str, str]:  # noqa: ANN401
    variables: dict[str, str] = lambdas.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return variables


def milliseconds(logs: Any, functions: Sequence[str], since: int) -> Mapping[str, int]:  # noqa: ANN401 - a CloudWatch Logs client
    """By function, how long its invocations since then took together, as the platform reports it."""
    return {name: sum(_durations(logs, f"/aws/lambda/{name}", since)) for name in functions}


def _durations(logs: Any, group: str, since: int) -> Iterator[int]:  # noqa: ANN401
    for event in logs.filter_log_events(logGroupName=group, startTime=since)["events"]:
        if '"platform.report"' in event["message"]:
            yield int(json.loads(event["message"])["record"]["metrics"]["durationMs"])
