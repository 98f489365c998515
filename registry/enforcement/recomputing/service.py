"""Which proceedings have deadlines to compute again, and doing so, one proceeding at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.enforcement.deadlines import RUNS
from registry.enforcement.following import follow
from registry.enforcement.models import Deadline, DeadlineMove, Proceeding
from registry.enforcement.moves import Cause, Ends, Moved, note_move
from registry.enforcement.standstill import detention_changed
from registry.orders.force.standing import measures


def _stale() -> ColumnElement[bool]:
    """Running deadlines of another table of law than the present, or from before a change of a detention.

    What was computed again is neither: whoever is broken off goes on where he was, with no place to remember.
    """
    return and_(RUNS, or_(Deadline.law_hash != measures().law.hash, detention_changed()))


def count_stale(session: Session) -> int:
    """Return how many proceedings have deadlines to compute again."""
    return session.scalar(select(func.count(Deadline.proceeding_id.distinct())).where(_stale())) or 0


def stale_after(session: Session, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """Return the next proceedings with deadlines to compute again, in the order of their ids."""
    rows = select(Deadline.proceeding_id).where(_stale()).distinct().order_by(Deadline.proceeding_id).limit(limit)
    return session.scalars(rows if after is None else rows.where(Deadline.proceeding_id > after)).all()


def recompute(session: Session, actor: Actor, now: datetime, proceeding_id: uuid.UUID) -> int:
    """Derive anew all that follows in a proceeding; returns how many of its deadlines moved.

    Whoever watches hears of each move, and the audit of the proceeding names them.
    """
    held = select(Proceeding).where(Proceeding.id == proceeding_id).with_for_update(key_share=True)
    proceeding = session.scalars(held).one()
    known = set(session.scalars(select(Deadline.id).where(Deadline.proceeding_id == proceeding_id)))
    before = {one.move.id for one in _moves_in(session, proceeding_id)}
    follow(session, now, proceeding)
    for row in session.scalars(select(Deadline).where(Deadline.proceeding_id == proceeding_id)):
        if row.id not in known:
            note_move(session, now, row, Ends(), Cause.LAW)
    session.flush()
    moved = [str(one.deadline.id) for one in _moves_in(session, proceeding_id) if one.move.id not in before]
    if moved:
        record(session, actor, now, Action.CHANGED, f"proceeding:{proceeding_id}", moved=moved)
    return len(moved)


def _moves_in(session: Session, proceeding_id: uuid.UUID) -> list[Moved]:
    rows = select(DeadlineMove, Deadline).join(Deadline, Deadline.id == DeadlineMove.deadline_id)
    own = rows.where(Deadline.proceeding_id == proceeding_id)
    return [Moved(move, deadline) for move, deadline in session.execute(own)]


def moves_to_present(session: Session) -> Iterator[Moved]:
    """Yield every move to the present table of law, the oldest first, in whichever run it was made."""
    rows = select(DeadlineMove, Deadline).join(Deadline, Deadline.id == DeadlineMove.deadline_id)
    present = rows.where(DeadlineMove.law_hash == measures().law.hash).order_by(DeadlineMove.id)
    for move, deadline in session.execute(present.execution_options(yield_per=1000)):
        yield Moved(move, deadline)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run did so far."""

    proceedings: int = 0
    moved: int = 0


def close(session: Session, actor: Actor, now: datetime, done: Tally) -> None:
    """Note in the audit that deadlines were computed again, by whom and by which table of law."""
    told = {"proceedings": done.proceedings, "moved": done.moved, "law_hash": measures().law.hash}
    record(session, actor, now, Action.CHANGED, "deadlines", **told)
