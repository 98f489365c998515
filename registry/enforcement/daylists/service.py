"""Making the list of the day for each owner, and reading one again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import new_id
from registry.enforcement.daylists.models import Daylist
from registry.enforcement.deadlines import RIGHTS, RUNS, past, state_at
from registry.enforcement.models import Deadline, Proceeding
from registry.enforcement.ownership import owned_by, owning
from registry.enforcement.quiet import quiet_of, waiting_for
from registry.errors import NotFound
from registry.law.terms import DUTCH_TIME, end_of_day
from registry.outbox.rules import EventType
from registry.outbox.service import publish

# Configuration, not law: when the list goes out in the Netherlands, how far it looks ahead, and how much it holds.
SENT_AT = time(7)
AHEAD = timedelta(days=7)
MOST_ENTRIES = 200


def day_to_list(now: datetime) -> date | None:
    """The Dutch day whose list is due; None before it goes out."""
    local = now.astimezone(DUTCH_TIME)
    return local.date() if local.time() >= SENT_AT else None


@dataclass(frozen=True, slots=True)
class Day:
    """The Dutch day of a list, when it is made, and since when a proceeding has been quiet that is put in it."""

    on: date
    now: datetime
    quiet_before: datetime


def owners_to_tell(session: Session, day: Day) -> list[uuid.UUID]:
    """The owners of a running deadline or a quiet proceeding who were not given that day's list; cheap, for reading."""
    told = exists().where(Daylist.organisation_id == Organisation.id, Daylist.listed_on == day.on)
    waits = exists().where(waiting_for(Organisation.id, day.quiet_before))
    owners = select(Organisation.id).where(or_(owning(RUNS, ~_lapsed(day.now)), waits), ~told)
    return list(session.scalars(owners.order_by(Organisation.id)))


def _lapsed(now: datetime) -> ColumnElement[bool]:
    """Keep the rights that nobody used in time: they are nobody's work."""
    return and_(Deadline.term_id.in_(RIGHTS), Deadline.due_at.is_not(None), past(now))


def make_list(session: Session, day: Day, owner_id: uuid.UUID) -> Daylist | None:
    """Make an owner's list of a day and tell the owner alone; None when another process made it at the same moment."""
    rows = _rows(session, day.now, owner_id)
    still = quiet_of(session, owner_id, day.quiet_before, MOST_ENTRIES + 1)
    counts = _counts(session, day.now, owner_id, day.on)
    made = Daylist(
        id=new_id(),
        organisation_id=owner_id,
        listed_on=day.on,
        listed_at=day.now,
        whole=max(len(rows), len(still)) <= MOST_ENTRIES,
        entries=[_entry(row, day.now) for row in rows[:MOST_ENTRIES]],
        quiet=[_lying_still(row) for row in still[:MOST_ENTRIES]],
        **counts,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return None
    told = {"listed_on": day.on, "whole": made.whole, "entries": made.entries, "quiet": made.quiet, **counts}
    publish(session, day.now, EventType.DAYLIST_MADE, f"daylist:{made.id}", [owner_id], daylist_id=made.id, **told)
    return made


def _rows(session: Session, now: datetime, owner_id: uuid.UUID) -> Sequence[Deadline]:
    """What was missed and may yet be done, and what ends soon."""
    own = select(Deadline).where(RUNS, owned_by(session, owner_id), ~_lapsed(now))
    soon = own.where(Deadline.soonest_at < now + AHEAD)
    return session.scalars(soon.order_by(Deadline.soonest_at, Deadline.id).limit(MOST_ENTRIES + 1)).all()


def _counts(session: Session, now: datetime, owner_id: uuid.UUID, day: date) -> dict[str, int]:
    own = select(func.count()).select_from(Deadline).where(RUNS, owned_by(session, owner_id), ~_lapsed(now))
    today = and_(Deadline.due_at <= end_of_day(day), ~past(now))
    wanted = {"running": own, "overdue": own.where(past(now)), "due_today": own.where(today)}
    return {name: session.scalar(query) or 0 for name, query in wanted.items()}


def _entry(row: Deadline, now: datetime) -> dict[str, Any]:
    """References, codes and instants only: where to read on is all that leaves."""
    told = {
        "deadline_id": row.id,
        "proceeding_id": row.proceeding_id,
        "order_id": row.order_id,
        "rule": row.term_id,
        "status": state_at(row, now).value,
        "due_at": row.due_at or row.target_at,
        "due_on": row.due_on,
        "is_aim": row.due_at is None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _lying_still(row: Proceeding) -> dict[str, Any]:
    return {"proceeding_id": row.id, "order_id": row.order_id, "since_at": row.quiet_since_at}


def daylist_for(session: Session, actor: Actor, now: datetime, daylist_id: uuid.UUID) -> Daylist:
    """Return a list that the actor's organisation was given; raises NotFound otherwise."""
    found = session.get(Daylist, daylist_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise NotFound
    record(session, actor, now, Action.CONSULTED, f"daylist:{found.id}")
    return found
