"""When the end of a deadline moved, and why: what was told before must not change without a trace."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record, visible
from registry.db import new_id
from registry.enforcement.models import Deadline, DeadlineMove
from registry.enforcement.procedure.clocks import ClockState
from registry.outbox.rules import EventType
from registry.outbox.service import EventDraft, draft_event, publish_drafts


class Cause(StrEnum):
    """Why the end of a term moved."""

    LAW = "law"
    """de tabel van wetten, normen en feestdagen is veranderd"""
    DETENTION = "detention"
    """een detentie is vastgelegd, veranderd of ingetrokken"""
    EVENT = "event"
    """een later vastgelegde gebeurtenis brengt een ander recht of een andere termijn mee"""


@dataclass(frozen=True, slots=True)
class Ends:
    """When a deadline ended by a computation, and by which table of law; all None where it did not run."""

    due_at: datetime | None = None
    due_on: date | None = None
    target_at: datetime | None = None
    law_hash: str | None = None

    @classmethod
    def of(cls, row: Deadline) -> Ends:
        """The ends of a deadline as it stands; one that no longer runs because it was replaced has none."""
        if row.state == ClockState.SUPERSEDED:
            return cls(law_hash=row.law_hash)
        return cls(row.due_at, row.due_on, row.target_at, row.law_hash)

    def same(self, other: Ends) -> bool:
        """Whether both end at the same time, by whatever table."""
        return (self.due_at, self.due_on, self.target_at) == (other.due_at, other.due_on, other.target_at)


@dataclass(frozen=True, slots=True)
class Change:
    """A deadline that was derived anew, how it ended before, and why that may be another end now."""

    deadline: Deadline
    former: Ends
    cause: Cause

    def is_move(self) -> bool:
        """Whether the end is another; one that an event began or ended did not move: that is what events do."""
        present, nothing = Ends.of(self.deadline), Ends()
        if self.cause is Cause.EVENT and (present.same(nothing) or self.former.same(nothing)):
            return False
        return not present.same(self.former)


def note_moves(session: Session, now: datetime, changes: Iterable[Change]) -> list[Deadline]:
    """Keep which deadlines moved, and tell the organisations concerned of each; returns those."""
    moved = [one for one in changes if one.is_move()]
    session.add_all(_move(one, now) for one in moved)
    publish_drafts(session, now, [(_news(one), one.deadline.audience()) for one in moved])
    return [one.deadline for one in moved]


def _move(change: Change, now: datetime) -> DeadlineMove:
    row, former, present = change.deadline, change.former, Ends.of(change.deadline)
    return DeadlineMove(
        id=new_id(),
        deadline_id=row.id,
        moved_at=now,
        cause=change.cause.value,
        former_due_at=former.due_at,
        former_due_on=former.due_on,
        former_target_at=former.target_at,
        former_law_hash=former.law_hash,
        due_at=present.due_at,
        due_on=present.due_on,
        target_at=present.target_at,
        law_hash=row.law_hash,
    )


def _news(change: Change) -> EventDraft:
    row, former, present = change.deadline, change.former, Ends.of(change.deadline)
    return draft_event(
        EventType.DEADLINE_MOVED,
        f"deadline:{row.id}",
        deadline_id=row.id,
        proceeding_id=row.proceeding_id,
        breach_id=row.breach_id,
        order_id=row.order_id,
        rule=row.term_id,
        status=row.state,
        cause=change.cause.value,
        due_at=present.due_at,
        due_on=present.due_on,
        former_due_at=former.due_at,
        former_due_on=former.due_on,
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """A move, and the deadline as it stands now."""

    move: DeadlineMove
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class MoveFilter:
    """Which moves to list, newest first."""

    limit: int = 50
    after: uuid.UUID | None = None
    cause: Cause | None = None
    deadline_id: uuid.UUID | None = None


def moves_of(session: Session, actor: Actor, now: datetime, asked: MoveFilter) -> Sequence[Moved]:
    """Return how deadlines that concern the actor's organisation moved, newest first."""
    rows = select(DeadlineMove, Deadline).join(Deadline, Deadline.id == DeadlineMove.deadline_id)
    own = rows.where(visible(Deadline, actor))
    if asked.after is not None:
        own = own.where(DeadlineMove.id < asked.after)
    if asked.cause is not None:
        own = own.where(DeadlineMove.cause == asked.cause.value)
    if asked.deadline_id is not None:
        own = own.where(DeadlineMove.deadline_id == asked.deadline_id)
    found = session.execute(own.order_by(DeadlineMove.id.desc()).limit(asked.limit)).all()
    record(session, actor, now, Action.CONSULTED, "deadline-moves", shown=[str(move.id) for move, _ in found])
    return [Moved(move, deadline) for move, deadline in found]
