"""Which records of nearness go: what proved nothing after the time of positions, what did with its case.

They hold no place, and tell all the same when he was near her. Her positions go by themselves, before or with them.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geo.episode import Verdict
from geo.spans import Span, instant
from registry.access.rules import Action
from registry.access.service import record, system_actor
from registry.db import Database
from registry.enforcement.keeping import goes_on_or_ended_since
from registry.enforcement.models import Breach
from registry.monitoring.companions.models import Companion, NearnessRecord, NearnessRevision
from registry.monitoring.companions.rules import CompanionPolicy
from registry.monitoring.pings import epoch_ms
from registry.monitoring.retention.models import PositionHold
from registry.monitoring.retention.windows import Asked
from registry.monitoring.rules import LIVE_STATUSES, EpisodeStatus
from registry.orders.service import same_orders, whom_bound

_AT_ONCE = 200
_Spans = dict[uuid.UUID, list[Span]]


def sweep_nearnesses(database: Database, asked: Asked) -> int:
    """Remove those that nothing keeps, in short transactions, each counted in the audit chain; return how many."""
    removed, after = 0, uuid.UUID(int=0)
    while True:
        with database.transaction() as session:
            some = _old(session, asked, after)
            kept = _Keeping.of(session, asked, some)
            gone = [one for one in some if not kept.keeps(one)]
            last_id = some[-1].id if some else after
            _remove(session, asked, gone)
            removed += len(gone)
        if len(some) < _AT_ONCE:
            return removed
        after = last_id


def count_nearnesses(session: Session, asked: Asked) -> int:
    """Return how many would go, without removing any."""
    count, after = 0, uuid.UUID(int=0)
    while some := _old(session, asked, after):
        kept = _Keeping.of(session, asked, some)
        count, after = count + sum(not kept.keeps(one) for one in some), some[-1].id
    return count


def _old(session: Session, asked: Asked, after: uuid.UUID) -> Sequence[NearnessRecord]:
    """Some that are old enough. What goes on is not, and nothing of which her positions are judged still."""
    before_ms = min(asked.before_ms, epoch_ms(asked.now) - CompanionPolicy().kept_ms)
    # One that was withdrawn while it went on has no end.
    ended = func.coalesce(NearnessRecord.end_ms, NearnessRecord.start_ms)
    own = select(NearnessRecord).where(
        NearnessRecord.id > after, NearnessRecord.status != EpisodeStatus.OPEN, ended < before_ms
    )
    return session.scalars(own.order_by(NearnessRecord.id).limit(_AT_ONCE)).all()


@dataclass(frozen=True, slots=True)
class _Keeping:
    """What keeps some of them: until when one that was shown stays, and what holds and cases there are, by order."""

    since_ms: int
    spans: _Spans

    @classmethod
    def of(cls, session: Session, asked: Asked, some: Sequence[NearnessRecord]) -> "_Keeping":
        spans: _Spans = defaultdict(list)
        orders = {one.order_id for one in some}
        for order_id, span in [*_held(session, orders), *_of_breaches(session, asked, orders)]:
            spans[order_id].append(span)
        return cls(epoch_ms(asked.now - asked.keeping.cases), spans)

    def keeps(self, one: NearnessRecord) -> bool:
        ended_ms = one.start_ms if one.end_ms is None else one.end_ms
        was_shown = one.verdict == Verdict.CONFIRMED and one.status in LIVE_STATUSES
        if was_shown and ended_ms >= self.since_ms:
            return True
        return any(
            span.from_ms <= ended_ms and (span.until_ms is None or one.start_ms < span.until_ms)
            for span in self.spans.get(one.order_id, ())
        )


def _held(session: Session, order_ids: set[uuid.UUID]) -> Iterable[tuple[uuid.UUID, Span]]:
    """What is held of the wearer of an order, under each id by which he may be known."""
    orders: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for order_id, person_ids in whom_bound(session, order_ids).items():
        for person_id in person_ids:
            orders[person_id].append(order_id)
    held = select(PositionHold).where(PositionHold.released_at.is_(None), PositionHold.person_id.in_(orders))
    for one in session.scalars(held):
        for order_id in orders[one.person_id]:
            yield order_id, Span(epoch_ms(one.from_at), epoch_ms(one.until_at))


def _of_breaches(session: Session, asked: Asked, order_ids: set[uuid.UUID]) -> Iterable[tuple[uuid.UUID, Span]]:
    """The time around each breach of an order whose case goes on, or has not been over for long."""
    around = asked.keeping.around_breach
    for order_id in order_ids:
        kept = select(Breach.occurred_from, Breach.occurred_until).where(
            Breach.order_id.in_(same_orders(session, order_id)),
            goes_on_or_ended_since(asked.now - asked.keeping.cases),
        )
        for begins_at, ends_at in session.execute(kept):
            yield order_id, Span(epoch_ms(begins_at - around), epoch_ms((ends_at or begins_at) + around))


def _remove(session: Session, asked: Asked, gone: Sequence[NearnessRecord]) -> None:
    ids = [one.id for one in gone]
    owners = Counter(_owners(session, gone))
    unheld = {"synchronize_session": False}
    # What was merged into one that goes is kept for its own reasons, if at all.
    merged = update(NearnessRecord).where(NearnessRecord.superseded_by_id.in_(ids)).values(superseded_by_id=None)
    session.execute(merged.execution_options(**unheld))
    session.execute(delete(NearnessRevision).where(NearnessRevision.nearness_id.in_(ids)).execution_options(**unheld))
    session.execute(delete(NearnessRecord).where(NearnessRecord.id.in_(ids)).execution_options(**unheld))
    reference = f"nearnesses:before:{instant(asked.before_ms).date().isoformat()}"
    for owner, count in owners.items():
        record(session, system_actor(owner, "retention"), asked.now, Action.DESTROYED, reference, count=count)


def _owners(session: Session, gone: Sequence[NearnessRecord]) -> Iterable[uuid.UUID]:
    """Who answers for each: who supervises him, or else the police, or whose device it was."""
    wanted = select(Companion.id, Companion.provider_id).where(Companion.id.in_({one.companion_id for one in gone}))
    providers = {row.id: row.provider_id for row in session.execute(wanted)}
    for one in gone:
        yield one.supervising_org_id or one.police_org_id or providers[one.companion_id]
