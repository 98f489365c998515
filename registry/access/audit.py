"""The audit chain: append-only entries, each hashed over the one before it (Wpg art. 32a).

There is one chain on SQLite, where writers queue anyway, and 32 on PostgreSQL: a transaction takes a free head as its
last statement, so that nobody waits for another's commit. Reads are audited in groups, before their answers leave.
"""

import hashlib
import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
from sqlalchemy import Connection, Row, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry, AuditHead
from registry.db import Database

CHAINS_ON_POSTGRESQL = 32
GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written to the chain."""

    at: datetime
    client_id: uuid.UUID | None
    organisation_id: uuid.UUID
    end_user: str
    unit: str
    role: str
    action: str
    purpose: str
    object_ref: str
    details: dict[str, Any] | None


def entry_hash(previous: bytes, chain: int, sequence: int, entry: "Entry | AuditEntry") -> bytes:
    """Return the hash that ties an entry to the one before it."""
    content = [
        chain,
        sequence,
        (entry.at - _EPOCH) // timedelta(microseconds=1),
        str(entry.client_id),
        str(entry.organisation_id),
        entry.end_user,
        entry.unit,
        entry.role,
        entry.action,
        entry.purpose,
        entry.object_ref,
        entry.details,
    ]
    return hashlib.sha256(previous + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def append_entries(session: Session) -> None:
    """Write the entries that this transaction recorded; the last statement before its commit."""
    entries: Sequence[Entry] = session.info.pop("audit", ())
    if not entries:
        return
    connection = session.connection()
    chain, sequence, previous = _take_head(connection)
    rows = []
    for entry in entries:
        sequence += 1
        previous = entry_hash(previous, chain, sequence, entry)
        rows.append(_row(entry) | {"chain": chain, "sequence": sequence, "entry_hash": previous})
    connection.execute(_APPEND, rows)
    connection.execute(_MOVE_HEAD, {"of_chain": chain, "newest": sequence, "newest_hash": previous})


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


# Made once, and run without the mapper: every request ends with them.
_HEAD, _ENTRY = cast(Table, AuditHead.__table__), cast(Table, AuditEntry.__table__)
_APPEND = insert(_ENTRY)
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.chain == bindparam("of_chain"))
    .values(sequence=bindparam("newest"), entry_hash=bindparam("newest_hash"))
)
_ANY_HEAD = select(_HEAD.c.chain, _HEAD.c.sequence, _HEAD.c.entry_hash).limit(1)
_SHUFFLED = _ANY_HEAD.order_by(func.random())
_FREE_HEAD, _NEXT_HEAD = _SHUFFLED.with_for_update(skip_locked=True), _SHUFFLED.with_for_update()


def _take_head(connection: Connection) -> Row[int, int, bytes]:
    if connection.dialect.name == "postgresql":
        return connection.execute(_FREE_HEAD).first() or connection.execute(_NEXT_HEAD).one()
    return connection.execute(_ANY_HEAD).one()


class _Waiting:
    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.done = False
        self.error: Exception | None = None


class ReadAuditor:
    """Commits the audit entries of concurrent reads together; a read that cannot be audited is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_Waiting] = []
        self._turn = threading.Lock()

    def write(self, entries: Iterable[Entry]) -> None:
        """Return when the entries are on disk; raises what the database raised when they are not."""
        mine = _Waiting(list(entries))
        self._pending.append(mine)
        with self._turn:
            if not mine.done:
                together, self._pending = self._pending, []
                self._commit(together)
        if mine.error is not None:
            raise mine.error

    def _commit(self, together: list[_Waiting]) -> None:
        try:
            with self._database.transaction() as session:
                session.info["audit"] = [entry for waiting in together for entry in waiting.entries]
        except Exception as error:  # each of the waiting callers raises it
            for waiting in together:
                waiting.error = error
        for waiting in together:
            waiting.done = True
