"""A program of its own: a drawing as JSON on standard input becomes a PNG on standard output.

Apart from the web process, which also judges positions: to draw takes longer than a position may wait.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

# Drawn so much larger than it becomes, for smooth edges; and so many pixels a unit in the end.
_LARGER, _PIXELS_A_UNIT = 2, 2
_K = _LARGER * _PIXELS_A_UNIT
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


class Canvas:
    """A picture on which items are drawn, larger than it becomes."""

    def __init__(self, width: float, height: float) -> None:
        self._size = (round(width * _K), round(height * _K))
        self.image = Image.new("RGB", self._size, "white")
        self._draw = ImageDraw.Draw(self.image)

    def area(self, item: dict[str, Any]) -> None:
        """Fill an area, its holes left out, so that what lies under it shows through."""
        mask = Image.new("L", self._size, 0)
        pen = ImageDraw.Draw(mask)
        outer, *holes = item["rings"]
        pen.polygon(_scaled(outer), fill=round(255 * item["opacity"]))
        for hole in holes:
            pen.polygon(_scaled(hole), fill=0)
        self.image.paste(ImageColor.getrgb(item["fill"]), (0, 0), mask)

    def line(self, item: dict[str, Any]) -> None:
        """Draw a line."""
        self._draw.line(_scaled(item["points"]), fill=item["colour"], width=_wide(item["width"]), joint="curve")

    def dot(self, item: dict[str, Any]) -> None:
        """Draw a circle."""
        (x, y), radius = item["at"], item["radius"]
        box = _scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(box, fill=item["fill"], outline=item["edge"], width=_wide(item["width"]))

    def words(self, item: dict[str, Any]) -> None:
        """Write text; bold is drawn with a thin edge, for the font at hand has one weight."""
        font = ImageFont.load_default(item["size"] * _K)
        stroke = round(0.02 * item["size"] * _K) if item["bold"] else 0
        (place,) = _scaled([item["at"]])
        anchor = _ANCHORS[item["anchor"]]
        self._draw.text(place, item["text"], fill="#1b2733", font=font, anchor=anchor, stroke_width=stroke)

    def finished(self) -> Image.Image:
        """Return the picture at its own size."""
        size = (self._size[0] // _LARGER, self._size[1] // _LARGER)
        return self.image.resize(size, Image.Resampling.LANCZOS)


def _scaled(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    return [(x * _K, y * _K) for x, y in points]


def _wide(width: float) -> int:
    return max(1, round(width * _K))


def main() -> None:
    """Draw what stands on standard input."""
    told = json.load(sys.stdin)
    canvas = Canvas(told["width"], told["height"])
    draw: dict[str, Callable[[dict[str, Any]], None]] = {
        "Area": canvas.area,
        "Line": canvas.line,
        "Dot": canvas.dot,
        "Words": canvas.words,
    }
    for kind, item in told["items"]:
        draw[kind](item)
    canvas.finished().save(sys.stdout.buffer, "PNG", optimize=True)


if __name__ == "__main__":
    main()
