"""The declarative base: named constraints, so that migrations can name what they drop, and time-ordered ids."""

import os
import secrets
import threading
import time
import uuid
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import BigInteger, LargeBinary, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from registry.db.types import Id, UtcDateTime

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562, method 1): rising within a process, so rows land at the end of their index."""
    global _last_ms, _counter
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, secrets.randbits(10)
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        stamp, count = _last_ms, _counter
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(stamp << 80) | (7 << 76) | (count << 64) | (2 << 62) | chance)


class Base(DeclarativeBase):
    """Every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        uuid.UUID: Id,
        datetime: UtcDateTime,
        str: Text,
        bytes: LargeBinary,
        int: BigInteger,
    }


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    return cast(Table, model.__table__)
