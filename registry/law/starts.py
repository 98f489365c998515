"""What a decision waits for when it does not work at once, and the earliest day on which that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol

from registry.law.checks import overlap_faults
from registry.law.rules import Confidence, RegimeCode
from registry.law.terms.catalogue import Terms
from registry.law.terms.computing import DUTCH_TIME, compute
from registry.law.working_days import Holidays

_NOON = time(12)


class WaitsFor(StrEnum):
    """What must have come before a decision works."""

    FINALITY = "finality"
    """onherroepelijkheid"""
    SERVICE = "service"
    """betekening of toezending, en een termijn daarna"""


class Law(Protocol):
    """What the earliest day is found in."""

    @property
    def terms(self) -> Terms: ...
    @property
    def holidays(self) -> Holidays: ...


@dataclass(frozen=True, slots=True)
class StartWait:
    """What a decision waits for, and the earliest day on which it can work; None where nothing tells that day.

    `is_known` says that the day is counted from the event itself and not from the decision, which came before it.
    """

    waits_for: WaitsFor
    earliest_on: date | None
    is_known: bool
    source: str


@dataclass(frozen=True, slots=True)
class StartRow:
    """What decisions of these regimes wait for, and the term that gives the earliest day."""

    regimes: tuple[RegimeCode, ...]
    waits_for: WaitsFor
    term: str
    source: str
    confidence: Confidence
    valid_from: date | None = None
    valid_until: date | None = None

    def wait(self, law: Law, decided_on: date | None, served_on: date | None) -> StartWait:
        """What a decision waits for, where it was given and served on these days."""
        known_on = served_on if self.waits_for is WaitsFor.SERVICE else None
        from_on = known_on or decided_on
        term = law.terms.find(self.term, from_on, judged_on=decided_on) if from_on else None
        earliest_on = None
        if term is not None and from_on is not None:
            opens_at = compute(term, datetime.combine(from_on, _NOON, DUTCH_TIME), law).due_at
            earliest_on = opens_at.astimezone(DUTCH_TIME).date() if opens_at else None
        return StartWait(self.waits_for, earliest_on, known_on is not None, self.source)


def start_faults(rows: Sequence[StartRow], terms: Terms) -> list[str]:
    """Each regime waits for one thing on a day, and the term that it names opens something for it."""
    faults: list[str] = []
    for code in sorted({code for row in rows for code in row.regimes}):
        faults += overlap_faults(f"start of {code}", [row for row in rows if code in row.regimes])
    for row in rows:
        named = [term for term in terms if term.id == row.term and term.opens and not term.backward]
        faults += [
            f"start of {code}: {row.term} is no term that opens something for it"
            for code in row.regimes
            if not any(code in term.regimes for term in named)
        ]
    return faults
