"""Which deadlines run in a proceeding: a pure fold of its events, the same in whatever order they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from registry.enforcement.procedure.events import Event
from registry.enforcement.procedure.rules import ClockRule, Frame, Procedure
from registry.enforcement.procedure.table import Procedures, load
from registry.law.standstill import Stretch
from registry.law.table import LawTable
from registry.law.terms import Computed, Term, compute, end_of_day


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
    """vervangen door een andere termijn, of door een correctie"""


@dataclass(frozen=True, slots=True)
class Clock:
    """A term that runs or ran (termijn). `offends` is the article that a late fact goes against."""

    term: Term
    rule: ClockRule
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
class Course:
    """The events of a proceeding in order of occurrence, and what the table says of them."""

    table: Procedures
    procedure: Procedure
    events: Sequence[Event]
    end: Event | None
    stretches: tuple[Stretch, ...] = ()

    def first(self, steps: Iterable[str]) -> Event | None:
        """The first event that is any of these steps."""
        codes = tuple(steps)
        return next((event for event in self.events if self.is_any(event, codes)), None)

    def is_any(self, event: Event, steps: Iterable[str]) -> bool:
        """Whether an event is any of these steps."""
        return any(self.table.means(code, event) for code in steps)

    def took(self, step: str) -> bool:
        """Whether that step was taken."""
        return self.first((step,)) is not None


def course(frame: Frame, events: Iterable[Event], table: Procedures | None = None) -> Course:
    """The events in order, each once, under the procedure of the frame; raises LookupError for an unknown regime."""
    known = table or load()
    unique = {event.id: event for event in events}
    ordered = sorted(unique.values(), key=lambda event: (event.occurred_at, event.id))
    bare = Course(known, known.of(frame), ordered, None, frame.stretches)
    return replace(bare, end=bare.first(bare.procedure.ends))


def ended_by(frame: Frame, events: Iterable[Event]) -> Event | None:
    """The event with which the proceeding ends, if it has."""
    return course(frame, events).end


def clocks(frame: Frame, events: Iterable[Event], law: LawTable) -> tuple[Clock, ...]:
    """Every term started so far, soonest first; a pure function of the set of events."""
    run = course(frame, events)
    found = [
        _clock(rule, term, start, run, law)
        for rule, term in rules_of(frame, run.procedure, law)
        if not rule.needs or run.first(rule.needs)
        for start in starts(rule, run)
    ]
    return tuple(sorted(found, key=_soonest))


def rules_of(frame: Frame, procedure: Procedure, law: LawTable) -> Iterator[tuple[ClockRule, Term]]:
    """The clocks of the procedure whose term was law that day for this regime, or a norm of this district."""
    for rule in procedure.clock:
        term = law.terms.find(rule.term, frame.on, judged_on=frame.decided_on, arrondissement=frame.arrondissement)
        if term is None or frame.regime not in term.regimes or (rule.district and term.arrondissement is None):
            continue
        if frame.monitored or not rule.monitored:
            yield rule, term


def starts(rule: ClockRule, run: Course) -> list[Event]:
    """The events that start a clock; a detail that the rule asks for must be on them."""
    found = [
        event
        for event in run.events
        if run.table.means(rule.start, event)
        and (not rule.only_if or event.details.get(rule.only_if) == "true")
        and (not rule.told or instant(event.details.get(rule.detail)))
    ]
    if not rule.after:
        return found
    opener = run.first(rule.after)
    return [event for event in found if opener and event.occurred_at >= opener.occurred_at]


def instant(text: str | None) -> datetime | None:
    """The instant that a detail holds; None when there is none, or it cannot be read."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _clock(rule: ClockRule, term: Term, start: Event, run: Course, law: LawTable) -> Clock:
    computed = _computed(rule, term, start, law, run.stretches)
    stop = next(
        (event for event in run.events if event.occurred_at >= start.occurred_at and run.is_any(event, rule.stop)), None
    )
    yielded = _yielded(rule, stop, computed, run)
    if yielded:
        state = yielded
    elif stop:
        state = ClockState.MET if computed.in_time(stop.occurred_at) else ClockState.MET_LATE
    else:
        state = _unstopped(rule, start, computed, run)
    return Clock(term, rule, start, stop, state, computed)


def _yielded(rule: ClockRule, stop: Event | None, computed: Computed, run: Course) -> ClockState | None:
    """What became of a term that another one replaced; None where none did before it was met.

    One that had passed by then was missed: what comes instead does not undo that.
    """
    instead = run.first(rule.unless)
    if instead is None or (stop and stop.occurred_at < instead.occurred_at):
        return None
    in_time = rule.right or computed.in_time(instead.occurred_at)
    return ClockState.SUPERSEDED if in_time else ClockState.MISSED


def _unstopped(rule: ClockRule, start: Event, computed: Computed, run: Course) -> ClockState:
    if run.end is None or rule.right or run.end.occurred_at < start.occurred_at:
        return ClockState.OPEN
    return ClockState.LAPSED if computed.in_time(run.end.occurred_at) else ClockState.MISSED


def _computed(rule: ClockRule, term: Term, start: Event, law: LawTable, stood: tuple[Stretch, ...]) -> Computed:
    start_at = instant(start.details.get(rule.detail)) if rule.detail else None
    computed = compute(term, start_at or start.occurred_at, law, stood)
    if not rule.detail or start_at:
        return computed
    return replace(computed, steps=(("start_assumed", {}), *computed.steps))


def _soonest(clock: Clock) -> tuple[bool, str, str, str]:
    due_at = clock.computed.due_at
    return due_at is None, due_at.isoformat() if due_at else "", clock.start.occurred_at.isoformat(), clock.key
