"""The edition from which every room's offline copy is made: a database like the copy for an outage, made from it.

It is made by the worker, so that whoever asks for his copy waits for nothing. What lies sealed in it is sealed for no
process of the service: its keys are behind it in the same file, sealed under those of the service.
"""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.config import Keys
from registry.db import Database
from registry.db.sealing import Sealer, seal, unseal
from registry.dispatch.snapshot.container import KEY_BYTES, RowKeys
from registry.dispatch.snapshot.filling import fill
from registry.dispatch.snapshot.recasting import Recast
from registry.dispatch.standby.copying import schema
from registry.orders.models import Order

FILE_NAME = "dispatch-snapshot.db"
_PLACE = "dispatch_snapshot.keys"
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True, repr=False)
class Edition:
    """What there is of the register in a copy, of what moment, and the keys of what lies sealed in it."""

    taken_at: datetime
    orders: int
    plain_bytes: int
    keys: RowKeys


def row_sealer(keys: RowKeys) -> Sealer:
    """What seals and hashes inside a copy."""
    return Sealer.of(as_keys(keys))


def as_keys(keys: RowKeys) -> Keys:
    """The keys of a copy as a process is given its own; it has no others."""
    return Keys({1: keys.data}, 1, keys.index, b"", b"")


def make_edition(source: Session, taken_at: datetime, folder: Path) -> None:
    """Make the edition of what `source`, the copy for an outage, holds; the former one is replaced once it is whole."""
    keys, path = RowKeys.fresh(), folder / f"{FILE_NAME}.new"
    _remove(path)
    path.touch(mode=0o600)
    database = Database(f"sqlite:///{path}")
    try:
        untied = schema()
        with database.write_engine.begin() as connection:
            untied.create_all(connection)
        fill(source, database, Recast(row_sealer(keys)))
        # One file, without a log beside it.
        raw = database.write_engine.raw_connection()
        raw.driver_connection.execute("PRAGMA journal_mode=DELETE")  # type: ignore[union-attr]
        raw.close()
    finally:
        database.dispose()
    orders = source.scalar(select(func.count()).select_from(Order)) or 0
    _finish(path, {"taken_at": taken_at.isoformat(), "orders": orders, "keys": _sealed(keys)})
    path.replace(folder / FILE_NAME)
    _remove(path)


def _sealed(keys: RowKeys) -> str:
    return base64.b64encode(seal(keys.data + keys.index, _PLACE)).decode()


def _finish(path: Path, told: dict[str, Any]) -> None:
    written = orjson.dumps(told)
    with path.open("ab") as file:
        file.write(written + _LENGTH.pack(len(written)))
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", ".writer.lock"))):
        with suppress(FileNotFoundError):
            each.unlink()


def taken_at_of(folder: Path) -> datetime | None:
    """Of what moment the edition is; None when there is none."""
    with open_edition(folder) as found:
        return None if found is None else found[0].taken_at


def read_edition(file: IO[bytes]) -> Edition:
    """What an open file says behind the database, and leave it at the beginning."""
    end = file.seek(-_LENGTH.size, os.SEEK_END)
    length = _LENGTH.unpack(file.read(_LENGTH.size))[0]
    plain_bytes = file.seek(end - length)
    told = orjson.loads(file.read(length))
    keys = unseal(base64.b64decode(told["keys"]), _PLACE)
    file.seek(0)
    read = RowKeys(keys[:KEY_BYTES], keys[KEY_BYTES:])
    return Edition(datetime.fromisoformat(told["taken_at"]), told["orders"], plain_bytes, read)


@contextmanager
def open_edition(folder: Path) -> Iterator[tuple[Edition, IO[bytes]] | None]:
    """The edition and its file, which stays the same file when another takes its place; None when there is none."""
    try:
        file = (folder / FILE_NAME).open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield read_edition(file), file


class Bounded:
    """The first so many bytes of a file, to be read once."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end."""
        found = self._file.read(min(most, self._left))
        self._left -= len(found)
        return found


def remove_edition(folder: Path) -> None:
    """Remove the edition, if there is one."""
    _remove(folder / FILE_NAME)
