"""When to warn that a term comes to its end: in stages that follow from its length and the working days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from registry.law.terms import DUTCH_TIME, Computed
from registry.law.working_days import ONE_DAY, Holidays

# Configuration, not law: when an office opens, and the least time in which something can still be done.
OPENS = time(9)
LEAST = timedelta(hours=1)


class Stage(StrEnum):
    """How far a term has run when somebody is warned (waarschuwing)."""

    HALF = "half"
    """de helft van de termijn is voorbij"""
    QUARTER = "quarter"
    """een kwart van de termijn is over"""
    LAST_WORKING_DAY = "last_working_day"
    """de laatste werkdag van de termijn"""
    REMINDER = "reminder"
    """een herinnering, waar de wet geen duur noemt"""
    AIM = "aim"
    """het interne streven is voorbij, waar de wet geen duur noemt"""
    LIMIT = "limit"
    """het interne uiterste moment is voorbij, waar de wet geen duur noemt"""


@dataclass(frozen=True, slots=True)
class StageAt:
    """A stage, and when it is reached."""

    stage: Stage
    at: datetime


def stages(start_at: datetime, computed: Computed, holidays: Holidays) -> tuple[StageAt, ...]:
    """Every warning of a term that began then, the earliest first; none lies before its beginning or after its end.

    Of two at one instant the later stage stands. A term that ends before it began, counted back, has none.
    """
    by_at = {one.at: one for one in _stages(start_at, computed, holidays) if start_at < one.at}
    return tuple(by_at[at] for at in sorted(by_at))


def reached(warnings: Sequence[StageAt], told_at: datetime | None, now: datetime) -> StageAt | None:
    """The furthest stage that was reached since the last warning; what it passed over is not told anymore."""
    due = [one for one in warnings if one.at <= now and (told_at is None or told_at < one.at)]
    return due[-1] if due else None


def coming(warnings: Sequence[StageAt], told_at: datetime | None) -> datetime | None:
    """When to warn next, after what was told; None when every stage was."""
    return next((one.at for one in warnings if told_at is None or told_at < one.at), None)


def _stages(start_at: datetime, computed: Computed, holidays: Holidays) -> Iterator[StageAt]:
    due_at = computed.due_at
    if due_at is None:
        limits = ((Stage.AIM, computed.target_at), (Stage.LIMIT, computed.hard_stop_at))
        aims = ((Stage.REMINDER, computed.remind_at), *limits)
        yield from (StageAt(stage, at) for stage, at in aims if at is not None)
        return
    length = due_at - start_at
    yield StageAt(Stage.HALF, due_at - length / 2)
    yield StageAt(Stage.QUARTER, due_at - max(length / 4, LEAST))
    yield StageAt(Stage.LAST_WORKING_DAY, last_morning(due_at, holidays))


def last_morning(due_at: datetime, holidays: Holidays) -> datetime:
    """When the last working day begins on which something can still be done before an end."""
    day = due_at.astimezone(DUTCH_TIME).date()
    while True:
        day = holidays.last_working_day(day)
        opens_at = datetime.combine(day, OPENS, DUTCH_TIME).astimezone(UTC)
        if opens_at + LEAST <= due_at:
            return opens_at
        day -= ONE_DAY
