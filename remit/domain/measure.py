"""What is counted and timed, and under which dimensions: these metrics and no others, so that a dashboard can name no other."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """As CloudWatch names them; money has none there."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"
    PERCENT = "Percent"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Metric:
    """`by` are the sets of dimensions it is kept under, beside the function that counted it (`service`). Every value of a dimension is
    from a charter or from this code: a run's id, or whatever else a caller can choose, would be a metric of its own."""

    name: str
    unit: Unit
    by: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One value of a metric, with the value of each dimension that the metric is kept under."""

    metric: Metric
    value: float
    dimensions: dict[str, str]


DECISIONS = Metric("Decisions", Unit.COUNT, (("Outcome",), ("Agent", "Outcome"), ("Tool", "Outcome")))
DECIDED_BY = Metric("DecidedBy", Unit.COUNT, (("Policy", "Outcome"),))
DECISION_LATENCY = Metric("DecisionLatency", Unit.MILLISECONDS, (("Engine",),))
DENIALS = Metric("Denials", Unit.COUNT, (("Agent",),))
REFUSALS = Metric("Refusals", Unit.COUNT, (("Error",),))
SHADOW_FLIPS = Metric("ShadowFlips", Unit.COUNT, (("Tool",),))
SHADOW_ERRORS = Metric("ShadowErrors", Unit.COUNT, (("Tool",),))
QUESTIONS = Metric("Questions", Unit.COUNT, (("Route",),))
ANSWERS = Metric("Answers", Unit.COUNT, (("Route", "Status"),))
APPROVAL_WAIT = Metric("ApprovalWait", Unit.SECONDS, (("Route",),))
UNDELIVERABLE = Metric("ApprovalMailsUndeliverable", Unit.COUNT, (("Route",),))
TOOL_LATENCY = Metric("ToolLatency", Unit.MILLISECONDS, (("Tool",),))
READ_BACK_LATENCY = Metric("ReadBackLatency", Unit.MILLISECONDS, (("Tool",),))
OUTCOMES = Metric("Outcomes", Unit.COUNT, (("Verification",), ("Tool", "Verification")))
UNVERIFIED_OUTCOMES = Metric("UnverifiedOutcomes", Unit.COUNT, (("Tool",),))
MODEL_LATENCY = Metric("ModelLatency", Unit.MILLISECONDS, (("Agent",),))
INPUT_TOKENS = Metric("InputTokens", Unit.COUNT, (("Agent",), ("Model",)))
OUTPUT_TOKENS = Metric("OutputTokens", Unit.COUNT, (("Agent",), ("Model",)))
RUNS = Metric("Runs", Unit.COUNT, (("Outcome",),))
CONFLICTS = Metric("Conflicts", Unit.COUNT, ())
CHAIN_FAILURES = Metric("ChainFailures", Unit.COUNT, ())
UNWARRANTED = Metric("ReceiptsWithoutWarrant", Unit.COUNT, ())
GATE_ERRORS = Metric("GateErrors", Unit.COUNT, (("Domain",),))
WAITING = Metric("Waiting", Unit.COUNT, (("Route",),))
OLDEST_QUESTION = Metric("OldestQuestion", Unit.SECONDS, (("Route",),))
OVERDUE_QUESTIONS = Metric("OverdueQuestions", Unit.COUNT, (("Route",),))
# Of the day's budget, of whichever meter is nearest to its end.
BUDGET_USED = Metric("BudgetUsed", Unit.PERCENT, (("Agent",),))
# In dollars, by the price table.
MODEL_COST = Metric("ModelCost", Unit.NONE, (("Agent",), ("Model",)))
UNCOUNTED = Metric("Uncounted", Unit.COUNT, (("Kind",),))

METRICS = (
    DECISIONS,
    DECIDED_BY,
    DECISION_LATENCY,
    DENIALS,
    REFUSALS,
    SHADOW_FLIPS,
    SHADOW_ERRORS,
    QUESTIONS,
    ANSWERS,
    APPROVAL_WAIT,
    UNDELIVERABLE,
    TOOL_LATENCY,
    READ_BACK_LATENCY,
    OUTCOMES,
    UNVERIFIED_OUTCOMES,
    MODEL_LATENCY,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    RUNS,
    CONFLICTS,
    CHAIN_FAILURES,
    UNWARRANTED,
    GATE_ERRORS,
    WAITING,
    OLDEST_QUESTION,
    OVERDUE_QUESTIONS,
    BUDGET_USED,
    MODEL_COST,
    UNCOUNTED,
)
