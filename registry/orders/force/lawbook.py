"""What statuses were measured by at an earlier time: the table of law and the age of confirmation, kept as recorded."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import Database, new_id
from registry.law import LawTable
from registry.law.checks import LawTableError
from registry.law.table import read
from registry.orders.force.models import MeasureRecord
from registry.orders.force.standing import Measures, measures


@dataclass(frozen=True, slots=True)
class MeasuresAt:
    """The measures of an earlier time, and what is unsure about them.

    `doubt` is "not_recorded" when the register kept none of that time, so that the oldest known are taken, and
    "unreadable" when what it kept cannot be read by this version of the service, so that the present ones are.
    """

    measures: Measures
    recorded_at: datetime | None
    doubt: str | None = None


def measures_kept(session: Session) -> bool:
    """Whether the measures of this process are those kept last."""
    own, last = measures(), _last(session)
    return last is not None and (last.law_hash, last.unconfirmed_after_s) == (own.law.hash, _seconds(own))


def keep_measures(database: Database, now: datetime) -> None:
    """Keep the table of law that statuses are measured by, so that an answer of today can be given again later."""
    with database.reading() as session:
        kept = measures_kept(session)
    if not kept:
        with database.transaction() as session:
            note_measures(session, now)


def note_measures(session: Session, now: datetime) -> None:
    """Keep the measures of this process, unless they are those kept last."""
    if measures_kept(session):
        return
    own = measures()
    kept = MeasureRecord(
        id=new_id(),
        recorded_at=now,
        law_hash=own.law.hash,
        law_packed=zlib.compress(own.law.text.encode()),
        unconfirmed_after_s=_seconds(own),
    )
    session.add(kept)
    session.flush()


def _seconds(own: Measures) -> int:
    return int(own.unconfirmed_after.total_seconds())


def measures_at(session: Session, known_at: datetime) -> MeasuresAt:
    """The measures that the register went by at an instant."""
    then = _last(session, known_at)
    oldest = select(MeasureRecord).order_by(MeasureRecord.recorded_at, MeasureRecord.id).limit(1)
    found = then or session.scalar(oldest)
    if found is None:
        return MeasuresAt(measures(), None, "not_recorded")
    law = _law(found.law_hash, found.law_packed)
    if law is None:
        return MeasuresAt(measures(), found.recorded_at, "unreadable")
    known = Measures(law, timedelta(seconds=found.unconfirmed_after_s))
    return MeasuresAt(known, found.recorded_at, None if then else "not_recorded")


def _last(session: Session, known_at: datetime | None = None) -> MeasureRecord | None:
    query = select(MeasureRecord).order_by(MeasureRecord.recorded_at.desc(), MeasureRecord.id.desc()).limit(1)
    return session.scalar(query if known_at is None else query.where(MeasureRecord.recorded_at <= known_at))


def _law(law_hash: str, packed: bytes) -> LawTable | None:
    own = measures().law
    return own if own.hash == law_hash else _unpacked(packed)


@lru_cache(maxsize=8)
def _unpacked(packed: bytes) -> LawTable | None:
    try:
        return read(zlib.decompress(packed).decode())
    except (LawTableError, KeyError):
        return None
