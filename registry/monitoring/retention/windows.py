"""What must stay: the stretches of time in which a wearer's positions are kept, wherever he was.

An episode and a breach keep theirs while the case goes on and for a time after; a recorded hold keeps its own, and so
does a demand while it can be read under. And whoever is monitored keeps what the engine needs to judge him again.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from geo.spans import Span, joined
from registry.db import Database
from registry.enforcement.keeping import goes_on_or_ended_since
from registry.enforcement.models import Breach, BreachSource
from registry.monitoring.demands.models import PositionDemand
from registry.monitoring.models import EpisodeRecord
from registry.monitoring.pings import FUTURE_LIMIT_MS, epoch_ms
from registry.monitoring.retention.models import KeptWindow, PositionHold
from registry.monitoring.retention.needed import Bearers, bearers, needed, needed_before
from registry.monitoring.retention.rules import EPISODE_MARGIN, Keeping
from registry.monitoring.rules import EpisodeStatus
from registry.monitoring.signals.models import DeviceSignal
from registry.orders.force.standing import subjects_of

_FOREVER_MS = 2**62
_AT_ONCE = 200
_COLUMNS = (KeptWindow.device_number, KeptWindow.from_ms, KeptWindow.until_ms, KeptWindow.alarms_only)
Revision = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be removed: before which instant, now, and what stays for how long."""

    now: datetime
    before_ms: int
    keeping: Keeping


def revision(session: Session) -> Revision:
    """Return what differs once somebody recorded a hold, a demand or an account of a breach."""
    newest = select(BreachSource.id).order_by(BreachSource.id.desc()).limit(1)
    counts = [session.scalar(select(func.count(one))) for one in (PositionHold.id, PositionDemand.id)]
    return (*counts, session.scalar(newest))


def refresh(database: Database, asked: Asked) -> Revision:
    """Write what is kept now in the place of what was, in short transactions; return the revision that this is of.

    In between the table is neither, so nothing may be removed before this returns.
    """
    with database.reading() as session:
        known = revision(session)
        wanted = set(kept_windows(session, asked))
        held = {(row[0], row[1], row[2], row[3]) for row in session.execute(select(*_COLUMNS))}
    gone, fresh = sorted(held - wanted), sorted(wanted - held)
    for start in range(0, len(gone), _AT_ONCE):
        with database.transaction() as session:
            for row in gone[start : start + _AT_ONCE]:
                own = [column == value for column, value in zip(_COLUMNS, row, strict=True)]
                session.execute(delete(KeptWindow).where(*own).execution_options(synchronize_session=False))
    for start in range(0, len(fresh), _AT_ONCE):
        with database.transaction() as session:
            names = [column.key for column in _COLUMNS]
            rows = [dict(zip(names, row, strict=True)) for row in fresh[start : start + _AT_ONCE]]
            session.execute(insert(KeptWindow), rows)
    return known


def kept_windows(session: Session, asked: Asked) -> Iterator[tuple[int, int, int, bool]]:
    """Yield device number, beginning and end (epoch ms) of what is kept, and whether of its alarms only."""
    known, spans = bearers(session), defaultdict[uuid.UUID, list[Span]](list)
    found = (
        *_held(session),
        *_demanded(session, asked),
        *_of_episodes(session, asked, known),
        *_of_breaches(session, asked),
    )
    for person_id, span in (*found, *needed(session, known, asked.before_ms)):
        if span.from_ms < asked.before_ms:
            spans[known.root(person_id)].append(span)
    by_device: dict[int, list[Span]] = defaultdict(list)
    for worn in known.worn:
        for span in joined(spans.get(known.root(worn.person_id), ())):
            by_device[worn.device_number].append(_within(span, worn.span))
    for number, some in by_device.items():
        yield from ((number, *_ends(span), False) for span in joined(some))
    yield from ((number, *_ends(span), True) for number, span in _alarms(session, asked.before_ms))


def _within(span: Span, other: Span) -> Span:
    ends = [end for end in (span.until_ms, other.until_ms) if end is not None]
    return Span(max(span.from_ms, other.from_ms), min(ends, default=None))


def _ends(span: Span) -> tuple[int, int]:
    return span.from_ms, _FOREVER_MS if span.until_ms is None else span.until_ms


def _held(session: Session) -> Iterator[tuple[uuid.UUID, Span]]:
    for hold in session.scalars(select(PositionHold).where(PositionHold.released_at.is_(None))):
        yield hold.person_id, Span(epoch_ms(hold.from_at), epoch_ms(hold.until_at))


def _demanded(session: Session, asked: Asked) -> Iterator[tuple[uuid.UUID, Span]]:
    """What a demand can open still, approved or not: it must be there when it is read."""
    stands = select(PositionDemand).where(PositionDemand.revoked_at.is_(None), PositionDemand.valid_until > asked.now)
    for demand in session.scalars(stands):
        yield demand.person_id, Span(epoch_ms(demand.from_at), epoch_ms(demand.until_at))


def _of_episodes(session: Session, asked: Asked, known: Bearers) -> Iterator[tuple[uuid.UUID, Span]]:
    """Those of an episode follow its case; one of which there is no case is kept as long, from its end."""
    since = asked.now - asked.keeping.cases
    of_case = exists(select(Breach.id).where(Breach.id == EpisodeRecord.breach_id, goes_on_or_ended_since(since)))
    alone = and_(EpisodeRecord.breach_id.is_(None), EpisodeRecord.end_ms >= epoch_ms(since))
    rows = session.scalars(
        select(EpisodeRecord).where(
            EpisodeRecord.status.in_((EpisodeStatus.OPEN, EpisodeStatus.CLOSED)),
            or_(EpisodeRecord.end_ms.is_(None), of_case, alone),
        )
    )
    margin_ms = int(EPISODE_MARGIN.total_seconds() * 1000)
    for row in rows:
        span = Span(row.start_ms - margin_ms, None if row.end_ms is None else row.end_ms + margin_ms)
        if row.end_ms is None:
            # When its zone falls away he is judged again from before it began.
            first_ms = needed_before(session, known, row.person_id, row.start_ms)
            span = Span(min(span.from_ms, first_ms), None)
        yield row.person_id, span


def _of_breaches(session: Session, asked: Asked) -> Iterator[tuple[uuid.UUID, Span]]:
    kept = select(Breach.order_id, Breach.occurred_from, Breach.occurred_until)
    rows = session.execute(kept.where(goes_on_or_ended_since(asked.now - asked.keeping.cases))).all()
    subjects = subjects_of(session, {row.order_id for row in rows})
    for row in rows:
        if row.order_id in subjects:
            until_at = row.occurred_until or row.occurred_from
            begins, ends = row.occurred_from - asked.keeping.around_breach, until_at + asked.keeping.around_breach
            yield subjects[row.order_id], Span(epoch_ms(begins), epoch_ms(ends))


def _alarms(session: Session, before_ms: int) -> Iterable[tuple[int, Span]]:
    """What devices said of themselves, for as long as a late word may move where it began."""
    ended = DeviceSignal.until_ms
    query = select(DeviceSignal.device_number, DeviceSignal.from_ms, ended).where(
        DeviceSignal.from_ms < before_ms, or_(ended.is_(None), ended >= before_ms)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for number, from_ms, until_ms in session.execute(query):
        found[number].append(Span(from_ms, None if until_ms is None else until_ms + FUTURE_LIMIT_MS))
    return ((number, span) for number, spans in found.items() for span in joined(spans))
