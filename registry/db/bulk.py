"""Many rows of several tables, written past the mapper and the compiler.

Rows are tuples in the order of their layout, with values as plain as both drivers take them: an id is its 16 bytes, an
instant the microseconds since 1970, a date its ISO text, a document its JSON text. SQLite takes them as they are.
PostgreSQL takes a few rows as arrays, in one statement, for there each statement costs a journey, and many by COPY.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Connection, Date, Dialect, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from registry.db.model import Base, table_of
from registry.db.prepared import translated
from registry.db.types import Id, Json, UtcDateTime

Row = tuple[Any, ...]
Write = tuple["Layout", Sequence[Row]]

_FEWEST_TO_COPY = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Layout:
    """A table and the columns that its rows give, in this order."""

    table: Table
    names: tuple[str, ...]


def layout(model: type[Base], names: str) -> Layout:
    """Return the layout of rows of a model: the names of its columns, with spaces between them."""
    table = table_of(model)
    return Layout(table, tuple(table.c[name].name for name in names.split()))


def instant_us(at: datetime) -> int:
    """Return an instant as rows give it."""
    return (at - _EPOCH) // _MICROSECOND


def plain(each: Layout, row: Mapping[str, Any]) -> Row:
    """Return a row of values as the mapper takes them, in the layout and as plain as `insert` takes them."""
    values = zip(_plainly(each), map(row.__getitem__, each.names), strict=True)
    return tuple(value if value is None or make is None else make(value) for make, value in values)


@cache
def _plainly(each: Layout) -> tuple[Callable[[Any], Any] | None, ...]:
    return tuple(_PLAIN.get(type(each.table.c[name].type)) for name in each.names)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()


_PLAIN: Mapping[type, Callable[[Any], Any]] = {
    Id: attrgetter("bytes"),
    UtcDateTime: instant_us,
    Json: _json,
    Date: date.isoformat,
}


def insert(session: Session, writes: Sequence[Write]) -> None:
    """Write rows, table after table: what is referred to before what refers to it."""
    writes = [write for write in writes if write[1]]
    connection = session.connection()
    with translated(connection.dialect):
        if connection.dialect.name != "postgresql":
            _insert_each(connection, writes)
        elif sum(len(rows) for _, rows in writes) < _FEWEST_TO_COPY:
            _insert_arrays(connection, writes)
        else:
            _copy(connection, writes)


def _insert_each(connection: Connection, writes: Sequence[Write]) -> None:
    cursor = connection.connection.cursor()
    try:
        for each, rows in writes:
            cursor.executemany(_insert_statement(each), rows)
    finally:
        cursor.close()


@cache
def _insert_statement(each: Layout) -> str:
    return f"INSERT INTO {each.table.name} ({', '.join(each.names)}) VALUES ({', '.join('?' * len(each.names))})"


def _insert_arrays(connection: Connection, writes: Sequence[Write]) -> None:
    """One array a column and one clause a table; the references between them are checked when all are in."""
    if not writes:
        return
    values: dict[str, list[Any]] = {}
    for each, rows in writes:
        columns = zip(_kinds(each), zip(*rows, strict=True), strict=True)
        for number, (kind, column) in enumerate(columns):
            values[f"{each.table.name}_{number}"] = [None if one is None else kind.shown(one) for one in column]
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_array_statement(tuple(each for each, _ in writes)), values)
    finally:
        cursor.close()


@cache
def _array_statement(layouts: tuple[Layout, ...]) -> str:
    *first, last = [_array_clause(each) for each in layouts]
    clauses = ", ".join(f"written_{place} AS ({statement})" for place, statement in enumerate(first))
    return f"WITH {clauses} {last}" if clauses else last


def _array_clause(each: Layout) -> str:
    arrays = [f"%({each.table.name}_{place})s::{kind.name}[]" for place, kind in enumerate(_kinds(each))]
    return f"INSERT INTO {each.table.name} ({_quoted(each)}) SELECT * FROM unnest({', '.join(arrays)})"


def _quoted(each: Layout) -> str:
    return ", ".join(map(_POSTGRESQL.identifier_preparer.quote, each.names))


_COPY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ENDS = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"


def _copy(connection: Connection, writes: Sequence[Write]) -> None:
    cursor: Any = connection.connection.cursor()
    try:
        for each, rows in writes:
            with cursor.copy(f"COPY {each.table.name} ({_quoted(each)}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(b"".join((_COPY_BEGINS, *_packed(each, rows), _COPY_ENDS)))
    finally:
        cursor.close()


def _packed(each: Layout, rows: Sequence[Row]) -> list[bytes]:
    width, packs = struct.pack("!h", len(each.names)), [kind.packed for kind in _kinds(each)]
    pieces: list[bytes] = []
    for row in rows:
        pieces.append(width)
        pieces += [_NULL if value is None else pack(value) for pack, value in zip(packs, row, strict=True)]
    return pieces


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type of PostgreSQL: a value as an element of an array, and as a field of a binary COPY."""

    name: str
    shown: Callable[[Any], Any]
    packed: Callable[[Any], bytes]


def _sized(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _number(form: str) -> Callable[[Any], bytes]:
    whole = struct.Struct(f"!i{form}")
    size = whole.size - 4
    return lambda value: whole.pack(size, value)


def _as_is(value: Any) -> Any:
    return value


_LENGTH = struct.Struct("!i").pack
# COPY counts instants and dates from the year 2000.
_FIRST_US = instant_us(datetime(2000, 1, 1, tzinfo=UTC))
_FIRST_DAY = date(2000, 1, 1).toordinal()
_LONG, _DAYS = _number("q"), _number("i")
_KINDS = {
    kind.name: kind
    for kind in (
        _Kind("UUID", bytes.hex, _sized),
        _Kind("BYTEA", _as_is, _sized),
        _Kind("TEXT", _as_is, lambda text: _sized(text.encode())),
        _Kind("BOOLEAN", _as_is, _number("?")),
        _Kind("SMALLINT", _as_is, _number("h")),
        _Kind("INTEGER", _as_is, _number("i")),
        _Kind("BIGINT", _as_is, _LONG),
        _Kind("DATE", _as_is, lambda text: _DAYS(date.fromisoformat(text).toordinal() - _FIRST_DAY)),
        _Kind(
            "TIMESTAMP WITH TIME ZONE",
            lambda at_us: _EPOCH + timedelta(microseconds=at_us),
            lambda at_us: _LONG(at_us - _FIRST_US),
        ),
    )
}


@cache
def _kinds(each: Layout) -> tuple[_Kind, ...]:
    return tuple(_KINDS[each.table.c[name].type.compile(_POSTGRESQL)] for name in each.names)
