"""What was answered while the database was away, sealed on local disk, until it is in the audit chain."""

from __future__ import annotations

import os
import pickle
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag

from registry import logs
from registry.access.audit import Entry, Row
from registry.config import Settings
from registry.db.locks import FileLock
from registry.db.sealing import seal, unseal

_log = logs.get(__name__)
_NAME, _TAKEN = "standby-journal", "standby-journal.taken"
_PLACE = "standby.journal"
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """What must be kept of one answer: who asked what, the sealed question, and items for the privacy officer."""

    audit: Sequence[Entry]
    questions: Sequence[Row]
    items: Sequence[Row]


class Journal:
    """A file to which the processes of one machine add, and from which the worker takes what the chain then holds."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.state_dir)
        self._own = threading.Lock()

    def write(self, record: Record) -> None:
        """Return when it is on disk; an answer may leave once it is."""
        sealed = seal(pickle.dumps(record, pickle.HIGHEST_PROTOCOL), _PLACE)
        with self._locked():
            file = self._folder / _NAME
            if file.exists():
                cut_torn(file)
            append(file, sealed)

    def take(self) -> Sequence[Record]:
        """Set aside what was written so far and return it; what was set aside and not let go of comes again."""
        taken = self._folder / _TAKEN
        if not taken.exists():
            with self._locked():
                if not (self._folder / _NAME).exists():
                    return ()
                (self._folder / _NAME).rename(taken)
        return list(_read(taken))

    def let_go(self) -> None:
        """Forget what was set aside: the chain holds it."""
        (self._folder / _TAKEN).unlink()

    def _locked(self) -> _Locked:
        return _Locked(self._own, FileLock(self._folder / f"{_NAME}.lock"))


class _Locked:
    """One thread of one process at a time."""

    def __init__(self, own: threading.Lock, between: FileLock) -> None:
        self._own, self._between = own, between

    def __enter__(self) -> None:
        self._own.acquire()
        self._between.acquire()

    def __exit__(self, *_: object) -> None:
        self._between.close()
        self._own.release()


def append(file: Path, record: bytes) -> None:
    """Add a record to a file of records, and return when it is on disk; the caller sees to it that he is alone."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, _LENGTH.pack(len(record)) + record)
        os.fsync(handle)
    finally:
        os.close(handle)


def cut_torn(file: Path) -> None:
    """Cut off what is left of a record that was being written when the machine stopped: the next one follows on it."""
    whole = sum(_LENGTH.size + len(each) for each in records_of(file))
    if whole < file.stat().st_size:
        os.truncate(file, whole)


def records_of(file: Path) -> Iterator[bytes]:
    """The records of a file; one that was cut off while it was written belongs to an answer that never left."""
    written = file.read_bytes()
    place = 0
    while place + _LENGTH.size <= len(written):
        (length,) = _LENGTH.unpack_from(written, place)
        record = written[place + _LENGTH.size : place + _LENGTH.size + length]
        place += _LENGTH.size + length
        if len(record) < length:
            break
        yield record


def _read(file: Path) -> Iterator[Record]:
    for sealed in records_of(file):
        try:
            yield pickle.loads(unseal(sealed, _PLACE))
        except (InvalidTag, ValueError):
            _log.error("journal_record_damaged", bytes=len(sealed))
