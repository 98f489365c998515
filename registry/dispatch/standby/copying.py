"""What of the register the copy holds, and how orders get into it: whole, each replaced by what the register has now.

What identifies anybody stays sealed as it lies in the register, and is searched by the same keyed hashes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Inspector,
    MetaData,
    Select,
    Table,
    delete,
    select,
)
from sqlalchemy.orm import Session

from registry.access.models import ApiClient, Organisation
from registry.db import Base, bulk, table_of
from registry.db.bulk import Layout
from registry.db.streaming import chosen_rows
from registry.dispatch.confirmations.models import Confirmation
from registry.intake.models import IntakeDelivery, IntakeRow, IntakeRowKey, IntakeSource
from registry.intake.reconciliation.models import Statement
from registry.orders.index_models import NameToken, PartyName, ZonePlace
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
    ZoneRecord,
)
from registry.orders.number_models import CarriedNumber

ORDERS_AT_ONCE = 500
_ROWS_AT_ONCE = 1000

_OF_ORDER = table_of(OrderParty), table_of(OrderVersion), table_of(ZoneRecord)
_PARTY, _VERSION, _ZONE = _OF_ORDER
_OF_PARTIES = (PartyLink, SearchKey, CarriedNumber, PartyName)
_BY_PARTY = [(table_of(each), table_of(each).c.party_id, _PARTY) for each in _OF_PARTIES]
_BELOW = (
    *_BY_PARTY,
    (table_of(Condition), table_of(Condition).c.version_id, _VERSION),
    (table_of(ZonePlace), table_of(ZonePlace).c.zone_id, _ZONE),
)
_ORDER, _TOKEN = table_of(Order), table_of(NameToken)
OF_ORDERS = (_ORDER, *_OF_ORDER, *(table for table, *_ in _BELOW), _TOKEN)
"""What grows with the number of orders; nothing refers to anything in the copy, so that any order of these will do."""
# Few rows, or few that count: replaced as a whole each time.
_OPEN_ROWS = table_of(IntakeRow).c.is_open | table_of(IntakeRow).c.open_number.is_not(None)
_OF_OPEN_ROWS = (table_of(IntakeRow).c.delivery_id == table_of(IntakeRowKey).c.delivery_id) & (
    table_of(IntakeRow).c.row_number == table_of(IntakeRowKey).c.row_number
)
_WHOLE: tuple[tuple[Table, Select[*tuple[Any, ...]]], ...] = (
    *((table_of(each), select(table_of(each))) for each in (Organisation, ApiClient, IntakeSource, Statement)),
    *((table_of(each), select(table_of(each))) for each in (Detention, Exemption, ProvisionalOrder, Confirmation)),
    (table_of(IntakeRow), select(table_of(IntakeRow)).where(_OPEN_ROWS)),
    (table_of(IntakeRowKey), select(table_of(IntakeRowKey)).join(table_of(IntakeRow), _OF_OPEN_ROWS).where(_OPEN_ROWS)),
    (
        table_of(IntakeDelivery),
        select(table_of(IntakeDelivery)).where(
            table_of(IntakeDelivery).c.id.in_(select(table_of(IntakeRow).c.delivery_id).where(_OPEN_ROWS))
        ),
    ),
)


def schema() -> MetaData:
    """The tables of the register without the ties between them: rows come in an order of their own."""
    untied = MetaData()
    for table in Base.metadata.sorted_tables:
        copy = table.to_metadata(untied)
        copy.constraints = {each for each in copy.constraints if not isinstance(each, ForeignKeyConstraint)}
    return untied


def is_as_now(inspector: Inspector) -> bool:
    """Whether a copy has the tables and columns that the register has now."""
    found = {name: {each["name"] for each in inspector.get_columns(name)} for name in inspector.get_table_names()}
    wanted = {table.name: {each.name for each in table.columns} for table in Base.metadata.sorted_tables}
    return all(found.get(name) == columns for name, columns in wanted.items())


def copy_orders(source: Session, target: Session, order_ids: Collection[UUID]) -> None:
    """Replace these orders, with all that a lookup reads of them, by what the register has."""
    ids = list(order_ids)
    for start in range(0, len(ids), ORDERS_AT_ONCE):
        piece = ids[start : start + ORDERS_AT_ONCE]
        for table, column, above in _BELOW:
            ids_above = select(above.c.id).where(above.c.order_id.in_(piece))
            _replace(source, target, table, column.in_(ids_above))
        for table in _OF_ORDER:
            _replace(source, target, table, table.c.order_id.in_(piece))
        _replace(source, target, _ORDER, _ORDER.c.id.in_(piece))


def copy_whole(source: Session, target: Session) -> None:
    """Replace the small tables, and take in the words of names that came since."""
    for table, rows in _WHOLE:
        target.execute(delete(table))
        _insert(source, target, table, rows)
    newest = target.scalar(select(_TOKEN.c.number).order_by(_TOKEN.c.number.desc()).limit(1)) or 0
    # A number may come after a higher one: those of the transactions under way are read again.
    again = _TOKEN.c.number > newest - _ROWS_AT_ONCE
    _replace(source, target, _TOKEN, again)


def newest_version(source: Session) -> UUID | None:
    """The newest version of the register; ids are in the order of time."""
    return source.scalar(select(OrderVersion.id).order_by(OrderVersion.id.desc()).limit(1))


def drop_orders(target: Session, order_ids: Collection[UUID]) -> None:
    """Remove orders that the register no longer has."""
    order_ids = list(order_ids)
    for table, column, above in _BELOW:
        target.execute(delete(table).where(column.in_(select(above.c.id).where(above.c.order_id.in_(order_ids)))))
    for table in _OF_ORDER:
        target.execute(delete(table).where(table.c.order_id.in_(order_ids)))
    target.execute(delete(_ORDER).where(_ORDER.c.id.in_(order_ids)))


def _replace(source: Session, target: Session, table: Table, which: ColumnElement[bool]) -> None:
    target.execute(delete(table).where(which))
    _insert(source, target, table, select(table).where(which))


def _insert(source: Session, target: Session, table: Table, chosen: Select[Any]) -> None:
    each = Layout(table, tuple(column.name for column in table.columns))
    for rows in chosen_rows(source, each, chosen, _ROWS_AT_ONCE):
        bulk.insert(target, [(each, rows)])
