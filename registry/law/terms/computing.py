"""When a legal term ends: a pure computation that keeps each of its steps, with values that can be put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from registry.law.periods import Unit, add_units
from registry.law.standstill import Stretch, moved, touched_days, whole_days
from registry.law.terms.rules import Exemption, Extension, Nature, Target, Term
from registry.law.working_days import ONE_DAY, Holidays

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
MORNING = time(9)
Step = tuple[str, dict[str, str]]
"""The code of a step, and its values: days and instants are ISO 8601, the rest are codes. JSON as it is."""


class Targets(Protocol):
    """Where the internal aims for terms without a length are found."""

    def target(self, term_id: str) -> Target | None: ...


class Book(Protocol):
    """What a computation needs of the table of law."""

    @property
    def holidays(self) -> Holidays: ...
    @property
    def terms(self) -> Targets: ...


@dataclass(frozen=True, slots=True)
class Computed:
    """When a term ends. `due_at` is None when the law names no length ("onverwijld").

    `due_on` is the last day of a term in days, which ends at 24:00 Dutch time. `alternative_due_on` is the other day
    that can be argued for, and `due_on` the one that drives the clock. Of a term that opens something, `due_at` is
    when that is possible. `remind_at` is when to remind, `target_at` an internal aim and `hard_stop_at` an internal
    limit: not law.
    """

    due_at: datetime | None
    due_on: date | None
    alternative_due_on: date | None
    target_at: datetime | None
    hard_stop_at: datetime | None
    steps: tuple[Step, ...]
    remind_at: datetime | None = None

    @property
    def limit_at(self) -> datetime | None:
        """The last moment there is: the end, or where the law names none the internal limit; None without either."""
        return self.due_at or self.hard_stop_at

    def in_time(self, at: datetime) -> bool:
        """Whether something done at this instant is done within the term, or else within its internal limit."""
        if self.limit_at is None:
            return True
        return at < self.limit_at if self.due_on else at <= self.limit_at


def compute(term: Term, start_at: datetime, law: Book, stretches: Iterable[Stretch] = ()) -> Computed:
    """The end of a term that began at this instant (Algemene termijnenwet art. 1-5).

    `stretches` are those in which a running time that `pauses` stood still. Raises ValueError on a naive start.
    """
    if start_at.tzinfo is None:
        raise ValueError("start_at must be aware")
    start_at = start_at.astimezone(UTC)
    steps: list[Step] = [("start", {"event": term.start, "at": start_at.isoformat()})]
    if term.unit is Unit.NONE:
        return _without_length(term, start_at, law.terms.target(term.id), steps)
    steps.append(("length", {"amount": str(term.amount), "unit": term.unit.value}))
    if term.unit is Unit.SV_MONTH:
        steps.append(("month_of_30_days", {}))
    if term.unit in (Unit.HOUR, Unit.MINUTE):
        return _elapsed(term, start_at, steps)
    if term.nature is Nature.MAXIMUM or term.unit is Unit.DAY24:
        return _running_days(term, start_at, stretches, steps)
    return _calendar_days(term, start_at, law.holidays, steps)


@lru_cache(maxsize=1 << 16)
def end_of_day(day: date) -> datetime:
    """24:00 of that day in the Netherlands, as an instant in UTC."""
    return datetime.combine(day + ONE_DAY, time(0), DUTCH_TIME).astimezone(UTC)


def _without_length(term: Term, start_at: datetime, target: Target | None, steps: list[Step]) -> Computed:
    if term.nature is Nature.HARD:
        steps.append(("at_that_moment", {}))
        return Computed(start_at, None, None, None, None, tuple(steps))
    steps.append(("without_delay" if term.nature is Nature.SOFT else "no_length", {}))
    remind_at = target_at = hard_stop_at = None
    if target and target.remind_hours:
        remind_at = start_at + timedelta(hours=target.remind_hours)
    if target:
        target_at = start_at + timedelta(hours=target.hours)
        steps.append(("target", {"at": target_at.isoformat()}))
    if target and target.hard_stop_hours:
        hard_stop_at = start_at + timedelta(hours=target.hard_stop_hours)
        steps.append(("hard_stop", {"at": hard_stop_at.isoformat()}))
    elif term.nature is Nature.SOFT:
        steps.append(("no_limit", {}))
    return Computed(None, None, None, target_at, hard_stop_at, tuple(steps), remind_at)


def _elapsed(term: Term, start_at: datetime, steps: list[Step]) -> Computed:
    length = timedelta(minutes=term.amount) if term.unit is Unit.MINUTE else timedelta(hours=term.amount)
    due_at = _skipping_nights(start_at, length) if term.night_excluded else start_at + length
    how = "night_excluded" if term.night_excluded else "hours_run_on"
    steps += [(how, {}), ("due", {"at": due_at.isoformat()})]
    return Computed(due_at, None, None, None, None, tuple(steps))


def _skipping_nights(start_at: datetime, left: timedelta) -> datetime:
    """The instant at which that much time has passed, not counting 00:00 to 09:00 Dutch time."""
    at = start_at
    while True:
        local = at.astimezone(DUTCH_TIME)
        at = max(at, datetime.combine(local.date(), MORNING, DUTCH_TIME).astimezone(UTC))
        room = end_of_day(local.date()) - at
        if left <= room:
            return at + left
        at, left = at + room, left - room


def _running_days(term: Term, start_at: datetime, stretches: Iterable[Stretch], steps: list[Step]) -> Computed:
    """From clock time to the same clock time; where a day of 24 hours ends earlier, that counts."""
    local = start_at.astimezone(DUTCH_TIME)
    end_on = add_units(local.date(), term.amount, term.unit)
    due_at = datetime.combine(end_on, local.time(), DUTCH_TIME).astimezone(UTC)
    steps.append(("exempt", {"reason": (term.exemption or Exemption.MAXIMUM).value}))
    elapsed_at = start_at + timedelta(days=term.amount)
    if term.unit is Unit.DAY24 and elapsed_at != due_at:
        due_at = min(due_at, elapsed_at)
        steps.append(("earliest_reading", {"at": due_at.isoformat()}))
    last_on = (due_at - timedelta(microseconds=1)).astimezone(DUTCH_TIME).date()
    whole_on, touched_on = _paused(term, start_at, last_on, stretches, steps)
    if whole_on != last_on:
        due_at = datetime.combine(end_on + (whole_on - last_on), local.time(), DUTCH_TIME).astimezone(UTC)
    steps.append(("due", {"at": due_at.isoformat()}))
    due_on = whole_on if term.nature is Nature.MAXIMUM else None
    return Computed(due_at, due_on, touched_on if touched_on != whole_on else None, None, None, tuple(steps))


def _paused(
    term: Term, start_at: datetime, last_on: date, stretches: Iterable[Stretch], steps: list[Step]
) -> tuple[date, date]:
    """The last day, moved by the days on which the term stood still: by whole days, and by every day touched."""
    if not term.pauses:
        return last_on, last_on
    stood = list(stretches)
    whole_on, lasts = moved(last_on, start_at, stood, DUTCH_TIME, whole_days)
    touched_on, _ = moved(last_on, start_at, stood, DUTCH_TIME, touched_days)
    if whole_on != last_on:
        steps.append(("paused", {"days": str((whole_on - last_on).days), "on": whole_on.isoformat()}))
    if touched_on != whole_on:
        steps.append(("paused_arguable", {"on": touched_on.isoformat()}))
    if lasts:
        steps.append(("paused_still", {}))
    return whole_on, touched_on


def _calendar_days(term: Term, start_at: datetime, holidays: Holidays, steps: list[Step]) -> Computed:
    """Days after the day of the start, until 24:00 of the last; extended where the act extends."""
    start_on = start_at.astimezone(DUTCH_TIME).date()
    raw_on = add_units(start_on, -term.amount if term.backward else term.amount, term.unit)
    steps.append(("counted_back" if term.backward else "raw_end", {"on": raw_on.isoformat()}))
    due_on, other_on = raw_on, None
    if term.extension is Extension.NO:
        if not holidays.is_working_day(raw_on):
            steps.append(("not_working", {"on": raw_on.isoformat(), "day": holidays.why_not_working(raw_on) or ""}))
        steps.append(("exempt", {"reason": (term.exemption or Exemption.NOT_STATUTORY).value}))
        if term.backward and not term.opens:
            _warn_of_working_day(raw_on, holidays, steps)
    else:
        due_on = extended(term, start_on, raw_on, holidays, steps)
    if term.extension is Extension.ASK and due_on != raw_on:
        later = term.serves.by_the_later
        due_on, other_on = (due_on, raw_on) if later else (raw_on, due_on)
        values = {"serves": term.serves.value, "on": due_on.isoformat(), "other": other_on.isoformat()}
        steps.append(("arguable_later" if later else "arguable_earlier", values))
    if term.opens and term.backward:
        steps.append(("opens", {"on": due_on.isoformat()}))
        return Computed(end_of_day(due_on - ONE_DAY), due_on, other_on, None, None, tuple(steps))
    steps.append(("opens_after" if term.opens else "end_of_day", {"on": due_on.isoformat()}))
    return Computed(end_of_day(due_on), due_on, other_on, None, None, tuple(steps))


def _warn_of_working_day(raw_on: date, holidays: Holidays, steps: list[Step]) -> None:
    """A day counted back that is no working day: whoever waits for it finds the counter closed."""
    last_on = holidays.last_working_day(raw_on)
    if last_on != raw_on:
        steps.append(("last_working_day", {"on": last_on.isoformat()}))


def extended(term: Term, start_on: date, raw_on: date, holidays: Holidays, steps: list[Step]) -> date:
    """The end after art. 2 (two working days within a term of three days or more) and art. 1 (a working day)."""
    end_on = raw_on
    if term.unit is not Unit.DAY or term.amount >= 3:
        end_on = holidays.with_two_working_days(start_on + ONE_DAY, raw_on)
    if end_on != raw_on:
        steps.append(("two_working_days", {"on": end_on.isoformat()}))
    last_on = holidays.next_working_day(end_on)
    if last_on != end_on:
        values = {"on": end_on.isoformat(), "day": holidays.why_not_working(end_on) or "", "until": last_on.isoformat()}
        steps.append(("next_working_day", values))
    if not holidays.decree_known(last_on.year):
        steps.append(("decree_unknown", {"year": str(last_on.year)}))
    return last_on
