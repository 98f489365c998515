"""Which deadlines run in a proceeding: a pure fold of its events, the same in whatever order they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from registry.enforcement.events import Event, EventKind, Pattern
from registry.enforcement.rules import PROCEDURES, ClockRule, Procedure
from registry.law.periods import holds
from registry.law.table import LawTable
from registry.law.terms import Computed, Nature, Term, compute, end_of_day

LATE_NL = "niet binnen de termijn."
LATE_ARGUABLE_NL = "na de vroegste, binnen de verdedigbare laatste dag."


class ClockState(StrEnum):
    """What became of a term."""

    OPEN = "open"
    """lopend"""
    MET = "met"
    """gehaald"""
    MET_LATE = "met_late"
    """te laat gehaald"""
    MISSED = "missed"
    """niet gehaald, procedure geëindigd"""
    LAPSED = "lapsed"
    """vervallen met het einde van de procedure, of een recht dat ongebruikt verstreek"""
    SUPERSEDED = "superseded"
    """vervangen door een andere termijn"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a proceeding is about. `on` is the day of the arrest or breach, whose law governs the terms."""

    regime: str
    on: date
    ground: str | None = None
    decided_on: date | None = None
    monitored: bool = False
    arrondissement: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A term that runs or ran (termijn). `offends` is the article that a late fact goes against."""

    term: Term
    start: Event
    stop: Event | None
    state: ClockState
    computed: Computed

    @property
    def key(self) -> str:
        """Stable name of this clock within its proceeding."""
        return f"{self.term.id}:{self.start.id}"

    @property
    def offends(self) -> str | None:
        return self.term.source if self.state in (ClockState.MET_LATE, ClockState.MISSED) else None

    @property
    def arguably_in_time(self) -> bool:
        """Whether what came late came within the arguable extension of the term."""
        last_on = self.computed.alternative_due_on
        return bool(self.stop and last_on and self.stop.occurred_at < end_of_day(last_on))

    def overdue(self, now: datetime) -> bool:
        """Whether it runs still and its end has passed."""
        return self.state is ClockState.OPEN and not self.computed.in_time(now)


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Something recorded that is unusual, late or not yet complete; never a reason to refuse a fact."""

    code: str
    event_id: str
    text_nl: str
    source: str


def procedure(frame: Frame) -> Procedure:
    """How a breach of this regime is followed up under the law of that day."""
    rows = [row for row in PROCEDURES if frame.regime in row.regimes]
    if not rows:
        raise LookupError("no procedure for this regime")
    on = frame.decided_on if rows[0].by_judgment_date and frame.decided_on else frame.on
    return next((row for row in rows if holds(row, on)), rows[0])


def clocks(frame: Frame, events: Iterable[Event], law: LawTable) -> tuple[Clock, ...]:
    """Every term started so far, soonest first; a pure function of the set of events."""
    ordered = _ordered(events)
    end = _end(procedure(frame), ordered)
    found = [
        _clock(rule, term, start, _Course(ordered, end), law)
        for rule, term in _rules(frame, law)
        if rule.needs is None or _first(rule.needs, ordered)
        for start in _starts(rule, ordered)
    ]
    return tuple(sorted(found, key=_soonest))


def ended_by(frame: Frame, events: Iterable[Event]) -> Event | None:
    """The event with which the proceeding ends, if it has."""
    return _end(procedure(frame), _ordered(events))


def irregularities(frame: Frame, events: Iterable[Event], law: LawTable) -> tuple[Irregularity, ...]:
    """What a human should look at: late facts, foreign events, hearings planned too late, missing starts."""
    ordered = _ordered(events)
    row = procedure(frame)
    running = clocks(frame, ordered, law)
    found = [*_late(running), *_planned_late(running, ordered), *_without_start(frame, ordered, law)]
    found += [
        Irregularity("unexpected", event.id, "Deze stap hoort niet bij deze modaliteit.", row.source)
        for event in ordered
        if event.kind not in row.expected
    ]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Course:
    events: Sequence[Event]
    end: Event | None


def _ordered(events: Iterable[Event]) -> list[Event]:
    unique = {event.id: event for event in events}
    return sorted(unique.values(), key=lambda event: (event.occurred_at, event.id))


def _rules(frame: Frame, law: LawTable) -> Iterator[tuple[ClockRule, Term]]:
    """The rules of the procedure whose term was law that day for this regime and ground."""
    for rule in procedure(frame).clocks:
        term = law.terms.find(rule.term, frame.on, judged_on=frame.decided_on, arrondissement=frame.arrondissement)
        fits_ground = rule.grounds is None or frame.ground in rule.grounds
        if term and frame.regime in term.regimes and fits_ground and (frame.monitored or not rule.monitored_only):
            yield rule, term


