"""The names of the register in the memory of this process, brought up to date before each question.

What is read is the sealed rows of numbers that the register keeps for each current party; see `register.projection`.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID
from weakref import WeakKeyDictionary

import numpy as np
from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from registry import logs
from registry.db import Database, Prepared, table_of
from registry.db.sealing import unseal, unseal_each
from registry.orders.finding.growing import Growing, Row
from registry.orders.models import NameToken, PartyName, PartyNameGone
from registry.orders.naming.index import NameIndex
from registry.orders.naming.segment import Ints, Rows, unpacked
from registry.orders.naming.words import Words
from registry.orders.register.projection import name_places, token_places
from registry.orders.register.remembered import engine_of
from registry.orders.rows import pieces

_log = logs.get("registry.orders.names")

_PIECE, _AT_ONCE = 50_000, 2_000
_FOLLOW_EVERY_S = 0.25
_NOTHING = Rows(np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.int32))

_NAMES = select(PartyName.number, type_coerce(PartyName.party_id, NullType()).label("party_id"), PartyName.words_sealed)
_GONE = select(PartyNameGone.number, PartyNameGone.party_number)
_WORDS = Prepared(
    select(NameToken.number, NameToken.token_hash, NameToken.token_sealed).where(
        NameToken.number.in_(bindparam("numbers", expanding=True))
    )
)
_ALL_WORDS = Prepared(select(NameToken.number, NameToken.token_hash, NameToken.token_sealed))


class Names:
    """The names of one database."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._is_loaded = False
        self._words = Words()
        self._added = Growing(_NAMES, table_of(PartyName).c.number)
        self._gone = Growing(_GONE, table_of(PartyNameGone).c.number)
        # Parties that were taken away before they were read.
        self._gone_unread: set[int] = set()
        self.index = NameIndex(self._words)

    def follow(self, session: Session) -> bool:
        """Take in what was written since; says whether more of it waits, for a question has no time for very much."""
        with self._turn:
            if not self._is_loaded:
                self._load(session)
                self._is_loaded = True
                return False
            added = self._added.news(session, _AT_ONCE)
            self._add(session, added)
            self._take_away(self._gone.news(session, _AT_ONCE))
            return len(added) >= _AT_ONCE

    def _load(self, session: Session) -> None:
        started_s = time.perf_counter()
        with _without_garbage_collection():
            self._read_all(session)
        _log.info("names_loaded", parties=len(self.index), words=len(self._words), took_s=_since(started_s))

    def _read_all(self, session: Session) -> None:
        # What is taken away while this reads is read again with the news.
        self._gone.pass_over(session)
        rows = [_opened(piece) for piece in self._added.first(session, _PIECE)]
        every = _joined(rows)
        self._words.load(_words(_ALL_WORDS.plain(session), self._words.unknown(every.numbers)))
        self.index.load(self._readable(every))

    def _add(self, session: Session, added: Sequence[Row]) -> None:
        # What came late may have come before, and stands before the rest in an order of its own.
        fresh = {row[0]: row for row in added if row[0] not in self._gone_unread}
        held = self.index.held(np.fromiter(fresh, np.int32, len(fresh)))
        fresh = {number: row for (number, row), is_held in zip(fresh.items(), held, strict=True) if not is_held}
        if not fresh:
            return
        rows = _opened([fresh[number] for number in sorted(fresh)])
        unknown = self._words.unknown(rows.numbers)
        for piece in pieces(unknown.tolist()):
            for number, text in _words(_WORDS.all(session, numbers=piece), unknown):
                self._words.add(number, text)
        self.index.extend(self._readable(rows))

    def _readable(self, rows: Rows) -> Rows:
        """Without words that the register lost."""
        lost = self._words.unknown(rows.numbers)
        if not len(lost):
            return rows
        _log.error("words_lost", numbers=lost[:20].tolist(), count=len(lost))
        return rows.of(~np.isin(rows.numbers, lost))

    def _take_away(self, gone: Iterable[Row]) -> None:
        parties = [party for _, party in gone]
        for party, is_held in zip(parties, self.index.held(np.array(parties, np.int32)), strict=True):
            if is_held:
                self.index.remove(party)
            else:
                self._gone_unread.add(party)
        if not self._added.has_gaps:
            self._gone_unread = {party for party in self._gone_unread if party > self._added.highest}


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """For what makes millions of values, none of which is garbage: it would be looked through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _opened(rows: Sequence[Row]) -> Rows:
    """The rows of some parties; they must be in rising order."""
    numbers, party_ids, sealed = zip(*rows, strict=True)
    if isinstance(party_ids[0], UUID):
        party_ids = tuple(each.bytes for each in party_ids)
    return unpacked(*_unsealed(numbers, sealed, name_places(party_ids)))


def _unsealed(
    numbers: Sequence[int], sealed: Sequence[bytes], places: Sequence[bytes]
) -> tuple[Sequence[int], Sequence[bytes]]:
    """What numbered rows seal, with their numbers; without those that cannot be opened.

    One damaged row is no reason to find nobody at all; but without one of the keys this process must not answer.
    """
    try:
        return numbers, unseal_each(sealed, places)
    except (InvalidTag, ValueError):
        opened: dict[int, bytes] = {}
    for number, each, place in zip(numbers, sealed, places, strict=True):
        with suppress(InvalidTag, ValueError):
            opened[number] = unseal(each, place.decode())
    _log.error("names_damaged", numbers=[each for each in numbers if each not in opened][:20])
    return list(opened), list(opened.values())


def _joined(rows: Sequence[Rows]) -> Rows:
    every = [_NOTHING, *rows]
    return Rows(*(np.concatenate([getattr(each, name) for each in every]) for name in Rows.__slots__))


def _words(rows: Iterable[Row], wanted: Ints) -> Iterable[tuple[int, str]]:
    among = set(wanted.tolist())
    known = [row for row in rows if row[0] in among]
    if not known:
        return ()
    numbers, hashes, sealed = zip(*known, strict=True)
    opened, texts = _unsealed(numbers, sealed, token_places(hashes))
    return zip(opened, (text.decode() for text in texts), strict=True)


def _since(started_s: float) -> float:
    return round(time.perf_counter() - started_s, 2)


_names: WeakKeyDictionary[Engine, Names] = WeakKeyDictionary()
_making = threading.Lock()


def name_index(session: Session) -> NameIndex:
    """The names of the register as this session sees them, but for the last of a large delivery."""
    known = _known(engine_of(session))
    known.follow(session)
    return known.index


def _known(engine: Engine) -> Names:
    with _making:
        return _names.setdefault(engine, Names())


class NameFollower:
    """Reads the names when the service starts, and what is added to them while nobody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._following: threading.Thread | None = None

    def start(self) -> None:
        """Read all names now, and follow them from now on in a thread of its own."""
        self.follow()
        if self._following is None:
            self._following = threading.Thread(target=self._keep_following, name="names", daemon=True)
            self._following.start()

    def follow(self) -> None:
        """Take in all that was written since."""
        has_more = True
        while has_more and not self._stop.is_set():
            with self._database.reading() as session:
                has_more = _known(engine_of(session)).follow(session)

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._following is not None:
            self._following.join()

    def _keep_following(self) -> None:
        while not self._stop.wait(_FOLLOW_EVERY_S):
            try:
                self.follow()
            except Exception as error:  # seen in the log, and tried again
                _log.error("names_not_followed", exc_info=error)
