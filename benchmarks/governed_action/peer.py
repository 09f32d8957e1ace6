"""agent-os-kernel's governed path, in its own virtual environment: run with that environment's Python, prints one JSON object.

Policy and audit: the evaluator over as many rules, then the flight recorder, whose entries are chained by hash as ours are, or the plain
audit log in memory, whose are not. The tool puts its payload into a dictionary.
"""

import json
import logging
import random
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.agent_os import evaluator

WARM = 200


def recorded(subject: Any, recorder: Any, done: dict[str, Any], who: str, payload: dict[str, Any]) -> None:  # noqa: ANN401
    decision = subject.evaluate({"agent_and_tool": who, **payload})
    trace = recorder.start_trace(who, "do_1", payload)
    if not decision.allowed:
        recorder.log_violation(trace, decision.reason)
        raise AssertionError(who)
    done[trace] = payload
    recorder.log_success(trace, payload)


def logged(subject: Any, log: Any, done: dict[str, Any], who: str, payload: dict[str, Any]) -> None:  # noqa: ANN401
    decision = subject.evaluate({"agent_and_tool": who, **payload})
    log.log_decision(who, "do_1", "allow" if decision.allowed else "deny", decision.reason, 0.0, payload=payload)
    if not decision.allowed:
        raise AssertionError(who)
    done[str(len(done))] = payload


def times(path: Any, rules: int, count: int, audit: Any) -> list[float]:  # noqa: ANN401
    """Microseconds of CPU time of each governed action."""
    subject, pick, found = evaluator(rules), random.Random(1), list[float]()  # noqa: S311 - the same questions in every run
    done: dict[str, Any] = {}
    for _ in range(count + WARM):
        who, payload = f"agent-{pick.randrange(rules)}", {"account_id": "A-100", "amount": 10_000}
        start = time.thread_time_ns()
        path(subject, audit, done, who, payload)
        found.append((time.thread_time_ns() - start) / 1000)
    return found[WARM:]


def audit_log() -> Any:  # noqa: ANN401
    module = import_module("agent_os.audit_logger")
    log = module.GovernanceAuditLogger()
    log.add_backend(module.InMemoryBackend())
    return log


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asked = json.loads(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        recorder = import_module("agent_control_plane.flight_recorder").FlightRecorder(db_path=str(Path(scratch, "flights.db")))
        told = {
            "recorder": times(recorded, asked["rules"], asked["count"], recorder),
            "log": times(logged, asked["rules"], asked["count"], audit_log()),
        }
        recorder.close()
    sys.stdout.write(json.dumps(told))