def _starts(rule: ClockRule, ordered: Sequence[Event]) -> list[Event]:
    starts = [event for event in ordered if rule.start.matches(event)]
    if not rule.after:
        return starts
    opener = next((event for event in ordered if any(pattern.matches(event) for pattern in rule.after)), None)
    return [event for event in starts if opener and event.occurred_at >= opener.occurred_at]


def _first(pattern: Pattern, ordered: Sequence[Event]) -> Event | None:
    return next((event for event in ordered if pattern.matches(event)), None)


def _end(row: Procedure, ordered: Sequence[Event]) -> Event | None:
    return next((event for event in ordered if any(pattern.matches(event) for pattern in row.ends)), None)


def _clock(rule: ClockRule, term: Term, start: Event, course: _Course, law: LawTable) -> Clock:
    computed = _computed(rule, term, start, law)
    stop = next(
        (
            event
            for event in course.events
            if event.occurred_at >= start.occurred_at and any(pattern.matches(event) for pattern in rule.stop)
        ),
        None,
    )
    if stop:
        state = ClockState.MET if computed.in_time(stop.occurred_at) else ClockState.MET_LATE
    else:
        state = _unstopped(rule, start, computed, course)
    return Clock(term, start, stop, state, computed)


def _unstopped(rule: ClockRule, start: Event, computed: Computed, course: _Course) -> ClockState:
    if rule.unless and _first(rule.unless, course.events):
        return ClockState.SUPERSEDED
    if course.end is None or rule.survives_end or course.end.occurred_at < start.occurred_at:
        return ClockState.OPEN
    return ClockState.LAPSED if computed.in_time(course.end.occurred_at) else ClockState.MISSED


def _computed(rule: ClockRule, term: Term, start: Event, law: LawTable) -> Computed:
    start_at = _instant(start.details.get(rule.start_detail)) if rule.start_detail else None
    computed = compute(term, start_at or start.occurred_at, law)
    if not rule.start_detail or start_at:
        return computed
    return replace(computed, steps=(("start_assumed", {}), *computed.steps))


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _soonest(clock: Clock) -> tuple[bool, str, str, str]:
    due_at = clock.computed.due_at
    return due_at is None, due_at.isoformat() if due_at else "", clock.start.occurred_at.isoformat(), clock.key


def _late(running: Iterable[Clock]) -> Iterator[Irregularity]:
    for clock in running:
        if clock.offends:
            code, words = ("late_arguable", LATE_ARGUABLE_NL) if clock.arguably_in_time else ("late", LATE_NL)
            text = f"{clock.term.title_nl}: {words}"
            yield Irregularity(code, clock.stop.id if clock.stop else clock.start.id, text, clock.offends)


def _planned_late(running: Iterable[Clock], ordered: Sequence[Event]) -> Iterator[Irregularity]:
    """A hearing set for after the end of a term that a hearing must meet."""
    dated = [
        (event, _instant(event.details.get("hearing_at"))) for event in ordered if event.kind is EventKind.HEARING_SET
    ]
    for clock in running:
        if not _met_by_hearing(clock):
            continue
        for event, hearing_at in dated:
            if hearing_at and not clock.computed.in_time(hearing_at):
                text = f"De zitting is bepaald na het einde van de termijn: {clock.term.title_nl}."
                yield Irregularity("planned_late", event.id, text, clock.term.source)


def _met_by_hearing(clock: Clock) -> bool:
    rules = (rule for row in PROCEDURES for rule in row.clocks if rule.term == clock.term.id)
    waits = clock.state in (ClockState.OPEN, ClockState.MET_LATE, ClockState.MISSED)
    return (
        waits
        and clock.term.nature is not Nature.SOFT
        and any(pattern.kind is EventKind.HEARING_HELD for rule in rules for pattern in rule.stop)
    )


def _without_start(frame: Frame, ordered: Sequence[Event], law: LawTable) -> Iterator[Irregularity]:
    """A term that should run by now, and whose starting event nobody has recorded."""
    for rule, term in _rules(frame, law):
        opener = _first(rule.needs, ordered) if rule.needs else None
        if opener and not _starts(rule, ordered) and not any(p.matches(e) for p in rule.stop for e in ordered):
            text = f"{term.title_nl}: het begin van de termijn is niet vastgelegd."
            yield Irregularity("start_missing", opener.id, text, term.source)
