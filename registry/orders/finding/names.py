"""The names of the register in memory, read from the rows that `register.projection` keeps for each current party."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from registry import logs
from registry.db import Prepared
from registry.orders.finding.following import Flags, Following, Ints, opened
from registry.orders.finding.growing import Row
from registry.orders.index_models import NameToken, PartyName, PartyNameGone
from registry.orders.naming.index import NameIndex
from registry.orders.naming.segment import Rows, unpacked
from registry.orders.naming.words import Words
from registry.orders.register.projection import NAME_PLACE, TOKEN_PLACE
from registry.orders.rows import pieces

_log = logs.get("registry.orders.names")

_NOTHING = Rows(np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.int32))
_NAMES = select(PartyName.number, type_coerce(PartyName.party_id, NullType()).label("party_id"), PartyName.words_sealed)
_GONE = select(PartyNameGone.number, PartyNameGone.party_number)
_ALL_WORDS = Prepared(select(NameToken.number, NameToken.token_hash, NameToken.token_sealed))
_WORDS = Prepared(
    select(NameToken.number, NameToken.token_hash, NameToken.token_sealed).where(
        NameToken.number.in_(bindparam("numbers", expanding=True))
    )
)


class Names:
    """The index of names, and the words that it speaks of."""

    def __init__(self) -> None:
        self._words = Words()
        self.index = NameIndex(self._words)

    @classmethod
    def following(cls) -> tuple[Names, Following]:
        """The names of one database, not read yet."""
        names = cls()
        return names, Following(names, _NAMES, _GONE)

    def load(self, session: Session, pieces: Iterator[Sequence[Row]]) -> None:
        """Read all names, then those words that somebody bears."""
        every = _joined([_rows(piece) for piece in pieces])
        self._words.load(_texts(_ALL_WORDS.plain(session), self._words.unknown(every.numbers)))
        self.index.load(self._readable(every))

    def add(self, session: Session, rows: Mapping[int, Row]) -> None:
        """Read names that were added, with the words that are new."""
        added = _rows(rows.values())
        unknown = self._words.unknown(added.numbers)
        for piece in pieces(unknown.tolist()):
            for number, text in _texts(_WORDS.all(session, numbers=piece), unknown):
                self._words.add(number, text)
        self.index.extend(self._readable(added))

    def held(self, numbers: Ints) -> Flags:
        """Of each of these parties whether it is or was here."""
        return self.index.held(numbers)

    def remove(self, number: int) -> None:
        """Let a party no longer be found."""
        self.index.remove(number)

    def _readable(self, rows: Rows) -> Rows:
        """Without words that the register lost."""
        lost = self._words.unknown(rows.numbers)
        if not len(lost):
            return rows
        _log.error("words_lost", numbers=lost[:20].tolist(), count=len(lost))
        return rows.of(~np.isin(rows.numbers, lost))


def _rows(rows: Iterable[Row]) -> Rows:
    """What some parties bear; they must be in rising order."""
    return unpacked(*opened(rows, NAME_PLACE))


def _joined(rows: Sequence[Rows]) -> Rows:
    every = [_NOTHING, *rows]
    return Rows(*(np.concatenate([getattr(each, name) for each in every]) for name in Rows.__slots__))


def _texts(rows: Iterable[Row], wanted: Ints) -> Iterable[tuple[int, str]]:
    among = set(wanted.tolist())
    numbers, texts = opened((row for row in rows if row[0] in among), TOKEN_PLACE)
    return zip(numbers, (text.decode() for text in texts), strict=True)
