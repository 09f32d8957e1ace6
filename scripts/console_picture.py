"""Take docs/console.png anew: the console of this repository's local cloud, best as `make demo` leaves it.

What charts it shows is written beside it, so that a test can tell when the picture is out of date.
"""

import json
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from remit.cli.browser import picture
from remit.cli.console.charts import Chart, Widget
from remit.cli.console.command import source_of
from remit.cli.console.server import LOOPBACK, make_server
from remit.cli.errors import CliError
from scripts.browser import MISSING

PICTURE = Path(__file__).parents[1] / "docs" / "console.png"
SHOWN = PICTURE.with_suffix(".json")


def titles(rows: Mapping[str, Iterable[Chart | Widget]]) -> dict[str, list[str]]:
    """What a picture shows: the charts' titles, by row."""
    return {row: [each.title for each in charts] for row, charts in rows.items()}


def take() -> None:
    """Raises CliError where there is no deployment, or no browser."""
    source = source_of(None)
    with make_server(source, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        taken = picture(f"http://{LOOPBACK}:{server.server_port}/", PICTURE, size=(1280, 1460))
        server.shutdown()
    if taken is None:
        raise CliError(MISSING)
    SHOWN.write_text(json.dumps(titles(source.charts()), indent=2) + "\n", encoding="utf-8")


def main() -> None:
    try:
        take()
    except CliError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
