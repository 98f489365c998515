"""What a drawing is made of, in units of the drawing; a picture and a page on paper are both made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, Literal

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """A filled area: outer ring first, then its holes."""

    rings: Sequence[Sequence[Point]]
    fill: str
    opacity: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: Sequence[Point]
    colour: str
    width: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle with an edge."""

    at: Point
    radius: float
    fill: str
    edge: str
    width: float = 1.5


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `at` is the left, middle or right end of its baseline. On a patch of white it can be read."""

    at: Point
    text: str
    size: float
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


Item = Area | Line | Dot | Words


@dataclass(slots=True)
class Drawing:
    """Items from the bottom to the top, on white."""

    width: float
    height: float
    title: str
    items: list[Item] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Plain values that fit in JSON: `[kind, fields]` an item."""
        items = [[type(item).__name__, asdict(item)] for item in self.items]
        return {"width": self.width, "height": self.height, "title": self.title, "items": items}

    def svg(self) -> str:
        """The drawing as SVG, with its title for who cannot see it."""
        size = f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" width="{_n(self.width)}" height="{_n(self.height)}"'
        body = "\n".join(_svg(item) for item in self.items)
        title = f'<title id="map-title">{escape(self.title)}</title>'
        start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="map-title">'
        return f'{start}{title}\n<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>'


def _svg(item: Item) -> str:
    if isinstance(item, Area):
        path = " ".join(f"M{_path(ring)}Z" for ring in item.rings)
        return f'<path d="{path}" fill="{item.fill}" fill-opacity="{_n(item.opacity)}" fill-rule="evenodd"/>'
    if isinstance(item, Line):
        stroke = f'stroke="{item.colour}" stroke-width="{_n(item.width)}" stroke-linejoin="round"'
        return f'<path d="M{_path(item.points)}" fill="none" {stroke}/>'
    if isinstance(item, Dot):
        centre = f'cx="{_n(item.at[0])}" cy="{_n(item.at[1])}" r="{_n(item.radius)}"'
        return f'<circle {centre} fill="{item.fill}" stroke="{item.edge}" stroke-width="{_n(item.width)}"/>'
    weight = ' font-weight="bold"' if item.bold else ""
    place = f'x="{_n(item.at[0])}" y="{_n(item.at[1])}" font-size="{_n(item.size)}" text-anchor="{item.anchor}"'
    return f'<text {place} font-family="sans-serif" fill="#1b2733"{weight}>{escape(item.text)}</text>'


def _path(points: Sequence[Point]) -> str:
    return "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
