"""Reading the orders of an answer in few statements, each made once: a dispatcher waits for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, exists, func, select
from sqlalchemy.orm import Session

from registry.access.models import Organisation
from registry.db import Prepared
from registry.dispatch.confirmations.recent import IS_ASKED, asked_after, recently_asked
from registry.dispatch.rows import ConditionRow, PartyRow
from registry.intake.unsettled import unprocessed, unprocessed_of
from registry.orders.force.case import Surroundings
from registry.orders.force.entered import provisional_of
from registry.orders.force.period import Detention as Stretch
from registry.orders.force.provisional import Provisional
from registry.orders.force.standing import detentions_of, flags_of, measures
from registry.orders.force.status import StatusAt, status
from registry.orders.index_models import PartyName
from registry.orders.models import (
    Condition,
    Detention,
    Exemption,
    Order,
    OrderParty,
    OrderVersion,
    PartyLink,
    ProvisionalOrder,
    SearchKey,
)
from registry.orders.rows import VERSION_COLUMNS, version_facts
from registry.orders.rules import ConditionType, Current, PartyRole, fold

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sender:
    """The organisation that an order comes from."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class OrderNow:
    """An order as it stands; `told` is what else its current version tells, `entry` is of a provisional order only."""

    id: UUID
    number: str
    regime: str | None
    current: Current
    status: StatusAt
    told: Told
    parties: tuple[PartyRow, ...]
    conditions: tuple[ConditionRow, ...]
    sender: Sender
    entry: Provisional | None
    confirmations: tuple[Told, ...] = ()


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


_HIT, _BORNE = PartyLink.__table__.alias("hit"), PartyLink.__table__.alias("borne")
_BY_KEY = Prepared(
    select(
        SearchKey.party_id.label("hit_id"),
        OrderParty.id,
        OrderParty.order_id,
        _BORNE.c.person_id,
        OrderParty.role,
        OrderParty.reference,
        OrderParty.identity_sealed,
    )
    .select_from(SearchKey)
    .join(_HIT, _HIT.c.party_id == SearchKey.party_id)
    .join(_BORNE, _BORNE.c.person_id == _HIT.c.person_id)
    .join(OrderParty, OrderParty.id == _BORNE.c.party_id)
    .join(Order, (Order.id == OrderParty.order_id) & (Order.current_version_id == OrderParty.version_id))
    .where(SearchKey.key.in_(_among("keys")), _HIT.c.replaced_at.is_(None), _BORNE.c.replaced_at.is_(None))
    .limit(bindparam("most"))
)
PARTIES = (
    select(
        OrderParty.id,
        OrderParty.order_id,
        PartyLink.person_id,
        OrderParty.role,
        OrderParty.reference,
        OrderParty.identity_sealed,
    )
    .join(PartyLink, PartyLink.party_id == OrderParty.id)
    .where(PartyLink.replaced_at.is_(None))
    .order_by(OrderParty.id)
)
# Whoever is found by name is a party of a current version: the number of any other is gone.
_BY_NAME = Prepared(
    PARTIES.add_columns(PartyName.number)
    .join(PartyName, PartyName.party_id == OrderParty.id)
    .where(PartyName.number.in_(_among("numbers")))
)
_NAMED_IN = Prepared(
    select(PartyName.number)
    .join(OrderParty, OrderParty.id == PartyName.party_id)
    .where(OrderParty.order_id.in_(_among("order_ids")))
    .limit(bindparam("most"))
)
# What hardly any order has is asked for where there is some: each statement costs as much as what it finds.
_WAS_DETAINED = exists().where(
    Detention.person_id == PartyLink.person_id, Detention.replaced_at.is_(None), Detention.doubt.is_(None)
)
_OF_VERSIONS = Prepared(
    PARTIES.where(OrderParty.version_id.in_(_among("version_ids"))).add_columns(_WAS_DETAINED.label("was_detained"))
)
_ORDERS = Prepared(
    select(
        Order.number,
        Order.regime.label("order_regime"),
        Order.current_version_id,
        Order.last_confirmed_at,
        Organisation.code.label("sender_code"),
        Organisation.name.label("sender_name"),
        Organisation.kind.label("sender_kind"),
        case((OrderVersion.id == Order.current_version_id, OrderVersion.content_sealed)).label("content_sealed"),
        exists().where(ProvisionalOrder.id == Order.id).label("is_provisional"),
        IS_ASKED.label("is_asked"),
        unprocessed_of(Order.number, Order.sending_org_id).label("is_unsettled"),
        *VERSION_COLUMNS,
    )
    .join(OrderVersion, OrderVersion.order_id == Order.id)
    .join(Organisation, Organisation.id == Order.sending_org_id)
    .where(Order.id.in_(_among("order_ids")))
)
# Until when who is bound has leave (ontheffing) from a condition, where he has it now.
_LEAVE_ENDS_AT = func.coalesce(Exemption.ends_at, Exemption.until_at)
_LEAVE_UNTIL = (
    select(func.max(_LEAVE_ENDS_AT))
    .where(Exemption.order_id == OrderVersion.order_id, Exemption.condition_reference == Condition.reference)
    .where(Exemption.from_at <= bindparam("now"), bindparam("now") < _LEAVE_ENDS_AT)
    .scalar_subquery()
)
_CONDITIONS = Prepared(
    select(
        Condition.id,
        Condition.version_id,
        Condition.reference,
        Condition.type,
        Condition.starts_on,
        Condition.ends_on,
        Condition.is_monitored,
        Condition.not_monitored_because,
        Condition.content_sealed,
        _LEAVE_UNTIL.label("leave_until"),
    )
    .join(OrderVersion, OrderVersion.id == Condition.version_id)
    .where(Condition.version_id.in_(_among("version_ids")))
    .order_by(Condition.id)
)


