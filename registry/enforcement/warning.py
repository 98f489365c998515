"""Warning of deadlines: at each stage of a term, each told once, and when it is missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from registry.alerts.service import NewAlert, close_alerts, raise_alerts
from registry.enforcement.deadlines import RIGHTS, RUNS, past, reference_of, state_at, warnings_of
from registry.enforcement.models import Deadline
from registry.enforcement.procedure.stages import Stage, coming, reached
from registry.outbox.rules import EventType
from registry.outbox.service import EventDraft, draft_event, publish_drafts

HALF, NEAR, URGENT, MISSED = "deadline_half", "deadline_near", "deadline_urgent", "deadline_missed"
_AT_ONCE = 200
# The class and the priority of the alert, and what its title begins with.
_CALLS: dict[Stage, tuple[str, int, str]] = {
    Stage.HALF: (HALF, 3, "Helft van de termijn is voorbij"),
    Stage.QUARTER: (NEAR, 2, "Termijn loopt bijna af"),
    Stage.LAST_WORKING_DAY: (URGENT, 2, "Laatste werkdag van de termijn"),
    Stage.AIM: (NEAR, 2, "Streeftijd voorbij (onverwijld)"),
    Stage.LIMIT: (URGENT, 2, "Uiterste streeftijd voorbij (onverwijld)"),
}


def _due(now: datetime) -> Iterator[ColumnElement[bool]]:
    """What to tell of; each is answered from an index of its own, which holds only what was not told."""
    yield and_(RUNS, Deadline.missed_told_at.is_(None), Deadline.due_at <= now, past(now))
    yield and_(RUNS, Deadline.warn_at <= now, or_(Deadline.due_at.is_(None), ~past(now)))


def needs_watch(session: Session, now: datetime) -> bool:
    """Say whether any deadline reached a stage, or was missed, and was not told of yet; cheap, in a reading session."""
    return any(session.scalar(select(exists().where(due))) for due in _due(now))


@dataclass(frozen=True, slots=True)
class _Word:
    """What is told of a deadline: by which class, priority and words it calls, and by which event."""

    row: Deadline
    call: tuple[str, int, str]
    event_type: EventType
    stage: Stage | None = None


def watch(session: Session, now: datetime) -> int:
    """Tell, once, of each deadline that was missed or reached a stage; returns how many there were."""
    missed, warned = (_held(due) for due in _due(now))
    rows = session.scalars(missed).all()
    words = [_missed(row, now) for row in rows]
    session.flush()
    near = session.scalars(warned).all()
    words += [_warning(row, now) for row in near]
    session.flush()
    told = [one for one in words if one is not None]
    # The alert of an earlier stage gives way, so that this one sounds also where somebody took the former.
    giving_way = {one.row.id: one.row for one in told} | {row.id: row for row in rows}
    close_alerts(session, now, *map(reference_of, giving_way.values()))
    raise_alerts(session, now, [_call(one) for one in told])
    publish_drafts(session, now, [(_news(one, now), one.row.audience()) for one in told])
    return len(rows) + len(near)


def _held(due: ColumnElement[bool]) -> Select[Deadline]:
    rows = select(Deadline).where(due).order_by(Deadline.soonest_at, Deadline.id).limit(_AT_ONCE)
    return rows.with_for_update(key_share=True, skip_locked=True)


def _missed(row: Deadline, now: datetime) -> _Word | None:
    """Whoever must act is called at once; a right that nobody used has lapsed, which calls nobody."""
    row.missed_told_at, row.warn_at = now, None
    if row.term_id in RIGHTS:
        return None
    return _Word(row, (MISSED, 1, "Termijn verstreken"), EventType.DEADLINE_MISSED)


def _warning(row: Deadline, now: datetime) -> _Word | None:
    warnings = warnings_of(row)
    found = reached(warnings, row.near_told_at, now)
    row.warn_at = coming(warnings, now)
    if found is None:
        return None
    row.near_told_at = now
    return _Word(row, _CALLS[found.stage], EventType.DEADLINE_NEAR, found.stage)


def _call(word: _Word) -> NewAlert:
    """A call on whoever must act, by their own ladder; the supervisor and the others see it too."""
    row, (alert_class, priority, says_nl) = word.row, word.call
    owners, title_nl = row.owners(), f"{says_nl}: {row.title_nl}"
    ladder_id = row.owner_org_id if row.owner_org_id in owners.values() else None
    return NewAlert(alert_class, priority, title_nl, reference_of(row), owners, _references(row), ladder_id)


def _references(row: Deadline) -> dict[str, Any]:
    return {
        "deadline_id": str(row.id),
        "proceeding_id": str(row.proceeding_id),
        "breach_id": str(row.breach_id),
        "order_id": str(row.order_id),
    }


def _news(word: _Word, now: datetime) -> EventDraft:
    row = word.row
    state = state_at(row, now).value
    data = _references(row) | {"rule": row.term_id, "status": state, "due_at": row.due_at, "due_on": row.due_on}
    more = {"stage": word.stage.value} if word.stage else {}
    return draft_event(word.event_type, reference_of(row), **data, **more)
