"""The keys under which a row that was delivered and not processed is found, so that no lookup wrongly says nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from registry.db import Prepared, search_hash
from registry.intake.layouts import layouts
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeRowKey
from registry.intake.parsing import parties
from registry.intake.parsing.reader import Findings, Reader
from registry.intake.waiting import WAITING_KEY_BYTES, WAITING_ROW
from registry.orders.models import Order
from registry.orders.naming.names import TypedName, key, tokens
from registry.orders.register.content import Party
from registry.orders.register.identity import keys_of, names_of

_SURNAME = "undelivered_surname"
_MOST_PARTIES = 50

RowKey = tuple[bytes, int]
"""A keyed hash and the number of the row that bears it."""


class _Parties(msgspec.Struct):
    """The parts of an order that name somebody; the rest, geometry above all, is passed over."""

    subject: object = None
    protected: object = None


class _Row(msgspec.Struct):
    order: _Parties | None = None


_ROW = msgspec.json.Decoder(_Row)


def keys_of_raw(raw: bytes) -> set[bytes]:
    """The keys of everybody a raw row names, as far as it is JSON; never raises."""
    try:
        order = _ROW.decode(raw).order
    except (ValueError, RecursionError):
        return set()
    if order is None:
        return set()
    reader = Reader({"subject": order.subject, "protected": order.protected}, "/order", Findings())
    bound = reader.child("subject")
    named = [parties.subject(bound, layouts())] if bound else []
    named += parties.protected(reader, layouts())
    return {found for party in named[:_MOST_PARTIES] for found in keys_of_party(party)}


def keys_of_party(party: Party) -> set[bytes]:
    """The exact keys of a party, and the sound of each surname by itself."""
    return keys_of(party) | {
        search_hash(_SURNAME, key(token.text)) for token in tokens(names_of(party)) if token.part != "given"
    }


def question_keys(typed: TypedName) -> set[bytes]:
    """The keys for a name as typed; a question asks these beside the exact keys of the register."""
    forms = [form for word in typed.words for form in word.forms]
    return {search_hash(_SURNAME, key(form)) for form in forms}


def add_keys(session: Session, delivery_id: UUID, keys: Sequence[RowKey]) -> None:
    """Write keys of rows that stay to be found: rejected, or set aside."""
    if not keys:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        hashes, numbers = zip(*keys, strict=True)
        arrays = {"id": delivery_id, "keys": list(hashes), "numbers": list(numbers)}
        connection.exec_driver_sql(_INSERT_ARRAYS, arrays)
    else:
        sender = delivery_id.bytes
        connection.exec_driver_sql(_INSERT_EACH, [(key, sender, number) for key, number in keys])


_INSERT_EACH = "INSERT OR IGNORE INTO intake_row_key (key, delivery_id, row_number) VALUES (?, ?, ?)"
_INSERT_ARRAYS = (
    "INSERT INTO intake_row_key (key, delivery_id, row_number) SELECT key, %(id)s, row_number "
    "FROM unnest(%(keys)s::bytea[], %(numbers)s::integer[]) AS new (key, row_number) ON CONFLICT DO NOTHING"
)


# Made once: every lookup of a dispatch room asks it.
_THIS_ROW = and_(IntakeRow.delivery_id == IntakeRowKey.delivery_id, IntakeRow.row_number == IntakeRowKey.row_number)
_OPEN_ROW = exists(
    select(IntakeRowKey.row_number)
    .join(IntakeRow, _THIS_ROW)
    .where(IntakeRowKey.key.in_(bindparam("keys", expanding=True)), IntakeRow.is_open)
)
_UNSETTLED_ROW = exists(
    select(IntakeRow.row_number)
    .join(IntakeDelivery, IntakeDelivery.id == IntakeRow.delivery_id)
    .join(Order, and_(Order.number == IntakeRow.open_number, Order.sending_org_id == IntakeDelivery.sending_org_id))
    .where(Order.id.in_(bindparam("order_ids", expanding=True)))
)
_OF_KEYS = Prepared(select((_OPEN_ROW | WAITING_ROW).label("is_there")))
_OF_KEYS_OR_ORDERS = Prepared(select((_OPEN_ROW | WAITING_ROW | _UNSETTLED_ROW).label("is_there")))
_OF_ORDERS = Prepared(select(_UNSETTLED_ROW.label("is_there")))


def undelivered_matches(session: Session, hashed_keys: Collection[bytes], order_ids: Collection[UUID] = ()) -> bool:
    """Whether there is a row that was rejected or waits to be processed, and bears one of these keys; or a message of
    one of these orders, from its sender, that was rejected or is an ending in conflict."""
    keys = list(hashed_keys)
    asked = {"keys": keys, "starts": [key[:WAITING_KEY_BYTES] for key in keys], "order_ids": list(order_ids)}
    if not keys:
        found = _OF_ORDERS.all(session, order_ids=asked["order_ids"])
    elif order_ids:
        found = _OF_KEYS_OR_ORDERS.all(session, **asked)
    else:
        found = _OF_KEYS.all(session, keys=keys, starts=asked["starts"])
    return any(row.is_there for row in found)
