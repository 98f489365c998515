"""Everything that was ever recorded of an order: its versions, whom its subject was taken for, and his detentions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.orders.models import Detention, Order, OrderParty, OrderVersion, PartyLink, SubjectLinkRecord
from registry.orders.register.views import View, conditions_of, parties_of
from registry.orders.rows import version_facts, version_rows
from registry.orders.rules import Current, PartyRole, fold

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A version as it was recorded, opened, beside the nearest one below it that carried the order itself."""

    version: OrderVersion
    told: View | None
    below: View | None


@dataclass(frozen=True, slots=True)
class Taken:
    """For whom the subject of a version was taken, and from when until when."""

    version: int
    link: PartyLink


@dataclass(frozen=True, slots=True)
class Chronicle:
    """A piece of the history of an order; all but the chapters is whole in every piece."""

    order: Order
    sender: Organisation
    current: Current
    chapters: tuple[Chapter, ...]
    asked: tuple[SubjectLinkRecord, ...]
    taken: tuple[Taken, ...]
    detentions: tuple[Detention, ...]
    codes: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class ChroniclePage:
    """Which versions: at most so many, recorded after the one with this id."""

    limit: int
    after_id: UUID | None = None


def chronicle(session: Session, order: Order, page: ChroniclePage) -> Chronicle:
    """What was recorded of an order, in the order in which it was recorded."""
    rows = sorted(version_rows(session, [order.id])[order.id], key=lambda row: row.recorded_at)
    asked = select(SubjectLinkRecord).where(SubjectLinkRecord.order_id == order.id)
    taken = _taken(session, order.id)
    detentions = _detentions(session, taken)
    recorders = {each.recorded_by_org_id for each in detentions} | {each.replaced_by_org_id for each in detentions}
    return Chronicle(
        order=order,
        sender=session.get_one(Organisation, order.sending_org_id),
        current=fold(map(version_facts, rows)),
        chapters=_chapters(session, order, [row.id for row in rows], page),
        asked=tuple(session.scalars(asked.order_by(SubjectLinkRecord.recorded_at))),
        taken=taken,
        detentions=detentions,
        codes=codes_of(session, recorders),
    )


def codes_of(session: Session, organisation_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The codes of organisations."""
    wanted = [each for each in set(organisation_ids) if each is not None]
    query = select(Organisation.id, Organisation.code).where(Organisation.id.in_(wanted))
    return {row.id: row.code for row in session.execute(query)} if wanted else {}


def _chapters(session: Session, order: Order, ids: Sequence[UUID], page: ChroniclePage) -> tuple[Chapter, ...]:
    start = ids.index(page.after_id) + 1 if page.after_id in ids else 0
    versions = {one.id: one for one in session.scalars(select(OrderVersion).where(OrderVersion.order_id == order.id))}
    carriers = sorted((one for one in versions.values() if one.has_content), key=lambda one: one.version)
    shown = [versions[each] for each in ids[start : start + page.limit]]
    below = {one.id: next((c for c in reversed(carriers) if c.version < one.version), None) for one in shown}
    needed = {one.id: one for one in (*shown, *below.values()) if one is not None and one.has_content}
    views = _views(session, order, needed)
    return tuple(Chapter(one, views.get(one.id), views.get(getattr(below[one.id], "id", None))) for one in shown)


def _views(session: Session, order: Order, versions: dict[UUID, OrderVersion]) -> dict[UUID | None, View]:
    """Each version by itself, as if it were the only one."""
    parties, conditions = parties_of(session, versions), conditions_of(session, versions)
    return {
        version_id: View(
            order,
            fold([version_facts(version)]),
            tuple(parties.get(version_id, ())),
            tuple(conditions.get(version_id, ())),
            version,
        )
        for version_id, version in versions.items()
    }


def _taken(session: Session, order_id: UUID) -> tuple[Taken, ...]:
    query = (
        select(OrderVersion.version, PartyLink)
        .join(OrderParty, OrderParty.version_id == OrderVersion.id)
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(OrderParty.order_id == order_id, OrderParty.role == PartyRole.SUBJECT)
        .order_by(PartyLink.recorded_at, PartyLink.id)
    )
    return tuple(Taken(version, link) for version, link in session.execute(query))


def _detentions(session: Session, taken: Sequence[Taken]) -> tuple[Detention, ...]:
    """What was recorded of each person while the subject was taken for him."""
    held: dict[UUID, list[tuple[datetime, datetime]]] = {}
    for each in taken:
        span = (each.link.recorded_at, each.link.replaced_at or _NEVER)
        held.setdefault(each.link.person_id, []).append(span)
    query = select(Detention).where(Detention.person_id.in_(list(held)))
    found = session.scalars(query.order_by(Detention.recorded_at, Detention.id)).all() if held else ()
    return tuple(
        row
        for row in found
        if any(
            row.recorded_at < until and from_at < (row.replaced_at or _NEVER) for from_at, until in held[row.person_id]
        )
    )
