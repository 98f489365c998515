"""Which proceedings have deadlines to compute again, and doing so, many at a time."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.alerts.service import NewAlert, close_alert, raise_alert
from registry.enforcement import arrests
from registry.enforcement.deadlines import Basis, derive
from registry.enforcement.districts import settle_district
from registry.enforcement.following import facts_of, follow, frame_of, is_settled, settle_custody, standing
from registry.enforcement.models import Breach, Deadline, DeadlineMove, Proceeding, ProceedingEvent
from registry.enforcement.moves import Cause, Change, Moved, note_moves
from registry.enforcement.procedure.clocks import clocks, ended_by
from registry.enforcement.procedure.custody import custody
from registry.enforcement.procedure.rules import ActorKind, owner_of
from registry.enforcement.quiet import settle_quiet
from registry.enforcement.recomputing.tables import BEGUN_AT, FOLLOWING
from registry.enforcement.standstill import detention_changed, standing_still
from registry.orders.force.standing import measures

NOT_COMPUTED = "deadlines_not_computed"


def _stale() -> ColumnElement[bool]:
    """Running deadlines of other tables than the present, or from before a change of a detention.

    What was computed again is neither: whoever is broken off goes on where he was, with no place to remember.
    """
    other_tables = or_(Deadline.law_hash != measures().law.hash, Deadline.computed_at < BEGUN_AT)
    return and_(FOLLOWING, or_(other_tables, detention_changed()))


def count_stale(session: Session) -> int:
    """Return how many proceedings have deadlines to compute again."""
    return session.scalar(select(func.count(Deadline.proceeding_id.distinct())).where(_stale())) or 0


def stale_after(session: Session, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """Return the next proceedings with deadlines to compute again, in the order of their ids."""
    rows = select(Deadline.proceeding_id).where(_stale()).distinct().order_by(Deadline.proceeding_id).limit(limit)
    found = session.scalars(rows if after is None else rows.where(Deadline.proceeding_id > after))
    return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class Group:
    """What became of a group: how many deadlines of each proceeding moved, and which must be followed each alone."""

    moved: Mapping[uuid.UUID, int]
    alone: Sequence[uuid.UUID]


def recompute(session: Session, actor: Actor, now: datetime, proceeding_ids: Collection[uuid.UUID]) -> Group:
    """Derive anew the deadlines of a group of proceedings, each table read once for all of them.

    Another law changes no event, but another release may read them otherwise: a proceeding that would end at another
    event, prove a breach or no longer, or take back a call on the prosecution, is left for `recompute_alone`.
    Whoever watches hears of each move, and the audit of each proceeding names its own.
    """
    held = select(Proceeding).where(Proceeding.id.in_(proceeding_ids)).order_by(Proceeding.id)
    proceedings = session.scalars(held.with_for_update(key_share=True)).all()
    events, known = _events_of(session, proceeding_ids), _deadlines_of(session, proceeding_ids)
    law, changes, alone = measures().law, list[Change](), list[uuid.UUID]()
    read_otherwise = _read_otherwise(session, proceedings, events)
    for one in proceedings:
        settle_district(session, one)
    facts = {one.id: facts_of(standing(events[one.id])) for one in proceedings}
    framed = [(one.order_id, frame_of(one, facts[one.id])) for one in proceedings]
    for one, frame in zip(proceedings, standing_still(session, framed, law), strict=True):
        end = ended_by(frame, facts[one.id])
        if one.id in read_otherwise or one.ended_by != (uuid.UUID(end.id) if end else None):
            alone.append(one.id)
            continue
        basis = Basis(one, known[one.id], law, Cause.LAW)
        running = clocks(frame, facts[one.id], law)
        changes += derive(session, now, basis, running)
        settle_custody(session, now, one, custody(frame, facts[one.id], law, running))
        settle_quiet(session, now, one, standing(events[one.id]), running)
    moved = _by_proceeding(note_moves(session, now, changes))
    session.flush()
    for proceeding_id, rows in moved.items():
        _note(session, actor, now, proceeding_id, rows)
    return Group({one.id: len(moved[one.id]) for one in proceedings if one.id not in set(alone)}, alone)


def _read_otherwise(
    session: Session, proceedings: Iterable[Proceeding], events: Mapping[uuid.UUID, Sequence[ProceedingEvent]]
) -> set[uuid.UUID]:
    """In which proceedings the same events prove something else, or answer a call that still stands."""
    listed = list(proceedings)
    rows = session.scalars(select(Breach).where(Breach.id.in_({one.breach_id for one in listed})))
    breaches = {row.id: row for row in rows}
    unsettled = {one.id for one in listed if not is_settled(breaches[one.breach_id], events[one.id])}
    called = arrests.calling(session, [one.id for one in listed])
    return unsettled | {one for one in called if arrests.is_answered(standing(events[one]))}


def recompute_alone(session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID) -> int:
    """Derive anew all that follows in a proceeding, also its end; returns how many of its deadlines moved."""
    held = select(Proceeding).where(Proceeding.id == proceeding_id).with_for_update(key_share=True)
    moved = follow(session, now, session.scalars(held).one(), Cause.LAW)
    _note(session, actor, now, proceeding_id, moved)
    close_alert(session, now, NOT_COMPUTED, f"proceeding:{proceeding_id}")
    return len(moved)


def call_for(session: Session, now: datetime, proceeding_id: uuid.UUID) -> None:
    """Call on whoever goes on with a proceeding whose deadlines could not be computed: they stand as they were."""
    row = session.get_one(Proceeding, proceeding_id)
    owners = row.owners() | {"partner_org_id": None}
    title = "Termijnen zijn na een wijziging van de wet niet opnieuw berekend: reken na en verbeter de gebeurtenissen"
    context = {"proceeding_id": str(row.id), "breach_id": str(row.breach_id), "order_id": str(row.order_id)}
    ladder_id = owner_of(ActorKind.PROSECUTION, owners)
    raise_alert(session, now, NewAlert(NOT_COMPUTED, 2, title, f"proceeding:{row.id}", owners, context, ladder_id))


def _note(session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID, rows: Iterable[Deadline]) -> None:
    moved = [str(one.id) for one in rows]
    record(session, actor, now, Action.CHANGED, f"proceeding:{proceeding_id}", moved=moved)


def _events_of(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[ProceedingEvent]]:
    found = defaultdict[uuid.UUID, list[ProceedingEvent]](list)
    rows = select(ProceedingEvent).where(ProceedingEvent.proceeding_id.in_(ids))
    for row in session.scalars(rows.order_by(ProceedingEvent.occurred_at, ProceedingEvent.id)):
        found[row.proceeding_id].append(row)
    return found


def _deadlines_of(session: Session, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[Deadline]]:
    return _by_proceeding(session.scalars(select(Deadline).where(Deadline.proceeding_id.in_(ids))))


def _by_proceeding(rows: Iterable[Deadline]) -> Mapping[uuid.UUID, list[Deadline]]:
    found = defaultdict[uuid.UUID, list[Deadline]](list)
    for row in rows:
        if row.proceeding_id is not None:
            found[row.proceeding_id].append(row)
    return found


def moves_to_present(session: Session) -> Iterator[Moved]:
    """Yield every move to the present table of law, the oldest first, in whichever run it was made."""
    rows = select(DeadlineMove, Deadline).join(Deadline, Deadline.id == DeadlineMove.deadline_id)
    present = rows.where(DeadlineMove.law_hash == measures().law.hash).order_by(DeadlineMove.id)
    for move, deadline in session.execute(present.execution_options(yield_per=1000)):
        yield Moved(move, deadline)
