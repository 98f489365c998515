"""What a room asked of its offline copy, on its own disk until it is in the audit chain of the service.

Each record is sealed for the service, and bound to its copy, journal and number; its link is the hash of the link
before it and of the sealed record. So a record that was altered, left out or moved breaks the chain at its place; a
tail that was cut off is seen as far as a part of it was uploaded before.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson

from registry.db.locks import FileLock
from registry.dispatch.snapshot.container import Refused
from registry.dispatch.standby.journal import append, cut_torn, records_of
from registry.privacy.sealing import seal_for

LINK_BYTES = 32
_DAMAGED = (
    "Het logboek {name} is veranderd of beschadigd vanaf vraag {number}. Bewaar het voor de privacyfunctionaris, "
    "en geef met --journal een andere map op."
)


@dataclass(frozen=True, slots=True)
class Record:
    """One answer as it is journaled: its link, and what was asked and shown, sealed."""

    link: bytes
    sealed: bytes


def place_of(snapshot_id: UUID, journal_id: UUID, number: int) -> str:
    """To what a record is bound."""
    return f"dispatch-snapshot-journal.{snapshot_id}.{journal_id}.{number}"


def first_link(snapshot_id: UUID, journal_id: UUID) -> bytes:
    """What the first record follows on."""
    return hashlib.sha256(snapshot_id.bytes + journal_id.bytes).digest()


def next_link(link: bytes, sealed: bytes) -> bytes:
    """The link of a record that follows on another."""
    return hashlib.sha256(link + sealed).digest()


def unbroken(link: bytes, records: Sequence[Record]) -> int:
    """How many records, from the first on, follow each on the one before."""
    for place, each in enumerate(records):
        link = next_link(link, each.sealed)
        if link != each.link:
            return place
    return len(records)


class RoomJournal:
    """The journal of one copy in a folder; it is held whole, for a shift asks some hundreds of questions."""

    def __init__(self, folder: Path, snapshot_id: UUID, service_key: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"{snapshot_id}.journal"
        self._snapshot_id, self._service_key = snapshot_id, service_key
        self._own, self._between = threading.Lock(), FileLock(folder / f"{snapshot_id}.journal.lock")

    def write(self, told: dict[str, Any]) -> int:
        """Return the number of the record once it is on disk; an answer may be shown once it is. Raises Refused."""
        with self._own:
            self._between.acquire()
            try:
                return self._append(told)
            finally:
                self._between.release()

    def _append(self, told: dict[str, Any]) -> int:
        if not self.file.exists():
            append(self.file, uuid4().bytes + self._snapshot_id.bytes)
        cut_torn(self.file)
        _, journal_id, records = read_journal(self.file)
        link = records[-1].link if records else first_link(self._snapshot_id, journal_id)
        number = len(records) + 1
        document = orjson.dumps(told, option=orjson.OPT_UTC_Z)
        sealed = seal_for(self._service_key, document, place_of(self._snapshot_id, journal_id, number))
        append(self.file, next_link(link, sealed) + sealed)
        return number


def read_journal(file: Path, *, must_hold: bool = True) -> tuple[UUID, UUID, list[Record]]:
    """The copy that a journal is of, its own id, and its records; raises Refused when the chain must hold and does not.

    The service is sent one that does not hold all the same: it keeps what is whole and has the rest looked into.
    """
    written = list(records_of(file))
    if not written or len(written[0]) != 32:
        raise Refused(_DAMAGED.format(name=file.name, number=1))
    journal_id, snapshot_id = UUID(bytes=written[0][:16]), UUID(bytes=written[0][16:])
    records = [Record(each[:LINK_BYTES], each[LINK_BYTES:]) for each in written[1:]]
    whole = unbroken(first_link(snapshot_id, journal_id), records)
    if must_hold and whole < len(records):
        raise Refused(_DAMAGED.format(name=file.name, number=whole + 1))
    return snapshot_id, journal_id, records
