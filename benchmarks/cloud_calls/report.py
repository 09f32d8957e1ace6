"""Three kinds of governed action, counted on a local cloud, as the README's tables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.cloud_calls.ceilings import CEILINGS
from benchmarks.cloud_calls.counting import by_name
from benchmarks.cloud_calls.scenarios import Action, counting
from benchmarks.results import measured_on
from remit.cli.demo.world import World
from remit.local.cloud import CloudState
from remit.prices import list_prices

README = Path(__file__).resolve().parent / "README.md"
_QUESTION, _MAIL = "verifiedpermissions:IsAuthorized", "ses:SendEmail"
_GATE_MEMORY_GB, _SECONDS_PRICE = 0.5, 0.0000133334
_MILLION = 1_000_000


def results(state: CloudState, world: World) -> str:
    with counting(state, world) as counter:
        actions = {"allow": counter.allowed(), "escalate": counter.escalated(), "deny": counter.denied()}
    return "\n".join([*_table(actions), "", *_by_function(actions), "", measured_on("boto3", "ministack"), ""])


def priced(action: Action) -> Counter[str]:
    """What the price table has a price for."""
    found = action.all_calls
    return Counter(
        {
            "apigateway:Request": 1,
            "lambda:Invoke": sum(1 for took in action.milliseconds.values() if took),
            "states:Transition": len(action.states),
            _QUESTION: by_name(found)[_QUESTION],
            _MAIL: by_name(found)[_MAIL],
            "dynamodb:WriteUnit": sum(call.write_units for call in found),
            "dynamodb:ReadUnit": round(sum(call.read_units for call in found)),
        }
    )


def dollars_per_million(action: Action) -> float:
    """List price of a million such actions, with the time of functions of half a gigabyte on arm64."""
    running = sum(action.milliseconds.values()) / 1000 * _GATE_MEMORY_GB * _SECONDS_PRICE
    return (list_prices().of_calls(priced(action)) + running) * _MILLION


def _table(actions: Mapping[str, Action]) -> Iterator[str]:
    yield "| action | AWS calls | the gate's | ceiling | Verified Permissions | write units | read units | states | Lambda | $ a million |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, action in actions.items():
        units, gate = priced(action), len(action.calls["gate"])
        cells = (
            f"{len(action.all_calls)}",
            f"{gate}",
            f"{CEILINGS[name].gate}",
            f"{units[_QUESTION]}",
            f"{units['dynamodb:WriteUnit']}",
            f"{units['dynamodb:ReadUnit']}",
            f"{len(action.states)}",
            f"{sum(action.milliseconds.values()):,} ms",
            f"{dollars_per_million(action):,.0f}",
        )
        yield f"| {name} | " + " | ".join(cells) + " |"


def _by_function(actions: Mapping[str, Action]) -> Iterator[str]:
    yield "| action | function | its AWS calls |"
    yield "|---|---|---|"
    for name, action in actions.items():
        for role, found in action.calls.items():
            if found:
                yield f"| {name} | {role} | " + ", ".join(f"{call} × {times}" for call, times in sorted(by_name(found).items())) + " |"
