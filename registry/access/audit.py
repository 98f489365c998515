"""The audit chain: append-only entries, each hashed over the one before it (Wpg art. 32a).

There is one chain on SQLite, where writers queue anyway, and 32 on PostgreSQL: a transaction takes a free head as its
last statement, so that nobody waits for another's commit. Reads are audited in groups, before their answers leave.
"""

import hashlib
import threading
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.models import AuditEntry, AuditHead
from registry.db import Database, Driver, Prepared, PreparedChange, driver_of, table_of

Row = Mapping[str, Any]
Beside = Sequence[tuple[PreparedChange, Sequence[Row]]]

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
    _append(session, session.info.pop("audit", ()))


def _append(session: Session | Driver, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    chain, sequence, previous = _take_head(session)
    rows = []
    for entry in entries:
        sequence += 1
        previous = entry_hash(previous, chain, sequence, entry)
        rows.append(_row(entry) | {"chain": chain, "sequence": sequence, "entry_hash": previous})
    _APPEND.run(session, rows)
    _MOVE_HEAD.run(session, [{"of_chain": chain, "newest": sequence, "newest_hash": previous}])


def _row(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


# Made once, and run without the mapper: every request ends with them.
_HEAD, _ENTRY = table_of(AuditHead), table_of(AuditEntry)
_APPEND = PreparedChange(insert(_ENTRY))
_MOVE_HEAD = PreparedChange(
    update(_HEAD)
    .where(_HEAD.c.chain == bindparam("of_chain"))
    .values(sequence=bindparam("newest"), entry_hash=bindparam("newest_hash"))
)
_HEADS = select(_HEAD.c.chain, _HEAD.c.sequence, _HEAD.c.entry_hash).limit(1)
_SHUFFLED = _HEADS.order_by(func.random())
_ANY_HEAD = Prepared(_HEADS)
_FREE_HEAD, _NEXT_HEAD = (
    Prepared(_SHUFFLED.with_for_update(key_share=True, skip_locked=True)),
    Prepared(_SHUFFLED.with_for_update(key_share=True)),
)


def _take_head(session: Session | Driver) -> tuple[int, int, bytes]:
    """The chain, its last number and its last hash."""
    if driver_of(session).dialect.name == "postgresql":
        found = _FREE_HEAD.all(session) or _NEXT_HEAD.all(session)
    else:
        found = _ANY_HEAD.all(session)
    (head,) = found
    return head.chain, head.sequence, head.entry_hash


class _Waiting:
    def __init__(self, entries: list[Entry], beside: Beside) -> None:
        self.entries = entries
        self.beside = beside
        self.done = False
        self.error: Exception | None = None


class ReadAuditor:
    """Commits the audit entries of concurrent reads together; a read that cannot be audited is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_Waiting] = []
        self._turn = threading.Lock()

    def write(self, entries: Iterable[Entry], beside: Beside = ()) -> None:
        """Return when the entries are on disk; raises what the database raised when they are not.

        The rows `beside` them are written in the same transaction.
        """
        mine = _Waiting(list(entries), beside)
        self._pending.append(mine)
        with self._turn:
            if not mine.done:
                together, self._pending = self._pending, []
                self._commit(together)
        if mine.error is not None:
            raise mine.error

    def _commit(self, together: list[_Waiting]) -> None:
        try:
            with self._database.swift_transaction() as driver:
                for change, rows in _gathered(together).items():
                    change.run(driver, rows)
                _append(driver, [entry for waiting in together for entry in waiting.entries])
        except Exception as error:  # each of the waiting callers raises it
            for waiting in together:
                waiting.error = error
        for waiting in together:
            waiting.done = True


def _gathered(together: list[_Waiting]) -> dict[PreparedChange, list[Row]]:
    """What is written beside the entries, each statement once."""
    found: dict[PreparedChange, list[Row]] = {}
    for waiting in together:
        for change, rows in waiting.beside:
            found.setdefault(change, []).extend(rows)
    return found
