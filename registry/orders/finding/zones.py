"""The zones that wearers are judged by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from geo.shapes import Shape
from geo.spans import Span, joined
from geo.zones import Zone, ZoneKind
from registry.db.prepared import Prepared
from registry.orders.force.binding import Stretch, bound, days, spans_of, told_in
from registry.orders.force.entered import governing
from registry.orders.force.standing import detentions_of, flags_of, subjects_of
from registry.orders.models import Condition, Order, OrderParty, OrderVersion, PartyLink, Person, ZoneRecord
from registry.orders.register.areas import Area, Document, areas, areas_from, drawn, shapes_from
from registry.orders.register.exemptions import exempted
from registry.orders.rows import pieces, version_facts, version_rows
from registry.orders.rules import PartyRole, fold

# What the id of a warning ring has behind that of its zone.
RING = ":ring"


@dataclass(frozen=True, slots=True)
class WearerZone:
    """A zone that binds a person, with the condition it belongs to; or, if it `warns`, the ring around a banned one."""

    person_id: UUID
    order_id: UUID
    condition_id: UUID
    zone: Zone
    reference: str
    warns: bool = False


def zones_of(session: Session, person_ids: Collection[UUID] | None) -> list[WearerZone]:
    """The zones of these persons, or of all, each with the spans in which it binds by law, and his exemptions.

    A person who was merged into another has the zones of that other, under his own id too.
    """
    bearers = _bearers(session, person_ids)
    subjects = _subjects(session, None if person_ids is None else bearers.keys())
    stretches, exemptions = _stretches(session, subjects), exempted(session, subjects)
    found: list[WearerZone] = []
    for order_id, records in _records(session, subjects).items():
        for record, holds in _held(records, *stretches[order_id]):
            zone = Zone(
                str(record.id),
                record.version,
                record.kind,
                record.area.shape,
                holds,
                record.area.schedule,
                exemptions=spans_of(exemptions.get((order_id, record.reference), ())),
            )
            persons = bearers.get(subjects[order_id], [subjects[order_id]])
            found += [
                WearerZone(person_id, order_id, record.condition_id, zone, record.reference) for person_id in persons
            ]
            if record.area.ring is not None:
                ring = replace(zone, id=f"{zone.id}{RING}", shape=record.area.ring)
                found += [
                    WearerZone(person_id, order_id, record.condition_id, ring, record.reference, warns=True)
                    for person_id in persons
                ]
    return found


def _bearers(session: Session, person_ids: Collection[UUID] | None) -> dict[UUID, list[UUID]]:
    """Each person who is one now, with the ids under which he is asked for or known."""
    query = select(Person.id, Person.merged_into_id)
    if person_ids is None:
        rows = session.connection().execute(query.where(Person.merged_into_id.is_not(None))).all()
        merged = {row.id: row.merged_into_id for row in rows}
        found: defaultdict[UUID, list[UUID]] = defaultdict(list, {into: [into] for into in merged.values()})
    else:
        merged = {
            row.id: row.merged_into_id or row.id
            for piece in pieces(set(person_ids))
            for row in session.connection().execute(query.where(Person.id.in_(piece)))
        }
        found = defaultdict(list)
    for person_id, into_id in merged.items():
        found[into_id].append(person_id)
    return dict(found)


def _subjects(session: Session, person_ids: Collection[UUID] | None) -> dict[UUID, UUID]:
    """The orders with zones that bind these persons."""
    query = (
        select(Order.id, PartyLink.person_id)
        .join(OrderParty, (OrderParty.order_id == Order.id) & (OrderParty.version_id == Order.current_version_id))
        .join(PartyLink, PartyLink.party_id == OrderParty.id)
        .where(
            OrderParty.role == PartyRole.SUBJECT,
            PartyLink.replaced_at.is_(None),
            Order.id.in_(select(ZoneRecord.order_id)),
        )
    )
    if person_ids is None:
        return {row.id: row.person_id for row in session.connection().execute(query)}
    return {
        row.id: row.person_id
        for piece in pieces(person_ids)
        for row in session.connection().execute(query.where(PartyLink.person_id.in_(piece)))
    }


def _stretches(
    session: Session, subjects: dict[UUID, UUID]
) -> dict[UUID, tuple[tuple[Stretch, ...], dict[int, Stretch], str]]:
    """For each order: when it binds, which version tells what holds when, and its time zone."""
    detentions = detentions_of(session, subjects.values())
    found = {}
    for order_id, rows in version_rows(session, subjects).items():
        versions = [version_facts(row) for row in rows]
        current = fold(versions)
        binds = bound(current, flags_of(current), detentions.get(subjects[order_id], ()))
        found[order_id] = binds, told_in(versions), current.facts.time_zone if current.facts else "UTC"
    return found


@dataclass(frozen=True, slots=True)
class Bound:
    """Who is bound by an order, under each id by which he may be known, and when it binds by law."""

    person_ids: tuple[UUID, ...]
    binds: tuple[Span, ...]


def bound_by(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Bound]:
    """Whom each of these orders binds and when, its zones and their exemptions aside; without those not known yet.

    An order whose place another took binds on by that other, which is the same decision.
    """
    same = _same(session, order_ids)
    subjects = subjects_of(session, {one for own in same.values() for one in own})
    persons, stretches = _known_as(session, subjects), _stretches(session, subjects)
    return {
        order_id: Bound(
            _each_once(persons[one] for one in own if one in subjects),
            joined(span for one in own if one in subjects for span in spans_of(stretches[one][0])),
        )
        for order_id, own in same.items()
        if not subjects.keys().isdisjoint(own)
    }


def whom_bound(session: Session, order_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Whom each of these orders binds, or what took its place, under each id by which he may be known."""
    same = _same(session, order_ids)
    persons = _known_as(session, subjects_of(session, {one for own in same.values() for one in own}))
    found = {order_id: _each_once(persons[one] for one in own if one in persons) for order_id, own in same.items()}
    return {order_id: ids for order_id, ids in found.items() if ids}


