"""What no made-up request may leave behind: a warrant, a use of one, or a changed business record."""

import json
from typing import Any

from remit.cli.demo.stories import RECORDS
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.names import Names


class Untouched:
    """The tables as they were when this was made."""

    def __init__(self, state: CloudState) -> None:
        self._tables: Any = local_session(state).resource("dynamodb", endpoint_url=state.endpoint)
        names = Names(LOCAL_STAGE)
        business = [names.business_table(domain, table) for domain, tables in RECORDS.items() for table in tables]
        self._names = [names.table("warrants"), names.table("uses"), names.business_table("refunds", "refunds"), *business]
        self._before = self._now()

    def changes(self) -> list[str]:
        """The names of the tables that are not as they were."""
        now = self._now()
        return [f"{name} is not as it was" for name in self._names if now[name] != self._before[name]]

    def _now(self) -> dict[str, list[str]]:
        return {name: sorted(json.dumps(item, default=str, sort_keys=True) for item in self._items(name)) for name in self._names}

    def _items(self, name: str) -> list[Any]:
        return list(self._tables.Table(name).scan(ConsistentRead=True)["Items"])
