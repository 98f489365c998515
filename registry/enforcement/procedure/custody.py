"""Somebody is held, and no judge has decided: until when that can last, and when it is time for an alarm.

The alarm is a fail-safe: it comes long before the term ends, and also when nobody recorded the step that starts a term.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.enforcement.procedure.clocks import Clock, ClockState, clocks, course
from registry.enforcement.procedure.events import Event
from registry.enforcement.procedure.rules import Frame
from registry.law.table import LawTable

# Configuration, not law: the alarm comes when this share of the time has passed; of less than a day, a larger one.
ALARM_AT_SHARE, ALARM_AT_SHARE_OF_HOURS = 0.5, 0.75
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Custody:
    """Who is held since the event `since` must be free, or have a decision, at `limit_at`.

    `source` is the article of the term that sets the limit; empty when no term runs yet and the limit is internal.
    """

    since: Event
    limit_at: datetime
    alarm_at: datetime
    source: str


def custody(
    frame: Frame, events: Iterable[Event], law: LawTable, known: Iterable[Clock] | None = None
) -> Custody | None:
    """Since when somebody is held without a decision, and until when; None when nobody is, or nothing limits it.

    `known` are the clocks of these events, for whoever has them.
    """
    run = course(frame, events)
    rule = run.procedure.custody
    if rule is None:
        return None
    held = [event for event in run.events if run.table.means(rule.since, event)]
    since = held[-1] if held else None
    if since is None or any(
        event.occurred_at >= since.occurred_at and run.is_any(event, rule.until) for event in run.events
    ):
        return None
    running = [
        one
        for one in (clocks(frame, run.events, law) if known is None else known)
        if one.term.id in rule.terms and _runs(one)
    ]
    limits = [
        (at, one.term.source if one.computed.due_at else "") for one in running if (at := _limit(one)) is not None
    ]
    if not limits:
        return None
    limit_at, source = min(limits)
    length = limit_at - since.occurred_at
    share = ALARM_AT_SHARE_OF_HOURS if length < _A_DAY else ALARM_AT_SHARE
    return Custody(since, limit_at, since.occurred_at + length * share, source)


def _runs(clock: Clock) -> bool:
    return clock.state is ClockState.OPEN


def _limit(clock: Clock) -> datetime | None:
    return clock.computed.due_at or clock.computed.hard_stop_at
