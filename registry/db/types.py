"""Column types that mean the same on both databases."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Reader = Callable[[Any], Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant: microseconds since 1970 on SQLite, timestamptz on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value if dialect.name == "postgresql" else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return _in_utc(value) if dialect.name == "postgresql" else _instant(value)


def _instant(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(0, 0, value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


_set, _unknown = object.__setattr__, uuid.SafeUUID.unknown


def _id(value: bytes | None) -> uuid.UUID | None:
    """The UUID of sixteen bytes, without asking in which of six forms it comes: a lookup reads some twenty."""
    if value is None:
        return None
    found = uuid.UUID.__new__(uuid.UUID)
    _set(found, "int", int.from_bytes(value))
    _set(found, "is_safe", _unknown)
    return found


def reader_of(column_type: TypeEngine[Any], dialect: Dialect) -> Reader | None:
    """What turns a value of the driver into that of the application; None where they are the same."""
    is_postgresql = dialect.name == "postgresql"
    if isinstance(column_type, UtcDateTime):
        return _in_utc if is_postgresql else _instant
    if isinstance(column_type, Id):
        return None if is_postgresql else _id
    return column_type.dialect_impl(dialect).result_processor(dialect, None)


class Id(TypeDecorator[uuid.UUID]):
    """A UUID: 16 bytes on SQLite, uuid on PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return _id(value)


class Json(TypeDecorator[Any]):
    """A small document without personal data, as text: it is never searched, so no database needs to read it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)