def _same(session: Session, order_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Each order, with the one that took its place if one did."""
    after = governing(session, set(order_ids))
    return {one: (one, after[one]) if one in after else (one,) for one in order_ids}


def _each_once(several: Iterable[tuple[UUID, ...]]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(several)))


def _known_as(session: Session, subjects: dict[UUID, UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """The ids by which the subject of each order may be known: his own, and those of who were merged into him."""
    persons = {person_id: [person_id] for person_id in subjects.values()}
    merged = select(Person.id, Person.merged_into_id)
    for piece in pieces(list(persons)):
        for row in session.connection().execute(merged.where(Person.merged_into_id.in_(piece))):
            persons[row.merged_into_id].append(row.id)
    return {order_id: tuple(persons[person_id]) for order_id, person_id in subjects.items()}


@dataclass(frozen=True, slots=True)
class _Record:
    id: UUID
    condition_id: UUID
    reference: str
    version: int
    kind: ZoneKind
    likeness: bytes
    own_days: tuple[Any, Any]
    area: Area


def _held(
    records: list[_Record], binds: tuple[Stretch, ...], told: dict[int, Stretch], time_zone: str
) -> Iterator[tuple[_Record, Any]]:
    """Each zone once, however many versions tell it, under the id it was first recorded by."""
    alike: defaultdict[bytes, list[_Record]] = defaultdict(list)
    for record in records:
        alike[record.likeness].append(record)
    for same in alike.values():
        holds = spans_of(
            stretch.within(told[each.version]).within(days(*each.own_days, time_zone))
            for each in same
            for stretch in binds
        )
        if holds:
            yield _told_last(same), holds


def _told_last(same: list[_Record]) -> _Record:
    if len(same) == 1:
        return same[0]
    first, newest = min(same, key=lambda each: each.id), max(same, key=lambda each: each.version)
    return replace(first, condition_id=newest.condition_id, own_days=newest.own_days)


_RECORDS = Prepared(
    select(
        ZoneRecord.id,
        ZoneRecord.order_id,
        ZoneRecord.condition_id,
        Condition.reference,
        OrderVersion.version,
        ZoneRecord.kind,
        ZoneRecord.likeness,
        Condition.starts_on,
        Condition.ends_on,
        ZoneRecord.judged_sealed,
    )
    .join(Condition, Condition.id == ZoneRecord.condition_id)
    .join(OrderVersion, OrderVersion.id == Condition.version_id)
    .where(Condition.is_monitored, ZoneRecord.order_id.in_(bindparam("order_ids", expanding=True)))
)


def _records(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, list[_Record]]:
    found: defaultdict[UUID, list[_Record]] = defaultdict(list)
    for piece in pieces(list(order_ids)):
        rows = _RECORDS.all(session, order_ids=piece)
        read = _areas(session, {row.id: row.judged_sealed for row in rows})
        for row in rows:
            area = read[row.id]
            if area is not None:
                told = (row.id, row.condition_id, row.reference, row.version, row.kind, bytes(row.likeness))
                found[row.order_id].append(_Record(*told, (row.starts_on, row.ends_on), area))
    return found


def drawn_zones(session: Session, zones: Collection[Zone]) -> dict[str, Document]:
    """What the shape of each zone is drawn from, by its id: it tells where the protected live, as the zone does."""
    records = {zone.id: UUID(zone.id.removesuffix(RING)) for zone in zones}
    query = select(ZoneRecord.id, ZoneRecord.geometry_sealed)
    told = {
        zone_id: ZoneRecord.geometry.open(zone_id, sealed)
        for piece in pieces(set(records.values()))
        for zone_id, sealed in session.connection().execute(query.where(ZoneRecord.id.in_(piece)))
    }
    return {name: drawn(told[zone_id], rings=name.endswith(RING)) for name, zone_id in records.items()}


_FORMS = Prepared(
    select(ZoneRecord.id, ZoneRecord.judged_sealed).where(ZoneRecord.id.in_(bindparam("zone_ids", expanding=True)))
)


def areas_of(session: Session, zone_ids: Collection[UUID]) -> dict[UUID, Area | None]:
    """The area of each zone; None where the shape as delivered cannot be read."""
    unread = [zone_id for zone_id in zone_ids if zone_id not in areas]
    forms = dict.fromkeys(zone_ids)
    for piece in pieces(unread):
        forms.update((row.id, row.judged_sealed) for row in _FORMS.all(session, zone_ids=piece))
    return _areas(session, forms)


def shapes_of(session: Session, zone_ids: Sequence[UUID]) -> dict[UUID, Shape | None]:
    """The shape of each zone, for who asks where it lies and not when it holds; None where it cannot be read."""
    forms = {row.id: row.judged_sealed for piece in pieces(zone_ids) for row in _FORMS.all(session, zone_ids=piece)}
    found: dict[UUID, Shape | None] = dict(shapes_from([(each, form) for each, form in forms.items() if form]))
    undrawn = [zone_id for zone_id in zone_ids if zone_id not in found]
    if undrawn:
        drawn_anew = areas_of(session, undrawn)
        found |= {zone_id: area.shape if area else None for zone_id, area in drawn_anew.items()}
    return found


def _areas(session: Session, forms: dict[UUID, bytes | None]) -> dict[UUID, Area | None]:
    """The area of each zone, from what was drawn of it once, or else from the shape as delivered."""
    found: dict[UUID, Area | None] = {zone_id: areas.area(zone_id, None) for zone_id in forms if zone_id in areas}
    told = [(each, bytes(form)) for each, form in forms.items() if form is not None and each not in found]
    found.update(areas_from(told))
    query = select(ZoneRecord.id, ZoneRecord.geometry_sealed)
    for piece in pieces([zone_id for zone_id in forms if zone_id not in found]):
        for zone_id, sealed in session.connection().execute(query.where(ZoneRecord.id.in_(piece))):
            found[zone_id] = areas.area(zone_id, sealed)
    return found
