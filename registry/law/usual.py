"""How long orders of a regime usually last where no source read so far sets a maximum: configuration, only to warn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.law.periods import Length, holds
from registry.law.rules import Confidence, Regime, RegimeCode


@dataclass(frozen=True, slots=True)
class UsualRow:
    """The longest that orders of these regimes are thought to last, until a lawyer confirms it."""

    regimes: tuple[RegimeCode, ...]
    longest: Length
    source: str
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None

    def fits(self, regime: str, on: date) -> bool:
        """Whether the row is about that regime on that day."""
        return regime in self.regimes and holds(self, on)


def usual_faults(rows: Sequence[UsualRow], regimes: Sequence[Regime]) -> list[str]:
    """A regime whose maximum is law needs no guess beside it."""
    bounded = {row.code for row in regimes if row.max_duration}
    return [f"usual {code}: the law has a maximum" for row in rows for code in row.regimes if code in bounded]
