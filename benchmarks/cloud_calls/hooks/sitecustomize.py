"""Loaded by a function's interpreter as it starts: writes a line for every AWS call that botocore makes, out of its event hooks."""

import json
import os
from typing import Any

import botocore.handlers

Json = dict[str, Any]
_ITEMS = ("Put", "Update", "Delete", "ConditionCheck")


def _asked(params: Json, model: Any, context: Json, **_: object) -> None:  # noqa: ANN401 - botocore's own call
    """Have the response tell which items were read; keep what is written."""
    context["remit_written"] = _written(model.name, params)


def _answered(parsed: Json, model: Any, context: Json, **_: object) -> None:  # noqa: ANN401
    line = {
        "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "call": f"{model.service_model.signing_name}:{model.name}",
        "written": context.get("remit_written", []),
        "transacted": model.name.startswith("Transact"),
        "read": [len(json.dumps(item)) for item in _read(parsed)],
        "queried": model.name == "Query",
    }
    with open(os.environ["REMIT_CALLS"], "a") as file:  # noqa: PTH123 - a line at a time, by several processes
        file.write(json.dumps(line) + "\n")


def _written(name: str, params: Json) -> list[int]:
    """The size of each item that a call writes or checks, as JSON: some bytes more than DynamoDB counts."""
    if name in {"PutItem", "UpdateItem", "DeleteItem"}:
        return [len(json.dumps(params, default=str))]
    if name == "TransactWriteItems":
        return [len(json.dumps(each[kind], default=str)) for each in params["TransactItems"] for kind in _ITEMS if kind in each]
    return []


def _read(parsed: Json) -> list[Json]:
    if "Items" in parsed:
        return list(parsed["Items"])
    if "Responses" in parsed and isinstance(parsed["Responses"], dict):
        return [item for items in parsed["Responses"].values() for item in items]
    return [parsed["Item"]] if "Item" in parsed else []


botocore.handlers.BUILTIN_HANDLERS += [("before-parameter-build.dynamodb", _asked), ("after-call", _answered)]
