"""Which fact no longer stands as it did, by a record of the table's stream."""

from typing import Any

from remit.domain.fact_key import FactKey, key_of


def turned(record: dict[str, Any]) -> FactKey | None:
    """None for what is no fact that stood: its history, a claim, a citation, or a fact that is new."""
    keys = record["dynamodb"]["Keys"]
    namespace, place = keys["pk"]["S"], keys["sk"]["S"]
    if record["eventName"] == "INSERT" or "#" in namespace:
        return None
    return key_of(f"{namespace}:{place}")
