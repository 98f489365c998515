"""Rows in and out without the mapper, for the paths that write or read many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast
from uuid import UUID

from sqlalchemy import Dialect, Insert, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry.db import Base
from registry.orders.models import OrderVersion
from registry.orders.rules import MessageKind, OrderFacts, VersionFacts

MOST_PARAMETERS = 5000

T = TypeVar("T")
Row = dict[str, Any]
# The columns of `_VERSION`, by name.
VersionRow: TypeAlias = Any


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


# A statement that is made once is compiled once: making it anew costs more than running it.
@cache
def _insert(model: type[Base]) -> Insert:
    return insert(table_of(model))


@cache
def _insert_missing(model: type[Base], dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table_of(model)).on_conflict_do_nothing()
    return sqlite.insert(table_of(model)).on_conflict_do_nothing()


def add_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows of the same columns in one statement."""
    if rows:
        session.connection().execute(_insert(model), rows if len(rows) > 1 else rows[0])


class Rows:
    """Rows of several tables on their way to the database, to be written together."""

    def __init__(self) -> None:
        self._waiting: dict[type[Base], list[Row]] = {}

    def add(self, model: type[Base], rows: Iterable[Row]) -> None:
        """Have rows written; those of one table have the same columns."""
        self._waiting.setdefault(model, []).extend(rows)

    def write(self, session: Session) -> None:
        """Write what was added so far; on PostgreSQL in one statement, for there each costs a journey."""
        waiting = {model: rows for model, rows in self._waiting.items() if rows}
        self._waiting = {}
        connection = session.connection()
        if connection.dialect.name != "postgresql":
            for model, rows in waiting.items():
                add_rows(session, model, rows)
        elif waiting:
            tables = tuple((model, tuple(rows[0])) for model, rows in waiting.items())
            columns = {
                f"{table_of(model).name}_{name}": [row[name] for row in waiting[model]]
                for model, names in tables
                for name in names
            }
            connection.exec_driver_sql(_insert_together(tables), columns)


@cache
def _insert_together(tables: tuple[tuple[type[Base], tuple[str, ...]], ...]) -> str:
    """One array a column and one clause a table; the references between them are checked when all are in."""
    *first, last = [_insert_arrays(model, names) for model, names in tables]
    clauses = ", ".join(f"written_{place} AS ({statement})" for place, statement in enumerate(first))
    return f"WITH {clauses} {last}" if clauses else last


_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def _insert_arrays(model: type[Base], names: tuple[str, ...]) -> str:
    table, quote = table_of(model), _POSTGRESQL.identifier_preparer.quote
    arrays = [f"%({table.name}_{name})b::{table.c[name].type.compile(_POSTGRESQL)}[]" for name in names]
    return f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) SELECT * FROM unnest({', '.join(arrays)})"


def add_missing(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows that are not there yet; waits for whoever is writing one of them now."""
    if not rows:
        return 0
    connection = session.connection()
    return connection.execute(_insert_missing(model, connection.dialect.name), rows).rowcount


def pieces(values: Collection[T]) -> Iterator[list[T]]:
    """The values in pieces that one statement can take."""
    listed = list(values)
    for start in range(0, len(listed), MOST_PARAMETERS):
        yield listed[start : start + MOST_PARAMETERS]


# What `version_facts` reads of a version, and by which it is known: whoever reads versions selects these.
VERSION_COLUMNS = (
    OrderVersion.order_id,
    OrderVersion.id,
    OrderVersion.version,
    OrderVersion.kind,
    OrderVersion.recorded_at,
    OrderVersion.effective_at,
    OrderVersion.corrects_version,
    OrderVersion.has_content,
    OrderVersion.regime,
    OrderVersion.decided_on,
    OrderVersion.starts_on,
    OrderVersion.ends_on,
    OrderVersion.immediately_enforceable,
    OrderVersion.imposed_in_presence,
    OrderVersion.served_on,
    OrderVersion.final_on,
    OrderVersion.time_zone,
)
_VERSION = select(*VERSION_COLUMNS).where(OrderVersion.order_id.in_(bindparam("order_ids", expanding=True)))


def version_rows(session: Session, order_ids: Collection[UUID]) -> dict[UUID, list[VersionRow]]:
    """The versions of each order, without what is sealed."""
    found: dict[UUID, list[VersionRow]] = {order_id: [] for order_id in order_ids}
    for piece in pieces(order_ids):
        for row in session.connection().execute(_VERSION, {"order_ids": piece}):
            found[row.order_id].append(row)
    return found


def version_facts(row: VersionRow) -> VersionFacts:
    """A version as the fold takes it."""
    facts = OrderFacts(
        regime=row.regime,
        decided_on=row.decided_on,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        immediately_enforceable=row.immediately_enforceable,
        imposed_in_presence=row.imposed_in_presence,
        served_on=row.served_on,
        final_on=row.final_on,
        time_zone=row.time_zone,
    )
    return VersionFacts(
        version=row.version,
        kind=MessageKind(row.kind),
        recorded_at=row.recorded_at,
        effective_at=row.effective_at,
        order=facts if row.has_content else None,
        corrects=row.corrects_version,
    )