def parties_by_keys(session: Session, keys: Collection[bytes], most: int) -> tuple[list[PartyRow], bool]:
    """The current parties that bear any of the keys, with the places of the same persons in other orders.

    Says too whether there are more than so many.
    """
    if not keys:
        return [], False
    rows = _BY_KEY.all(session, keys=list(keys), most=most + 1)
    found: dict[UUID, PartyRow] = {}
    for row in rows[:most]:
        if row.hit_id == row.id or row.id not in found:
            found[row.id] = party_row(row, is_hit=row.hit_id == row.id)
    return list(found.values()), len(rows) > most


def parties_by_name(session: Session, numbers: Collection[int]) -> dict[int, PartyRow]:
    """The parties with these numbers in the index of names."""
    return {row.number: party_row(row) for row in _BY_NAME.all(session, numbers=list(numbers))}


def named_in(session: Session, order_ids: Collection[UUID], most: int) -> list[int]:
    """The numbers in the index of names of the parties of these orders."""
    return [row.number for row in _NAMED_IN.all(session, order_ids=list(order_ids), most=most)]


def party_row(row: Row[Any], *, is_hit: bool = True) -> PartyRow:
    role = PartyRole(row.role)
    return PartyRow(row.id, row.order_id, row.person_id, role, row.reference, row.identity_sealed, is_hit)


def orders_now(session: Session, order_ids: Collection[UUID], now: datetime) -> dict[UUID, OrderNow]:
    """The orders with these ids as they stand at `now`."""
    if not order_ids:
        return {}
    versions: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in _ORDERS.all(session, order_ids=list(order_ids), asked_after=asked_after(now)):
        versions[row.order_id].append(row)
    current_ids = [rows[0].current_version_id for rows in versions.values() if rows[0].current_version_id]
    parties: defaultdict[UUID, list[PartyRow]] = defaultdict(list)
    detained: set[UUID] = set()
    for row in _OF_VERSIONS.all(session, version_ids=current_ids):
        parties[row.order_id].append(party_row(row))
        if row.was_detained:
            detained.add(row.person_id)
    conditions = _conditions(session, current_ids, now)
    detentions = detentions_of(session, detained)
    entries = provisional_of(session, [order_id for order_id, rows in versions.items() if rows[0].is_provisional])
    asked = recently_asked(session, [order_id for order_id, rows in versions.items() if rows[0].is_asked], now)
    confirmed = {order_id: rows[0].last_confirmed_at for order_id, rows in versions.items()}
    unsettled = unprocessed(session, [order_id for order_id, rows in versions.items() if rows[0].is_unsettled])
    around = {
        order_id: replace(
            _around(parties[order_id], detentions, confirmed[order_id], entries.get(order_id)),
            unprocessed=unsettled.get(order_id, ()),
        )
        for order_id in versions
    }
    return {
        order_id: replace(
            _order_now(rows, parties[order_id], conditions[rows[0].current_version_id], around[order_id], now),
            confirmations=asked.get(order_id, ()),
        )
        for order_id, rows in versions.items()
    }


def _around(
    parties: list[PartyRow],
    detentions: Mapping[UUID, tuple[Stretch, ...]],
    confirmed_at: datetime,
    entry: Provisional | None,
) -> Surroundings:
    stops = tuple(stop for each in _subjects(parties) for stop in detentions.get(each.person_id, ()))
    return Surroundings(measures().unconfirmed_after, stops, confirmed_at, entry)


def _order_now(
    rows: list[Row[Any]],
    parties: list[PartyRow],
    conditions: list[ConditionRow],
    around: Surroundings,
    now: datetime,
) -> OrderNow:
    first, current = rows[0], fold(map(version_facts, rows))
    content = next((OrderVersion.content.open(row.id, row.content_sealed) for row in rows if row.content_sealed), {})
    return OrderNow(
        id=first.order_id,
        number=first.number,
        regime=first.order_regime,
        current=current,
        status=status(current, flags_of(current), around, now),
        told=content.get("read") or {},
        parties=tuple(parties),
        conditions=tuple(conditions),
        sender=Sender(first.sender_code, first.sender_name, first.sender_kind),
        entry=around.entry,
    )


def _subjects(parties: Collection[PartyRow]) -> Iterator[PartyRow]:
    return (each for each in parties if each.role is PartyRole.SUBJECT)


def _conditions(
    session: Session, version_ids: list[UUID], now: datetime
) -> defaultdict[UUID | None, list[ConditionRow]]:
    found: defaultdict[UUID | None, list[ConditionRow]] = defaultdict(list)
    for row in _CONDITIONS.all(session, version_ids=version_ids, now=now):
        told = Condition.content.open(row.id, row.content_sealed)
        kind, because = ConditionType(row.type), row.not_monitored_because
        found[row.version_id].append(
            ConditionRow(
                row.reference, kind, row.starts_on, row.ends_on, row.is_monitored, because, told, row.leave_until
            )
        )
    return found
