"""The charts of a CloudWatch dashboard: what each widget asks for, and what comes of it as a drawing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

COLOURS = ("#1a5fb4", "#8c1d18", "#1b5e3b", "#7a4a00", "#6b4fa0", "#3d8f8f", "#a0456b", "#525c69")
WIDTH, HEIGHT, _PAD = 320, 110, 4


class Line(NamedTuple):
    """One metric of a widget, as the dashboard's body names it; `dimensions` are in the order given there."""

    id: str
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    label: str


class Widget(NamedTuple):
    """`row` is the text that it stands under."""

    row: str
    title: str
    lines: tuple[Line, ...]


class Point(NamedTuple):
    at: datetime
    value: float


class Frame(NamedTuple):
    """What a chart covers: a window of time, and values from 0 to `top`."""

    begin: datetime
    end: datetime
    top: float

    def place(self, point: Point) -> tuple[float, float]:
        across = (point.at - self.begin) / (self.end - self.begin)
        up = point.value / self.top if self.top else 0.0
        return round(_PAD + (WIDTH - 2 * _PAD) * across, 1), round(HEIGHT - _PAD - (HEIGHT - 2 * _PAD) * up, 1)


class Drawn(NamedTuple):
    """A line as it is drawn: an SVG polyline's points, and the marks of single values."""

    label: str
    colour: str
    points: str
    marks: tuple[tuple[float, float], ...]
    last: str


class Chart(NamedTuple):
    """`silent` are the labels of lines without any value in the window."""

    title: str
    top: str
    lines: tuple[Drawn, ...]
    silent: tuple[str, ...]


def widgets_of(body: str) -> list[Widget]:
    """The metric widgets of a dashboard's body, in its order."""
    found: list[Widget] = []
    row = ""
    for number, widget in enumerate(json.loads(body)["widgets"]):
        properties = widget["properties"]
        if widget["type"] == "text":
            row = str(properties["markdown"]).lstrip("# ")
        elif widget["type"] == "metric":
            found.append(Widget(row, str(properties.get("title", "")), tuple(_lines(properties, number))))
    return found


def drawn(widget: Widget, values: Mapping[str, Sequence[Point]], begin: datetime, end: datetime) -> Chart:
    """The widget with the values of its lines, by the lines' ids, between the two times."""
    told = [(line, values.get(line.id) or ()) for line in widget.lines]
    top = max((point.value for _, points in told for point in points), default=0.0)
    frame = Frame(begin, end, top)
    with_values = [(line, points) for line, points in told if points]
    lines = [_drawn(line, points, COLOURS[number % len(COLOURS)], frame) for number, (line, points) in enumerate(with_values)]
    return Chart(widget.title, number_text(top), tuple(lines), tuple(line.label for line, points in told if not points))


def number_text(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.6g}"


def _lines(properties: Mapping[str, Any], number: int) -> Iterator[Line]:
    for position, metric in enumerate(properties.get("metrics", ())):
        options: Mapping[str, Any] = metric[-1] if isinstance(metric[-1], dict) else {}
        namespace, name, *names = [part for part in metric if isinstance(part, str)]
        dimensions = tuple(zip(names[::2], names[1::2], strict=True))
        statistic = str(options.get("stat") or properties.get("stat") or "Average")
        yield Line(f"w{number}m{position}", namespace, name, dimensions, statistic, str(options.get("label") or name))


def _drawn(line: Line, points: Sequence[Point], colour: str, frame: Frame) -> Drawn:
    in_order = sorted(points)
    places = tuple(map(frame.place, in_order))
    return Drawn(line.label, colour, " ".join(f"{x},{y}" for x, y in places), places, number_text(in_order[-1].value))
