"""When a legal term ends: a pure computation that shows each of its steps with the article it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registry.law.periods import Unit, add_units
from registry.law.rules import Extension, Nature, Term
from registry.law.table import LawTable

DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
MORNING = time(9)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a computation; instants and days among the values are ISO 8601."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """When a term ends. `due_at` is None when the law names no length ("onverwijld").

    `due_on` is the last day of a term in days, which ends at 24:00 Dutch time; `alternative_due_on` the later day that
    is arguable, on which nobody should rely. `target_at` is an internal aim, not law.
    """

    due_at: datetime | None
    due_on: date | None
    alternative_due_on: date | None
    target_at: datetime | None
    steps: tuple[Step, ...]

    def in_time(self, at: datetime) -> bool:
        """Whether something done at this instant is done within the term."""
        if self.due_at is None:
            return True
        return at < self.due_at if self.due_on else at <= self.due_at


def compute(term: Term, start_at: datetime, law: LawTable) -> Computed:
    """The end of a term that began at this instant (Algemene termijnenwet art. 1-4)."""
    if start_at.tzinfo is None:
        raise ValueError("start_at must be aware")
    start_at = start_at.astimezone(UTC)
    opening = (Step("start", {"at": start_at.isoformat()}, term.source), *_length_steps(term))
    if term.unit is Unit.NONE:
        return _without_length(term, start_at, law, opening)
    if term.unit is Unit.HOUR:
        return _hours(term, start_at, opening)
    if term.nature is Nature.MAXIMUM or term.unit is Unit.DAY24:
        return _running_days(term, start_at, opening)
    return _calendar_days(term, start_at, law, opening)


def end_of_day(day: date) -> datetime:
    """24:00 of that day in the Netherlands, as an instant in UTC."""
    return datetime.combine(day + ONE_DAY, time(0), DUTCH_TIME).astimezone(UTC)


def _length_steps(term: Term) -> Iterator[Step]:
    if term.amount:
        yield Step("length", {"amount": str(term.amount), "unit": term.unit.value}, term.source)
    if term.unit is Unit.SV_MONTH:
        yield Step("month_of_30_days", {}, "art. 136 Sv, art. 88 Sr")


def _without_length(term: Term, start_at: datetime, law: LawTable, opening: tuple[Step, ...]) -> Computed:
    steps = [*opening, Step("without_delay", {}, term.source)]
    target = law.target(term.id)
    target_at = None
    if target:
        target_at = start_at + timedelta(hours=target.hours)
        steps.append(Step("target", {"at": target_at.isoformat()}, target.source))
    if target and target.hard_stop_hours:
        stop_at = start_at + timedelta(hours=target.hard_stop_hours)
        steps.append(Step("hard_stop", {"at": stop_at.isoformat()}, target.source))
    return Computed(None, None, None, target_at, tuple(steps))


def _hours(term: Term, start_at: datetime, opening: tuple[Step, ...]) -> Computed:
    length = timedelta(hours=term.amount)
    due_at = _skipping_nights(start_at, length) if term.night_excluded else start_at + length
    how = Step("night_excluded", {}, term.source) if term.night_excluded else Step("hours_run_on", {}, "art. 4 ATW")
    return Computed(due_at, None, None, None, (*opening, how, _due(due_at, term.source)))


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


def _running_days(term: Term, start_at: datetime, opening: tuple[Step, ...]) -> Computed:
    """From clock time to the same clock time; where a day of 24 hours ends earlier, that counts."""
    local = start_at.astimezone(DUTCH_TIME)
    end_on = add_units(local.date(), term.amount, term.unit)
    due_at = datetime.combine(end_on, local.time(), DUTCH_TIME).astimezone(UTC)
    steps = [*opening, Step("never_extended", {}, "art. 4 ATW")]
    elapsed_at = start_at + timedelta(days=term.amount)
    if term.unit is Unit.DAY24 and elapsed_at != due_at:
        due_at = min(due_at, elapsed_at)
        steps.append(Step("earliest_reading", {"at": due_at.isoformat()}, "art. 136 Sv, art. 88 Sr"))
    last_on = (due_at - timedelta(microseconds=1)).astimezone(DUTCH_TIME).date()
    due_on = last_on if term.nature is Nature.MAXIMUM else None
    return Computed(due_at, due_on, None, None, (*steps, _due(due_at, term.source)))


def _calendar_days(term: Term, start_at: datetime, law: LawTable, opening: tuple[Step, ...]) -> Computed:
    """Days after the day of the start, until 24:00 of the last; extended where the act extends."""
    start_on = start_at.astimezone(DUTCH_TIME).date()
    raw_on = add_units(start_on, -term.amount if term.backward else term.amount, term.unit)
    steps = [*opening, Step("raw_end", {"on": raw_on.isoformat()}, term.source)]
    due_on, alternative_on = raw_on, None
    if term.extension is not Extension.NO and term.extendable:
        extended_on, how = extended(term, start_on, raw_on, law)
        due_on = extended_on if term.extension is Extension.YES else raw_on
        if term.extension is Extension.ASK and extended_on != raw_on:
            alternative_on = extended_on
            how = (Step("arguable", {"on": extended_on.isoformat()}, "art. 1, 2 ATW"),)
        steps += how
    elif not law.holidays.is_working_day(raw_on):
        reason = "art. 1 lid 2 ATW" if term.backward else "art. 1, 4 ATW"
        steps.append(Step("not_extended", {"on": raw_on.isoformat()}, reason))
    steps.append(Step("end_of_day", {"on": due_on.isoformat()}, term.source))
    return Computed(end_of_day(due_on), due_on, alternative_on, None, tuple(steps))


def extended(term: Term, start_on: date, raw_on: date, law: LawTable) -> tuple[date, tuple[Step, ...]]:
    """The end after art. 2 (two working days within a term of three days or more) and art. 1 (a working day)."""
    steps: list[Step] = []
    end_on = raw_on
    if term.unit is not Unit.DAY or term.amount >= 3:
        end_on = law.holidays.with_two_working_days(start_on + ONE_DAY, raw_on)
    if end_on != raw_on:
        steps.append(Step("two_working_days", {"on": end_on.isoformat()}, "art. 2 ATW"))
    last_on = law.holidays.next_working_day(end_on)
    if last_on != end_on:
        reason = law.holidays.why_not_working(end_on) or ""
        values = {"on": end_on.isoformat(), "reason": reason, "until": last_on.isoformat()}
        steps.append(Step("next_working_day", values, "art. 1 lid 1 ATW"))
    if not law.holidays.decree_known(last_on.year):
        steps.append(Step("decree_unknown", {"year": str(last_on.year)}, "art. 3 lid 3 ATW"))
    return last_on, tuple(steps)


def _due(due_at: datetime, source: str) -> Step:
    return Step("due", {"at": due_at.isoformat()}, source)


_TEXTS_NL = {
    "start": "Begin: {at}.",
    "start_assumed": "Het juiste beginmoment is niet vastgelegd; gerekend is vanaf het eerdere, bekende moment.",
    "length": "Duur: {amount} {unit}.",
    "month_of_30_days": "Een maand is dertig dagen.",
    "without_delay": "De wet noemt geen vaste duur: onverwijld of zo spoedig mogelijk.",
    "target": "Intern streven, geen wettelijke termijn: {at}.",
    "hard_stop": "Intern uiterste moment, geen wettelijke termijn: {at}.",
    "night_excluded": "De tijd tussen 00:00 en 09:00 uur telt niet mee.",
    "hours_run_on": "De uren lopen door, ook 's nachts en in het weekend; geen verlenging.",
    "never_extended": "Deze termijn wordt nooit verlengd.",
    "earliest_reading": "Door het verzetten van de klok zijn twee lezingen mogelijk; de vroegste geldt: {at}.",
    "raw_end": "De termijn eindigt zonder verlenging op {on}.",
    "two_working_days": "Er moeten twee werkdagen in de termijn vallen: tot en met {on}.",
    "next_working_day": "{on} is geen werkdag ({reason}): verlengd tot en met {until}.",
    "arguable": "Verdedigbaar is ook {on}; wie zeker wil zijn, houdt de vroegste dag aan.",
    "not_extended": "{on} is geen werkdag, maar deze termijn wordt niet verlengd.",
    "decree_unknown": "De bij besluit gelijkgestelde dagen van {year} zijn niet bekend; de termijn kan langer zijn.",
    "end_of_day": "Uiterlijk {on}, 24:00 uur.",
    "due": "Uiterlijk {at}.",
}
_UNITS_NL = {
    Unit.HOUR: "uur",
    Unit.DAY: "dagen",
    Unit.DAY24: "dagen van 24 uur",
    Unit.WEEK: "weken",
    Unit.SV_MONTH: "maand(en)",
    Unit.CAL_MONTH: "kalendermaand(en)",
    Unit.YEAR: "jaar",
}
_WEEKDAYS_NL = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS_NL = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def day_nl(day: date) -> str:
    """A day as a Dutch reader writes it: maandag 29 december 2025."""
    return f"{_WEEKDAYS_NL[day.weekday()]} {day.day} {_MONTHS_NL[day.month - 1]} {day.year}"


def instant_nl(at: datetime) -> str:
    """An instant in Dutch time: zondag 26 oktober 2025 15:30 uur."""
    local = at.astimezone(DUTCH_TIME)
    return f"{day_nl(local.date())} {local:%H:%M} uur"


def steps_nl(steps: Iterable[Step]) -> list[str]:
    """The steps in Dutch, each with its source behind it."""
    return [f"{_sentence(step)} [{step.source}]" if step.source else _sentence(step) for step in steps]


def _sentence(step: Step) -> str:
    text = _TEXTS_NL[step.code].format(**{name: _value_nl(name, value) for name, value in step.values.items()})
    return text[0].upper() + text[1:]


def _value_nl(name: str, value: str) -> str:
    if name == "at":
        return instant_nl(datetime.fromisoformat(value))
    if name in ("on", "until"):
        return day_nl(date.fromisoformat(value))
    return _UNITS_NL[Unit(value)] if name == "unit" else value
