"""Reading what notices rest on: every order that binds a person, its course, and its conditions where they matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from geo.schedule import Schedule
from geo.spans import instant, instant_or_none
from registry.orders.finding.zones import areas_of
from registry.orders.force.binding import Stretch, bound, days
from registry.orders.force.case import Surroundings, case_of
from registry.orders.force.entered import governing
from registry.orders.force.period import Detention, zone_of
from registry.orders.force.standing import detentions_of, flags_of, folded, measures
from registry.orders.models import Condition, Order, OrderParty, PartyLink, ZoneRecord
from registry.orders.rows import pieces
from registry.orders.rules import ConditionType, Current, PartyRole
from registry.orders.watch.pairs import Allowance, PairOrder, Term
from registry.orders.watch.rules import Course

_MOST_ORDERS = 40
_HOURS = "hours"
_ALWAYS_FROM = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom an order concerns: everybody, and those who must warn who is protected of a release."""

    everybody: frozenset[UUID]
    warning: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Bound:
    """A person who is bound: his orders with their courses, whose they are, and the stretches recorded of him."""

    person_id: UUID
    orders: tuple[PairOrder, ...]
    owners: Mapping[UUID, Whose]
    detentions: tuple[Detention, ...]


def _whose(order: Order) -> Whose:
    """Where an order names nobody who must warn, its sender is told, so that somebody knows."""
    warning = frozenset(filter(None, (order.prosecuting_org_id, order.police_org_id)))
    return Whose(frozenset(order.audience()), warning or frozenset(filter(None, (order.sending_org_id,))))


# In two steps, each by an index: the links of the persons, then the parties that the current versions name.
_LINKS = select(PartyLink.party_id, PartyLink.person_id).where(
    PartyLink.replaced_at.is_(None), PartyLink.person_id.in_(bindparam("person_ids", expanding=True))
)
_SUBJECTS = (
    select(OrderParty.id, Order)
    .join(Order, (Order.id == OrderParty.order_id) & (Order.current_version_id == OrderParty.version_id))
    .where(OrderParty.id.in_(bindparam("party_ids", expanding=True)), OrderParty.role == PartyRole.SUBJECT.value)
)
_PROTECTED = (
    select(OrderParty.version_id, OrderParty.reference, PartyLink.person_id)
    .join(PartyLink, PartyLink.party_id == OrderParty.id)
    .where(OrderParty.version_id.in_(bindparam("version_ids", expanding=True)))
    .where(OrderParty.role == PartyRole.PROTECTED.value, PartyLink.replaced_at.is_(None))
)


def bound_persons(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Bound]:
    """Each of these persons with the orders that bind him now; one whom none binds has none."""
    named = _orders(session, person_ids)
    owners = _standing(session, named)
    flat = {order.id: order for orders in owners.values() for order in orders}
    currents, detentions = folded(session, flat), detentions_of(session, person_ids)
    several = [order for orders in owners.values() if len(orders) > 1 for order in orders]
    protected = _protected(session, several)
    terms = _terms(session, several, protected, currents)
    found = {}
    for person_id in person_ids:
        held = detentions.get(person_id, ())
        orders = [
            PairOrder(
                course,
                frozenset(protected.get(order.id, {}).values()),
                tuple(terms.get(order.id, ())),
                tuple(_stops(currents[order.id], course)),
            )
            for order in owners.get(person_id, ())
            if (course := _course(order.id, currents[order.id], held)) is not None
        ]
        found[person_id] = Bound(
            person_id, tuple(orders), {each.id: _whose(each) for each in named.get(person_id, ())}, held
        )
    return found


def _orders(session: Session, person_ids: Collection[UUID]) -> dict[UUID, list[Order]]:
    """The orders that bind each person, the newest first."""
    connection = session.connection()
    persons = {
        row.party_id: row.person_id
        for piece in pieces(person_ids)
        for row in connection.execute(_LINKS, {"person_ids": piece})
    }
    rows = [row for piece in pieces(list(persons)) for row in session.execute(_SUBJECTS, {"party_ids": piece})]
    found: defaultdict[UUID, list[Order]] = defaultdict(list)
    for party_id, order in sorted(rows, key=lambda row: row[1].id, reverse=True):
        found[persons[party_id]].append(order)
    return found


def _standing(session: Session, orders: Mapping[UUID, list[Order]]) -> dict[UUID, list[Order]]:
    """Those to look at: not what gave way to the order it was entered for, and no more than one can compare."""
    replaced = governing(session, [order.id for each in orders.values() for order in each])
    return {
        person_id: [order for order in each if order.id not in replaced][:_MOST_ORDERS]
        for person_id, each in orders.items()
    }


