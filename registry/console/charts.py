"""Bar charts as numbers for a template: where each bar stands and how high it is, in units of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
_LEFT, _TOP, _BOTTOM = 8, 34, 40
_FLOOR = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Column:
    """What a bar stands for: the word under it, its value, and the words above and beneath; without value no bar."""

    label: str
    value: float | None
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A column with its place in the drawing; `middle` is where its words are centred."""

    column: Column
    x: float
    y: float
    width: float
    height: float
    middle: float


def bars(columns: Sequence[Column]) -> list[Bar]:
    """Place columns from left to right; the highest value fills the drawing, and one above zero can always be seen.

    >>> [(round(bar.x), round(bar.height)) for bar in bars([Column("a", 2.0, "", ""), Column("b", None, "", "")])]
    [(56, 146), (368, 0)]
    """
    most = max((column.value or 0 for column in columns), default=0)
    pitch = (WIDTH - 2 * _LEFT) / max(len(columns), 1)
    width = pitch * 0.7
    return [_bar(column, _LEFT + place * pitch, pitch, width, most) for place, column in enumerate(columns)]


def _bar(column: Column, left: float, pitch: float, width: float, most: float) -> Bar:
    room = _FLOOR - _TOP
    share = (column.value or 0) / most if most else 0
    height = max(share * room, 1 if column.value else 0)
    return Bar(column, left + (pitch - width) / 2, _FLOOR - height, width, height, left + pitch / 2)
