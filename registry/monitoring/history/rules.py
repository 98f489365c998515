"""How much of a history is read at a time; all configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST_READING = timedelta(days=31)
MOST_POSITIONS = 1000
CURSOR = r"\A[0-9]{1,15}(\.[0-9]{1,9}){3}\Z"


@dataclass(frozen=True, slots=True)
class Piece:
    """Which piece of a list of positions is wanted: at most how many, and after where the last one ended.

    >>> Piece(500, "1795435200000.7.0.0").after
    (1795435200000, 7, 0, 0)
    """

    limit: int
    cursor: str | None = None

    @property
    def after(self) -> tuple[int, int, int, int]:
        """The point after which it begins: epoch ms, number of the device, sequence and kind of the ping."""
        if self.cursor is None:
            return (0, 0, 0, 0)
        at_ms, number, sequence, kind = map(int, self.cursor.split("."))
        return (at_ms, number, sequence, kind)
