"""Warning of deadlines: at each stage of a term, each told once, and when it is missed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.access.service import police_organisations
from registry.alerts.service import NewAlert, close_alerts, raise_alerts
from registry.enforcement.deadlines import RIGHTS, RUNS, past, reference_of, state_at, warnings_of
from registry.enforcement.models import Deadline
from registry.enforcement.procedure.stages import Stage, coming, reached
from registry.outbox.rules import EventType
from registry.outbox.service import EventDraft, draft_event, publish_drafts

HALF, NEAR, URGENT, MISSED = "deadline_half", "deadline_near", "deadline_urgent", "deadline_missed"
REMINDER = "deadline_reminder"
_AT_ONCE = 200
# The class and the priority of the alert, and what its title begins with.
_CALLS: dict[Stage, tuple[str, int, str]] = {
    Stage.HALF: (HALF, 3, "Helft van de termijn is voorbij"),
    Stage.QUARTER: (NEAR, 2, "Termijn loopt bijna af"),
    Stage.LAST_WORKING_DAY: (URGENT, 2, "Laatste werkdag van de termijn"),
    Stage.REMINDER: (REMINDER, 3, "Herinnering (onverwijld)"),
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
    is_missed, is_near = _due(now)
    missed, warned = _held(is_missed, Deadline.due_at), _held(is_near, Deadline.warn_at)
    rows = session.scalars(missed).all()
    words = [_missed(row, now) for row in rows]
    session.flush()
    near = session.scalars(warned).all()
    words += [_warning(row, now) for row in near]
    session.flush()
    told = [one for one in words if one is not None]
    # The alert of an earlier stage gives way, so that this one sounds also where somebody took the former.
    giving_way = {one.row.id: one.row for one in told} | {row.id: row for row in rows}
    hush(session, now, *giving_way.values())
    raise_alerts(session, now, [call for one in told for call in _calls(session, one)])
    publish_drafts(session, now, [(_news(one, now), _concerned(session, one.row)) for one in told])
    return len(rows) + len(near)


def hush(session: Session, now: datetime, *rows: Deadline) -> None:
    """Close whatever calls for these deadlines."""
    refs = [reference_of(row) for row in rows]
    refs += [_asked_of(row, one) for row in rows if not row.audience() for one in police_organisations(session)]
    close_alerts(session, now, *refs)


def _asked_of(row: Deadline, organisation_id: uuid.UUID) -> str:
    """How the alert of one police organisation names a deadline that is nobody's yet."""
    return f"{reference_of(row)}/{organisation_id}"


def _concerned(session: Session, row: Deadline) -> set[uuid.UUID]:
    """Whom it concerns; while nobody knows whose it is, every police organisation."""
    return row.audience() or set(police_organisations(session))


def _held(due: ColumnElement[bool], told_by: InstrumentedAttribute[datetime | None]) -> Select[Deadline]:
    """In the order of the index that holds them: by any other, PostgreSQL walks what is not due to keep that order."""
    rows = select(Deadline).where(due).order_by(told_by, Deadline.id).limit(_AT_ONCE)
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
    is_limit = found.stage is Stage.LIMIT
    event_type = EventType.DEADLINE_MISSED if is_limit else EventType.DEADLINE_NEAR
    return _Word(row, _CALLS[found.stage], event_type, found.stage)


def _calls(session: Session, word: _Word) -> Iterator[NewAlert]:
    """A call on whoever must act, by their own ladder; the supervisor and the others see it too.

    While nobody knows whose it is, every police organisation is called.
    """
    row, (alert_class, priority, says_nl) = word.row, word.call
    owners, title_nl, context = row.owners(), f"{says_nl}: {row.title_nl}", _references(row)
    if row.audience():
        ladder_id = row.owner_org_id if row.owner_org_id in owners.values() else None
        yield NewAlert(alert_class, priority, title_nl, reference_of(row), owners, context, ladder_id)
        return
    for one in police_organisations(session):
        yield NewAlert(alert_class, priority, title_nl, _asked_of(row, one), {"police_org_id": one}, context, one)


def _references(row: Deadline) -> dict[str, Any]:
    named = {
        "deadline_id": row.id,
        "proceeding_id": row.proceeding_id,
        "breach_id": row.breach_id,
        "order_id": row.order_id,
    }
    return {name: str(key) for name, key in named.items() if key is not None}


def _news(word: _Word, now: datetime) -> EventDraft:
    row = word.row
    state = state_at(row, now).value
    data = _references(row) | {"rule": row.term_id, "status": state, "due_at": row.due_at, "due_on": row.due_on}
    more = {"stage": word.stage.value} if word.stage else {}
    return draft_event(word.event_type, reference_of(row), **data, **more)
