"""From when until when an order holds: its dates in its own time zone, and the days on which its clock stood still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from registry.law.standstill import Days, midnight, moved, touched_days, whole_days
from registry.law.starts import StartWait, WaitsFor
from registry.orders.rules import OrderFacts

DETAINED = "detained"
UNLAWFULLY_ABSENT = "unlawfully_absent"
LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Detention:
    """A stretch in which the subject was lawfully detained, or unlawfully absent (detentie); half-open.

    `kind` is "detained" or "unlawfully_absent", or "leave": out for a while and still detained by law.
    """

    kind: str
    from_at: datetime
    until_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Period:
    """[start_at, end_at) of an order; `start_code` says what the start rests on.

    `last_on` is the last day on which it holds. Both ends are None without an end date, and while an unfinished
    detention leaves the end unknown (`end_open`).
    """

    start_at: datetime
    start_on: date
    start_code: str
    end_at: datetime | None
    last_on: date | None
    end_open: bool


@dataclass(frozen=True, slots=True)
class StartLaw:
    """What the law says about the first day: every decision works at once, or one that does not waits for something."""

    at_once: bool = False
    wait: StartWait | None = None


NOTHING_SAID = StartLaw()


@dataclass(frozen=True, slots=True)
class Option:
    """A day that can be argued for: what it rests on, and whether it is the one that is reckoned with."""

    on: date
    basis: str
    taken: bool


def period(
    facts: OrderFacts, first_recorded_at: datetime, stops: Iterable[Detention], law: StartLaw = NOTHING_SAID
) -> Period:
    """The period of an order, its end moved by each whole day on which the clock of its regime stood still.

    Where a date is arguable, the end of a restriction takes the earlier, so that a day only partly in detention does
    not count, and its start the latest of its start date, its finality, and the earliest day on which it can be final.
    """
    zone = zone_of(facts.time_zone)
    start_on, start_code = _start(facts, first_recorded_at.astimezone(zone).date(), law)
    if start_code == "start_from_receipt":
        start_at = first_recorded_at
    elif start_code == "starts_on" and facts.starts_at is not None:
        start_at = facts.starts_at
    else:
        start_at = midnight(start_on, zone)
    last_on, end_open = _last_day(facts, start_at, stops, whole_days)
    end_at = midnight(last_on + timedelta(days=1), zone) if last_on else None
    if facts.ends_at is not None and last_on == facts.ends_on:
        end_at = facts.ends_at
    return Period(start_at, start_on, start_code, end_at, last_on, end_open)


def start_options(facts: OrderFacts, held: Period, law: StartLaw = NOTHING_SAID) -> tuple[Option, ...]:
    """The days on which the order can be said to have begun, and which is reckoned with."""
    days = [("start_of_message", facts.starts_on), ("start_of_decision", facts.decided_on)]
    if facts.immediately_enforceable is not True:
        days.append(("start_of_finality", facts.final_on))
        days += [("start_by_law", on) for on, _ in _waited_for(facts, law)]
    return tuple(Option(on, basis, on == held.start_on) for basis, on in days if on is not None)


def end_options(facts: OrderFacts, held: Period, stops: Iterable[Detention], at: datetime) -> tuple[Option, ...]:
    """The last days that can be argued for: as told, and moved by whole days or by every day of detention touched.

    A detention that goes on is counted until `at`, as if it ended then.
    """
    if facts.ends_on is None:
        return ()
    told, known = facts.ends_on, [_until(each, at) for each in stops if each.until_at or each.from_at < at]
    whole, _ = _last_day(facts, held.start_at, known, whole_days)
    touched, _ = _last_day(facts, held.start_at, known, touched_days)
    days = [("end_of_message", told)]
    days += [("end_whole_days", whole)] if whole and whole != told else []
    days += [("end_touched_days", touched)] if touched and touched not in (told, whole) else []
    return tuple(Option(on, basis, on == held.last_on) for basis, on in days)


def _until(stop: Detention, at: datetime) -> Detention:
    return stop if stop.until_at is not None else Detention(stop.kind, stop.from_at, at)


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name."""
    return ZoneInfo(name)


def _start(facts: OrderFacts, received_on: date, law: StartLaw) -> tuple[date, str]:
    if facts.starts_on is not None:
        told = facts.starts_on, "starts_on"
    elif facts.decided_on is not None:
        told = facts.decided_on, "start_from_decision"
    else:
        return received_on, "start_from_receipt"
    if facts.immediately_enforceable:
        return told
    waited = list(_waited_for(facts, law))
    if facts.final_on is not None and facts.immediately_enforceable is False:
        waited.append((facts.final_on, "start_from_finality"))
    elif facts.final_on is not None and not law.at_once:
        waited.append((facts.final_on, "start_arguable"))
    # Of equal days the one that the sender told speaks.
    return max((told, *waited), key=lambda each: each[0])


def _waited_for(facts: OrderFacts, law: StartLaw) -> Iterator[tuple[date, str]]:
    """The earliest day on which a decision can work that is not known to work at once."""
    wait = law.wait
    if wait is None or wait.earliest_on is None:
        return
    if wait.waits_for is WaitsFor.SERVICE:
        yield wait.earliest_on, "start_after_service" if wait.is_known else "start_after_service_unknown"
    elif facts.final_on is None and facts.immediately_enforceable is False:
        yield wait.earliest_on, "start_awaits_finality"
    elif facts.final_on is None and not law.at_once:
        yield wait.earliest_on, "start_awaits_enforceability"


def _last_day(
    facts: OrderFacts, start_at: datetime, stops: Iterable[Detention], days: Days
) -> tuple[date | None, bool]:
    if facts.ends_on is None:
        return None, False
    stretches = ((each.from_at, each.until_at) for each in stops)
    last_on, lasts = moved(facts.ends_on, start_at, stretches, zone_of(facts.time_zone), days)
    return (None if lasts else last_on), lasts
