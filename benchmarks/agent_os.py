"""agent-os-kernel's evaluator, over as many rules as the others have policies: imported with the interpreter of its own environment only.

Its rules have one condition each, so a rule here is one agent and tool.
"""

from importlib import import_module
from typing import Any


def evaluator(number: int) -> Any:  # noqa: ANN401 - the package is not installed where this is type-checked
    schema = import_module("agent_os.policies.schema")
    rules = [
        schema.PolicyRule(
            name=f"rule-{index}",
            condition=schema.PolicyCondition(field="agent_and_tool", operator=schema.PolicyOperator.EQ, value=f"agent-{index}"),
            action=schema.PolicyAction.ALLOW,
            message="The permission matrix.",
        )
        for index in range(number)
    ]
    document = schema.PolicyDocument(name="orders", rules=rules, defaults=schema.PolicyDefaults(action=schema.PolicyAction.DENY))
    return import_module("agent_os.policies").PolicyEvaluator(policies=[document])
