"""The ledger of substitute detention (vervangende hechtenis) of one measure: set, ordered, executed, and left.

The judgment sets what each breach costs, itself at least three days; the examining judge orders all or part of it; of
one measure at most 180 days are executed in all (art. 38w lid 2 en 3, art. 88 Sr).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.enforcement.procedure.events import Event, EventKind
from registry.law.periods import Unit
from registry.law.table import LawTable
from registry.law.terms import Term

LEAST, MOST = "T19", "T20"
_DAYS_EACH = {"day": 1, "week": 7, "month": 30}
_TERM_DAYS = {Unit.DAY: 1, Unit.DAY24: 1, Unit.WEEK: 7, Unit.SV_MONTH: 30}
_ORDERING = (EventKind.EXAMINING_JUDGE_DECISION, EventKind.OUTCOME)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the law and the judgment allow, in days; `each` and `maximum` are the judgment's, None when not told."""

    least: int
    most: int
    each_source: str
    most_source: str
    each: int | None = None
    maximum: int | None = None

    @property
    def source(self) -> str:
        """The articles of what each breach costs, and of the most in all."""
        return f"{self.each_source}; {self.most_source}"

    @property
    def total(self) -> int:
        """The most that can be executed of this measure."""
        return self.most if self.maximum is None else min(self.most, self.maximum)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: days ordered or executed, and when."""

    kind: str
    days: int
    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Excess:
    """An entry beyond what law or judgment allow, why in Dutch, and the article."""

    entry: Entry
    text_nl: str
    source: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was ordered and executed so far, what is left, and which entries are beyond what is allowed."""

    bounds: Bounds
    entries: tuple[Entry, ...]
    over: tuple[Excess, ...]

    @property
    def ordered(self) -> int:
        """Days ordered in all."""
        return sum(one.days for one in self.entries if one.kind == "ordered")

    @property
    def executed(self) -> int:
        """Days executed in all."""
        return sum(one.days for one in self.entries if one.kind == "executed")

    @property
    def left(self) -> int:
        """Days that can still be executed; never less than none."""
        return max(0, self.bounds.total - self.executed)

    @property
    def waiting(self) -> int:
        """Days ordered and not executed yet, as far as there is room for them."""
        return min(max(0, self.ordered - self.executed), self.left)


def bounds(law: LawTable, on: date, penalty: Mapping[str, Any] | None) -> Bounds | None:
    """What the law of that day allows, and what the judgment set; None when the law knows no such penalty."""
    least, most = law.terms.find(LEAST, on), law.terms.find(MOST, on)
    if least is None or most is None:
        return None
    told = penalty or {}
    each, maximum = _told(told.get("each")), _told(told.get("maximum"))
    return Bounds(_days(least), _days(most), least.source, most.source, each, maximum)


def _days(term: Term) -> int:
    return term.amount * _TERM_DAYS[term.unit]


def _told(amount: Mapping[str, Any] | None) -> int | None:
    """An amount of the judgment in days; a month is thirty of them (art. 88 Sr). Money is no detention."""
    if not amount or amount.get("unit") not in _DAYS_EACH:
        return None
    return int(amount["amount"] * _DAYS_EACH[amount["unit"]])


def ledger(events: Iterable[Event], allowed: Bounds) -> Ledger:
    """The ledger that the events of every proceeding on one measure come to, in order of occurrence."""
    entries = sorted((one for event in events for one in _entries(event)), key=lambda one: (one.at, one.event_id))
    executed, over = 0, list[Excess]()
    for one in entries:
        over += _excess(one, executed, allowed)
        executed += one.days if one.kind == "executed" else 0
    return Ledger(allowed, tuple(entries), tuple(over))


def _excess(one: Entry, executed: int, allowed: Bounds) -> Iterator[Excess]:
    """Why an entry is beyond what is allowed, after so many days were executed; at most one reason."""
    left = max(0, allowed.total - executed)
    if one.kind == "ordered" and allowed.each is not None and one.days > allowed.each:
        text = f"Er zijn {one.days} dagen bevolen; de uitspraak bepaalt {allowed.each} dagen per overtreding."
        yield Excess(one, text, allowed.each_source)
    elif one.kind == "ordered" and one.days > left:
        text = f"Er zijn {one.days} dagen bevolen; van deze maatregel waren er nog {left} over, van {allowed.total}."
        yield Excess(one, text, allowed.most_source)
    elif one.kind == "executed" and one.days > left:
        done = executed + one.days
        text = f"Van deze maatregel zijn hiermee {done} dagen ten uitvoer gelegd; ten hoogste {allowed.total} kan."
        yield Excess(one, text, allowed.most_source)


def _entries(event: Event) -> Iterable[Entry]:
    days = event.details.get("days", "")
    if not days.isdigit() or not int(days):
        return
    if event.kind is EventKind.DETENTION_EXECUTED:
        yield Entry("executed", int(days), event.occurred_at, event.id)
    if event.kind in _ORDERING and event.details.get("decision") != "refused":
        yield Entry("ordered", int(days), event.occurred_at, event.id)


def refusal(found: Ledger, kind: EventKind, details: Mapping[str, str]) -> tuple[str, str] | None:
    """Why a planned order or execution of so many days is not allowed, in Dutch, with the article; None when it is."""
    days, allowed = details.get("days", ""), found.bounds
    if not days.isdigit():
        return None
    if kind is EventKind.DETENTION_EXECUTED and int(days) > found.left:
        text = f"Van deze maatregel kunnen nog {found.left} van {allowed.total} dagen ten uitvoer worden gelegd."
        return text, allowed.most_source
    if kind in _ORDERING and allowed.each is not None and int(days) > allowed.each:
        return f"De uitspraak bepaalt {allowed.each} dagen per overtreding.", allowed.each_source
    if kind in _ORDERING and int(days) > found.left:
        text = f"Van deze maatregel zijn nog {found.left} dagen over, van {allowed.total} in totaal."
        return text, allowed.most_source
    return None
