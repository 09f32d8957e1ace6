"""agent-os-kernel, in a virtual environment of its own: run with that environment's Python, prints one JSON object.

Which rule matches is spread evenly over all of them.
"""

import json
import logging
import random
import sys
import time
from importlib import import_module
from typing import Any

from benchmarks.agent_os import evaluator

Answer = dict[str, Any]


def times(number: int, count: int) -> list[float]:
    """Microseconds of each decision."""
    subject, pick = evaluator(number), random.Random(1)  # noqa: S311 - the same questions in every run
    found = []
    for _ in range(count + 5):
        context = {"agent_and_tool": f"agent-{pick.randrange(number)}", "amount": 10_000}
        start = time.perf_counter_ns()
        decision = subject.evaluate(context)
        found.append((time.perf_counter_ns() - start) / 1000)
        if not decision.allowed:
            raise AssertionError(f"{context} is not allowed")
    return found[5:]


def cedar_backend() -> str:
    """What its Cedar backend says to a request that one policy permits."""
    logging.disable(logging.CRITICAL)
    backend = import_module("agent_os.policies.backends").CedarBackend(
        policy_content="permit(principal, action, resource);", mode="cedarpy"
    )
    answer = backend.evaluate({"agent_id": "agent-0", "tool_name": "order", "resource": "A-100"})
    return f"fails: {answer.error}" if answer.error else "answers"


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    told: Answer = {"times": times(asked["policies"], asked["count"]), "cedar": cedar_backend()}
    sys.stdout.write(json.dumps(told))
