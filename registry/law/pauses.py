"""Whether a ban still binds while the clock of its order stands: dated configuration, until a lawyer confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.law.checks import overlap_faults
from registry.law.rules import Confidence, Regime, RegimeCode


@dataclass(frozen=True, slots=True)
class PauseRow:
    """Whether the bans of these regimes bind while the running time stands still, in a period."""

    regimes: tuple[RegimeCode, ...]
    binds: bool
    source: str
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None


def pause_faults(pauses: Sequence[PauseRow], regimes: Sequence[Regime]) -> list[str]:
    """Each regime whose clock can stand says what that means for its bans, at most once for a day."""
    faults: list[str] = []
    for code in sorted({row.code for row in regimes if row.clock_stops}):
        rows = [row for row in pauses if code in row.regimes]
        if not rows:
            faults.append(f"pause {code}: nothing says whether the ban binds while the clock stands")
        faults += overlap_faults(f"pause {code}", rows)
    return faults
