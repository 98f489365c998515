"""Under which tables of law and procedures the open deadlines stand, and telling their owners once those moved."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import police_organisations, record
from registry.alerts.service import NewAlert, raise_alerts
from registry.db import new_id
from registry.enforcement.deadlines import RUNS
from registry.enforcement.models import Deadline, DeadlineMove
from registry.enforcement.moves import Cause
from registry.enforcement.procedure import table
from registry.enforcement.recomputing.models import LawRun
from registry.enforcement.standstill import detention_changed
from registry.orders.force.standing import measures

MOVED = "deadlines_moved"
# What another release computed meanwhile, or could not be computed, is looked at again after so long.
_AGAIN_AFTER = timedelta(minutes=10)
# Those of proceedings; what she was promised without one is not computed again.
FOLLOWING: ColumnElement[bool] = and_(RUNS, Deadline.proceeding_id.is_not(None))
BEGUN_AT = select(func.max(LawRun.noticed_at)).where(LawRun.settled_at.is_(None)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run did so far."""

    proceedings: int = 0
    moved: int = 0


def needs_run(session: Session, now: datetime) -> bool:
    """Say whether open deadlines stand under other tables than the present; cheap, in a reading session."""
    last = _last(session)
    if last is None or not _is_present(last) or last.settled_at is None:
        return True
    return now - last.settled_at >= _AGAIN_AFTER and _left_behind(session)


def _left_behind(session: Session) -> bool:
    """Whether any deadline is of another table of law, each half answered from an end of the index.

    Detentions are looked at where a term of some procedure stands still meanwhile, which none does by the present law.
    """
    law = measures().law
    others = [Deadline.law_hash < law.hash, Deadline.law_hash > law.hash]
    clocks = {rule.term for row in table.load().rows for rule in row.clock}
    if any(term.pauses for term in law.terms if term.id in clocks):
        others.append(detention_changed())
    return any(session.scalar(select(exists().where(FOLLOWING, other))) for other in others)


def _last(session: Session) -> LawRun | None:
    return session.scalar(select(LawRun).order_by(LawRun.id.desc()).limit(1))


def _is_present(run: LawRun) -> bool:
    return (run.law_hash, run.procedures_hash) == (measures().law.hash, table.load().hash)


def begin(session: Session, now: datetime) -> None:
    """Note that the tables changed, unless the last run is by the present ones; all of a run goes on from there."""
    last = _last(session)
    if last is not None and _is_present(last):
        return
    hashes = {"law_hash": measures().law.hash, "procedures_hash": table.load().hash}
    session.add(LawRun(id=new_id(), noticed_at=now, proceedings=0, moved=0, **hashes))


def count(session: Session, moved: Sequence[int]) -> None:
    """Add proceedings to the run that goes on, with how many deadlines of each moved; with them or not at all."""
    of_run = select(LawRun.id).order_by(LawRun.id.desc()).limit(1).scalar_subquery()
    going = update(LawRun).where(LawRun.id == of_run, LawRun.settled_at.is_(None))
    more = {"proceedings": LawRun.proceedings + len(moved), "moved": LawRun.moved + sum(moved)}
    session.execute(going.values(more).execution_options(synchronize_session=False))


def settle(session: Session, actor: Actor, now: datetime, done: Tally) -> None:
    """End the run: call the owners of what moved, and note in the audit how much it was, and by which table of law.

    A run that was broken off counts from its beginning, and one that other tables overtook is told with the next.
    """
    last = _last(session)
    runs = session.scalars(select(LawRun).where(LawRun.settled_at.is_(None)).order_by(LawRun.id)).all()
    began_at = min((one.noticed_at for one in runs), default=last.settled_at if last else None)
    if runs:
        done = Tally(sum(one.proceedings for one in runs), sum(one.moved for one in runs))
    by_tables = {*runs, *([last] if last else [])}
    if began_at is not None and done.moved:
        _tell_owners(session, now, _moved_since(session, began_at, {one.law_hash for one in by_tables}))
    for one in by_tables:
        one.settled_at = now
    if done.proceedings:
        told = {"proceedings": done.proceedings, "moved": done.moved, "law_hash": measures().law.hash}
        record(session, actor, now, Action.CHANGED, "deadlines", **told)


def _moved_since(session: Session, since_at: datetime, hashes: Collection[str]) -> Mapping[uuid.UUID | None, int]:
    rows = (
        select(Deadline.owner_org_id, func.count(Deadline.id.distinct()))
        .join(DeadlineMove, DeadlineMove.deadline_id == Deadline.id)
        .where(DeadlineMove.law_hash.in_(hashes), DeadlineMove.cause == Cause.LAW.value)
        .where(DeadlineMove.moved_at >= since_at)
        .group_by(Deadline.owner_org_id)
    )
    return {owner_id: number for owner_id, number in session.execute(rows)}


def _tell_owners(session: Session, now: datetime, moved: Mapping[uuid.UUID | None, int]) -> None:
    """One call an owner: a day more among the holidays moves thousands. What is nobody's is every police duty's."""
    calls = {one: number for one, number in moved.items() if one is not None}
    for one in police_organisations(session) if None in moved else ():
        calls[one] = calls.get(one, 0) + moved[None]
    raise_alerts(session, now, [_call(one, number) for one, number in sorted(calls.items())])


def _call(owner_id: uuid.UUID, number: int) -> NewAlert:
    words = "is 1 termijn verschoven" if number == 1 else f"zijn {number} termijnen verschoven"
    title = f"Door een wijziging van de wet, de normen of de feestdagen {words}: lees de lijst van verschuivingen"
    subject_ref = f"law:{new_id()}/{owner_id}"
    return NewAlert(MOVED, 2, title, subject_ref, {"supervising_org_id": owner_id}, {}, owner_id)
