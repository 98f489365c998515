"""Telling what is so of the orders of a person, once, and saying so when it no longer is; and the lists of notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, union_all, update
from sqlalchemy.orm import Session

from registry.access.rules import Action, Actor
from registry.access.service import record
from registry.db import PreparedChange, bulk, new_id, table_of
from registry.errors import NotFound
from registry.orders.rows import add_missing, pieces
from registry.orders.watch.models import Notice, NoticeAudience, PersonWatch
from registry.orders.watch.pairs import of_pairs
from registry.orders.watch.reading import Bound, Whose, bound_persons
from registry.orders.watch.rules import NoticeKind, Plan, Truth, expiry, freedoms, releases
from registry.outbox.rules import EventType
from registry.outbox.service import draft_event, publish, publish_drafts

PAST, RESOLVED = "past", "resolved"

_AUDIENCE = table_of(NoticeAudience)
_EVENTS = {kind: EventType(f"nl.beschermingsbevel.notice.{kind}.v1") for kind in NoticeKind}
_WARNING = frozenset(
    {NoticeKind.RELEASE_NEAR, NoticeKind.RELEASED, NoticeKind.LEAVE_NEAR, NoticeKind.ON_LEAVE, NoticeKind.ESCAPED}
)


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices to list, newest first; without a state those that stand."""

    limit: int = 50
    before_id: UUID | None = None
    kind: NoticeKind | None = None
    order_id: UUID | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What is so of the orders that bind a person, and when that is to be asked again."""

    bound: Bound
    truths: tuple[Truth, ...]
    due_at: datetime | None


def examine(session: Session, now: datetime, person_ids: Collection[UUID], plan: Plan) -> list[Examined]:
    """Find out what is so of the orders of these persons; writes nothing."""
    return [_examined(bound, now, plan) for bound in bound_persons(session, person_ids).values()]


def _examined(bound: Bound, now: datetime, plan: Plan) -> Examined:
    free = freedoms(bound.detentions)
    truths: list[Truth] = []
    for each in bound.orders:
        truths += [*expiry(each.course, plan), *releases(each.course, free, plan, now)]
    truths += of_pairs(bound.orders, plan)
    instants = {at for each in truths if each.told for at in (each.told.from_at, each.told.until_at) if at}
    return Examined(bound, tuple(truths), min((at for at in instants if at > now), default=None))


def settle(session: Session, now: datetime, examined: Sequence[Examined]) -> int:
    """Tell what is so and was not told, and close what is over or was wrong; returns how many notices changed."""
    closed, news = 0, []
    known = _open_notices(session, [order_id for each in examined for order_id in each.bound.owners])
    for each in examined:
        own = [one for one in known if each.bound.owners.keys() & {one.order_id, one.other_order_id}]
        wanted, over = _settled(now, each, own)
        for notice, because in over:
            _close(session, now, notice, because)
        closed += len(over)
        news += [(truth, _audience(truth, each.bound.owners)) for truth in wanted]
    session.flush()
    _raise(session, now, news)
    _note(session, now, examined)
    return closed + len(news)


def _open_notices(session: Session, order_ids: Collection[UUID]) -> list[Notice]:
    found: dict[UUID, Notice] = {}
    for column in (Notice.order_id, Notice.other_order_id):
        for piece in pieces(order_ids):
            for one in session.scalars(select(Notice).where(Notice.closed_at.is_(None), column.in_(piece))):
                found[one.id] = one
    return list(found.values())


def _settled(
    now: datetime, examined: Examined, known: Iterable[Notice]
) -> tuple[list[Truth], list[tuple[Notice, str]]]:
    """What is to be told of a person, and which notices are to be closed, and why."""
    wanted = {each.key: each for each in examined.truths if each.told and each.told.holds(now)}
    bases = {(each.kind.value, each.basis) for each in examined.truths}
    over = [
        (notice, PAST if (notice.kind, notice.basis) in bases else RESOLVED)
        for notice in known
        if notice.closed_at is None and wanted.pop(notice.key, None) is None
    ]
    return list(wanted.values()), over


def _audience(truth: Truth, owners: Mapping[UUID, Whose]) -> frozenset[UUID]:
    concerned = [owners[each] for each in (truth.order_id, truth.other_order_id) if each is not None]
    told = [each.warning if truth.kind in _WARNING else each.everybody for each in concerned]
    return frozenset().union(*told)


_NOTICE = bulk.layout(
    Notice,
    "id kind rule condition_type key basis order_id other_order_id occurs_at from_on until_on days found_late "
    "raised_at closed_at closed_because",
)
_TOLD = bulk.layout(NoticeAudience, "organisation_id notice_id kind is_open")


def _raise(session: Session, now: datetime, news: Iterable[tuple[Truth, frozenset[UUID]]]) -> None:
    """Tell all of it together, for after a large delivery very many come at once."""
    notices, told, events = [], [], []
    for truth, audience in news:
        notice = _notice(truth, now)
        notices.append(bulk.plain(_NOTICE, {name: getattr(notice, name) for name in _NOTICE.names}))
        told += [(one.bytes, notice.id.bytes, notice.kind, True) for one in audience]
        events.append((draft_event(_EVENTS[truth.kind], f"notice:{notice.id}", **_data(notice)), audience))
    bulk.insert(session, [(_NOTICE, notices), (_TOLD, sorted(told))])
    publish_drafts(session, now, events)


def _notice(truth: Truth, now: datetime) -> Notice:
    return Notice(
        id=new_id(),
        kind=truth.kind.value,
        rule=truth.rule,
        condition_type=truth.condition_type,
        key=truth.key,
        basis=truth.basis,
        order_id=truth.order_id,
        other_order_id=truth.other_order_id,
        occurs_at=truth.occurs_at,
        from_on=truth.from_on,
        until_on=truth.until_on,
        days=truth.days,
        found_late=truth.found_late,
        raised_at=now,
        closed_at=None,
        closed_because=None,
    )


def _data(notice: Notice) -> dict[str, Any]:
    names = ("rule", "condition_type", "order_id", "other_order_id", "from_on", "until_on", "days", "kind")
    own = {name: getattr(notice, name) for name in names}
    return own | {
        "notice_id": notice.id,
        "occurred_at": notice.occurs_at,
        "found_late": notice.found_late or None,
    }


def _close(session: Session, now: datetime, notice: Notice, because: str) -> None:
    """Close a notice; to whoever was told something that is no longer so, that is said too."""
    notice.closed_at, notice.closed_because = now, because
    told = update(_AUDIENCE).where(_AUDIENCE.c.notice_id == notice.id).values(is_open=False)
    audience = session.connection().execute(told.returning(_AUDIENCE.c.organisation_id)).scalars().all()
    if because == RESOLVED:
        publish(session, now, EventType.NOTICE_RESOLVED, f"notice:{notice.id}", audience, **_data(notice))


_WATCH = table_of(PersonWatch)
# Made once: every piece of what is due ends with it.
_LOOKED = PreparedChange(
    update(_WATCH)
    .where(_WATCH.c.person_id == bindparam("of_person"))
    .values(due_at=bindparam("next_at"), examined_at=bindparam("at"))
)


def _note(session: Session, now: datetime, examined: Sequence[Examined]) -> None:
    fresh = [{"person_id": each.bound.person_id, "due_at": None, "examined_at": None} for each in examined]
    add_missing(session, PersonWatch, fresh)
    rows = [{"of_person": each.bound.person_id, "next_at": each.due_at, "at": now} for each in examined]
    _LOOKED.run(session, rows)


def notices_of(session: Session, actor: Actor, now: datetime, asked: NoticeFilter) -> list[Notice]:
    """Return what the actor's organisation was told, newest first."""
    own = select(Notice).join(NoticeAudience, NoticeAudience.notice_id == Notice.id)
    own = own.where(NoticeAudience.organisation_id == actor.organisation_id)
    if asked.before_id is not None:
        own = own.where(NoticeAudience.notice_id < asked.before_id)
    if asked.kind is not None:
        own = own.where(NoticeAudience.kind == asked.kind.value)
    if asked.is_open is not None:
        own = own.where(NoticeAudience.is_open == asked.is_open)
    if asked.order_id is not None:
        ids = (select(Notice.id).where(column == asked.order_id) for column in (Notice.order_id, Notice.other_order_id))
        own = own.where(NoticeAudience.notice_id.in_(union_all(*ids)))
    found = list(session.scalars(own.order_by(NoticeAudience.notice_id.desc()).limit(asked.limit)))
    record(session, actor, now, Action.CONSULTED, "notices", shown=[str(one.id) for one in found])
    return found


def notice_for(session: Session, actor: Actor, now: datetime, notice_id: UUID) -> Notice:
    """Return one notice; raises NotFound unless the actor's organisation was told."""
    told = select(NoticeAudience.notice_id).where(
        NoticeAudience.organisation_id == actor.organisation_id, NoticeAudience.notice_id == notice_id
    )
    notice = session.scalar(select(Notice).where(Notice.id.in_(told)))
    if notice is None:
        raise NotFound("There is no notice with this id here.")
    record(session, actor, now, Action.CONSULTED, f"notice:{notice.id}")
    return notice