def _protected(session: Session, orders: Iterable[Order]) -> dict[UUID, dict[str, UUID]]:
    """Whom each order protects, by the reference that its conditions use."""
    by_version = {order.current_version_id: order.id for order in orders if order.current_version_id}
    found: defaultdict[UUID, dict[str, UUID]] = defaultdict(dict)
    for piece in pieces(list(by_version)):
        for row in session.connection().execute(_PROTECTED, {"version_ids": piece}):
            found[by_version[row.version_id]][row.reference] = row.person_id
    return found


def _course(order_id: UUID, current: Current, held: tuple[Detention, ...]) -> Course | None:
    flags = flags_of(current)
    case = case_of(current, flags, Surroundings(measures().unconfirmed_after, held))
    if case.facts is None or case.period is None:
        return None
    limit = case.limit or case.period
    end_at = case.period.end_at or limit.end_at
    rule = "law_maximum" if case.period.end_at is None else "end_told"
    if case.period.last_on not in (None, case.facts.ends_on):
        rule = "end_moved"
    stopped_at = current.ending.effective_at if current.ending else None
    return Course(
        order_id=order_id,
        zone=zone_of(case.facts.time_zone),
        recorded_at=current.first_recorded_at,
        start_at=case.period.start_at,
        binds=tuple(bound(current, flags, held)),
        end_at=end_at,
        end_rule=rule,
        decided=current.ending is not None,
        live_until=min(filter(None, (end_at, stopped_at)), default=None),
    )


def _stops(current: Current, course: Course) -> Iterator[tuple[str, Stretch]]:
    """From when until when a message took an order out of force before its time."""
    named = (("ended_while_other_binds", current.endings), ("suspended_while_other_binds", current.suspensions))
    for rule, blocks in named:
        for block in blocks:
            ends = [end for end in (block.until_at, course.end_at) if end is not None]
            stretch = Stretch(max(block.effective_at, course.start_at), min(ends, default=None))
            if stretch.until_at is None or stretch.from_at < stretch.until_at:
                yield rule, stretch


_CONDITIONS = (
    select(Condition, ZoneRecord)
    .outerjoin(ZoneRecord, ZoneRecord.condition_id == Condition.id)
    .where(Condition.version_id.in_(bindparam("version_ids", expanding=True)))
)
_WITH_PLACE = frozenset({ConditionType.AREA_BAN, ConditionType.LOCATION_BAN, ConditionType.LOCATION_DUTY})


def _terms(
    session: Session,
    orders: Iterable[Order],
    protected: Mapping[UUID, Mapping[str, UUID]],
    currents: Mapping[UUID, Current],
) -> dict[UUID, list[Term]]:
    by_version = {order.current_version_id: order.id for order in orders if order.current_version_id}
    rows = [row for piece in pieces(list(by_version)) for row in session.execute(_CONDITIONS, {"version_ids": piece})]
    zones: dict[UUID, ZoneRecord | None] = {condition.id: zone for condition, zone in rows}
    areas = areas_of(session, [zone.id for zone in zones.values() if zone is not None])
    found: defaultdict[UUID, list[Term]] = defaultdict(list)
    for condition, _ in rows:
        zone = zones[condition.id]
        order_id = by_version[condition.version_id]
        facts = currents[order_id].facts
        area = areas[zone.id] if zone is not None else None
        told = condition.content
        named = protected.get(order_id, {})
        whom = [named[each] for each in told["protects"] if each in named] or named.values()
        found[order_id].append(
            Term(
                type=condition.type,
                protects=frozenset(whom),
                own_days=days(condition.starts_on, condition.ends_on, facts.time_zone if facts else "UTC"),
                exceptions=tuple(_allowances(told, area.schedule if area else None)),
                distance_m=told["distance_m"],
                place=_place(zone) if zone is not None and condition.type in _WITH_PLACE else None,
                shape=area.shape if area else None,
                schedule=area.schedule if area else None,
            )
        )
    return found


def _place(zone: ZoneRecord) -> str:
    told = zone.geometry
    return orjson.dumps([told["shape"], told["crs"], told["buffer_m"]], option=orjson.OPT_SORT_KEYS).decode()


def _allowances(told: Mapping[str, Any], schedule: Schedule | None) -> Iterator[Allowance]:
    """What a condition leaves open with a time that can be read; without any time of its own it does so always."""
    for span in schedule.exceptions if schedule else ():
        yield Allowance(_HOURS, Stretch(instant(span.from_ms), instant_or_none(span.until_ms)))
    for each in told.get("exceptions") or ():
        if not each.get("times_unreadable"):
            ends = each["until_at"] and datetime.fromisoformat(each["until_at"])
            begins = datetime.fromisoformat(each["from_at"]) if each["from_at"] else _ALWAYS_FROM
            hours = {"weekly": each["windows"]} if each["windows"] else {}
            yield Allowance(each["kind"], Stretch(begins, ends or None), Schedule.from_wire(hours, "UTC"))
