"""How many breaches in how many days call for a human: configuration of the chain, not law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.law.checks import overlap_faults
from registry.law.rules import Confidence


@dataclass(frozen=True, slots=True)
class AccumulationRow:
    """So many breaches within so many days; `severity` "light" or "severe" counts those alone, without it any."""

    code: str
    title_nl: str
    count: int
    within_days: int
    priority: int
    source: str
    confidence: Confidence
    severity: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def accumulation_faults(rows: Sequence[AccumulationRow]) -> list[str]:
    """Each rule says something that can happen, once a day."""
    faults: list[str] = []
    for row in rows:
        if row.count < 2 or row.within_days < 1 or row.priority not in (1, 2, 3):
            faults.append(f"accumulation {row.code}: at least two breaches, one day, and a priority from 1 to 3")
        if row.severity not in (None, "light", "severe"):
            faults.append(f"accumulation {row.code}: severity is light or severe")
    for code in sorted({row.code for row in rows}):
        faults += overlap_faults(f"accumulation {code}", [row for row in rows if row.code == code])
    return faults
