"""Reading many rows of a table past the mapper, as plain as `registry.db.bulk` writes them, in pieces of bounded size.

SQLite keeps its values in that form; PostgreSQL is asked for it, by a cursor of the server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from registry.db.bulk import Layout, Row
from registry.db.prepared import translated

_POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
_PLAIN = {
    "UUID": "uuid_send({0})",
    "DATE": "to_char({0}, 'YYYY-MM-DD')",
    "TIMESTAMP WITH TIME ZONE": "(extract(epoch from {0}) * 1000000)::bigint",
}


def rows_of(session: Session, each: Layout, at_once: int) -> Iterator[Sequence[Row]]:
    """Yield every row of a table as this session sees it, at most so many at a time, without keeping those before."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    is_postgresql = connection.dialect.name == "postgresql"
    with translated(connection.dialect):
        cursor = driver.cursor(name=f"rows_of_{each.table.name}", binary=True) if is_postgresql else driver.cursor()
        try:
            cursor.execute(_on_postgresql(each) if is_postgresql else _on_sqlite(each))
            while rows := cursor.fetchmany(at_once):
                yield rows
        finally:
            cursor.close()


def chosen_rows(session: Session, each: Layout, chosen: Select[Any], at_once: int) -> Iterator[Sequence[Row]]:
    """Yield the rows of a table that a statement selects, at most so many at a time."""
    connection = session.connection()
    columns = _columns(each, connection.dialect.name == "postgresql")
    found = connection.execute(chosen.with_only_columns(*columns, maintain_column_froms=True))
    while rows := found.fetchmany(at_once):
        yield [tuple(row) for row in rows]


@cache
def _columns(each: Layout, is_postgresql: bool) -> tuple[ColumnElement[Any], ...]:
    """The columns as text, of which nothing more is known: what a driver gives is left as it is."""
    columns = (each.table.c[name] for name in each.names)
    return tuple(literal_column(_plainly(one) if is_postgresql else _quoted(one)) for one in columns)


@cache
def _on_sqlite(each: Layout) -> str:
    return f"SELECT {', '.join(each.names)} FROM {each.table.name}"


@cache
def _on_postgresql(each: Layout) -> str:
    """In the order of the key where SQLite keeps the rows by it, as it is quickest written."""
    columns = ", ".join(_plainly(each.table.c[name]) for name in each.names)
    told = f"SELECT {columns} FROM {each.table.name}"
    if each.table.dialect_options["sqlite"]["with_rowid"]:
        return told
    return f"{told} ORDER BY {', '.join(_quoted(column) for column in each.table.primary_key)}"


def _plainly(column: Column[Any]) -> str:
    return _PLAIN.get(column.type.compile(_POSTGRESQL), "{0}").format(_quoted(column))


def _quoted(column: Column[Any]) -> str:
    """With its table, for a statement may choose by the rows of another."""
    preparer = _POSTGRESQL.identifier_preparer
    return f"{preparer.quote(column.table.name)}.{preparer.quote(column.name)}"
