"""An immutable part of the index of names: who bears which words, as arrays of numbers."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming.entries import Borne

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PART_BITS = 3
_STORED = np.dtype("<i4")
_PART, _PLACE_BITS = (1 << PART_BITS) - 1, 32
HAS_GIVEN_NAMES = np.int32(1 << 26)
"""Beside the 26 bits of the initials: the given names themselves are known. Above it stands how many there are."""
GIVEN_NAMES_SHIFT, MOST_GIVEN_NAMES = 27, 15


@dataclass(frozen=True, slots=True)
class Rows:
    """What parties bear, a row a word: its number, how it is borne, by whom."""

    numbers: Ints
    parts: NDArray[np.uint8]
    parties: Ints

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, rows: NDArray[np.intp] | Flags) -> Rows:
        """Some of the rows."""
        return Rows(self.numbers[rows], self.parts[rows], self.parties[rows])


def packed(entries: Iterable[tuple[int, Borne]]) -> bytes:
    """What one party bears as the bytes that a database keeps: four a word.

    >>> unpacked([17], [packed([(5, Borne.SURNAME), (9, Borne.GIVEN)])]).numbers.tolist()
    [5, 9]
    """
    words = [number << PART_BITS | part for number, part in entries]
    return struct.pack(f"<{len(words)}i", *words)


def unpacked(parties: Sequence[int], entries: Sequence[bytes]) -> Rows:
    """The rows of parties from their packed entries; quickest with the parties in rising order."""
    words = np.frombuffer(b"".join(entries), _STORED).astype(np.int32)
    counts = np.fromiter(map(len, entries), np.int64, len(entries)) // _STORED.itemsize
    numbers = np.fromiter(parties, np.int32, len(parties))
    return Rows(words >> PART_BITS, (words & _PART).astype(np.uint8), np.repeat(numbers, counts))


@dataclass(frozen=True, slots=True)
class Traits:
    """By number of a word: the bit of its first letter, and if it is a birth date that date, a digit in each nibble."""

    letters: Ints
    dates: Ints


def letter_bit(text: str) -> int:
    """The bit of the first letter of a word; no bit for a digit."""
    place = ord(text[0]) - ord("a") if text else -1
    return 1 << place if 0 <= place < 26 else 0


def packed_text(text: str) -> int:
    """The number of a date as the register lists it among its words; 0 for any other word."""
    return int(text.replace("-", ""), 16) if _DATE.fullmatch(text) else 0


@dataclass(frozen=True, slots=True)
class Segment:
    """Parties by their place in `parties`, which holds their numbers in rising order.

    A party's words are `words[starts[place]:starts[place + 1]]`, each the number of the word shifted by `PART_BITS`
    with how it is borne below. `family` holds the numbers of words borne as surname, of a partner too, or as alias;
    those who bear `family[i]` are `bearers[family_starts[i]:family_starts[i + 1]]`.
    """

    parties: Ints
    starts: Ints
    words: Ints
    family: Ints
    family_starts: Ints
    bearers: Ints
    born: Ints
    births: Ints
    in_order_of_birth: Ints
    letters: Ints

    def __len__(self) -> int:
        return len(self.parties)

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take, in bytes."""
        return sum(getattr(self, name).nbytes for name in self.__slots__)

    def bearing(self, numbers: Ints) -> Ints:
        """The places of those who bear any of these words as surname or alias, with repetitions."""
        at = np.searchsorted(self.family, numbers)
        at[at == len(self.family)] = 0
        at = at[self.family[at] == numbers] if len(self.family) else at[:0]
        return self.bearers[ranges(self.family_starts[at], self.family_starts[at + 1])]

    def born_on(self, dates: Ints) -> Ints:
        """The places of those born on any of these dates."""
        starts = np.searchsorted(self.births, dates, side="left").astype(np.int32)
        ends = np.searchsorted(self.births, dates, side="right").astype(np.int32)
        return self.in_order_of_birth[ranges(starts, ends)]

    def places_of(self, parties: Ints) -> Ints:
        """The places of those of the parties that are here."""
        at = np.searchsorted(self.parties, parties)
        at[at == len(self.parties)] = 0
        return at[self.parties[at] == parties].astype(np.int32) if len(self.parties) else at[:0].astype(np.int32)

    def has(self, parties: Ints) -> Flags:
        """Of each of these parties whether it is here."""
        at = np.searchsorted(self.parties, parties)
        found: Flags = np.zeros(len(parties), np.bool_)
        within = at < len(self.parties)
        found[within] = self.parties[at[within]] == parties[within]
        return found

    def entries_of(self, party: int) -> tuple[Ints, NDArray[np.uint8]] | None:
        """The words of a party with how they are borne, if it is here."""
        # As an integer of the same size: else the whole array is converted first.
        place = int(np.searchsorted(self.parties, np.int32(party)))
        if place == len(self.parties) or self.parties[place] != party:
            return None
        words = self.words[self.starts[place] : self.starts[place + 1]]
        return words >> PART_BITS, (words & _PART).astype(np.uint8)

    def rows(self) -> Rows:
        """What the segment was made of, but for birth dates and initials, which `born` and `letters` keep."""
        parties = np.repeat(self.parties, np.diff(self.starts))
        return Rows(self.words >> PART_BITS, (self.words & _PART).astype(np.uint8), parties)


def ranges(starts: NDArray[np.signedinteger], ends: NDArray[np.signedinteger]) -> Ints:
    """All numbers of the ranges, one after the other: of (2, 4) and (7, 8) it is 2, 3, 7."""
    lengths = ends - starts
    total = int(lengths.sum())
    if not total:
        return np.zeros(0, np.int32)
    before = np.cumsum(lengths) - lengths
    return np.arange(total, dtype=np.int32) + np.repeat(starts - before, lengths).astype(np.int32)


def made_of(rows: Rows, traits: Traits) -> Segment:
    """A segment of the rows of some parties; the rows of one party are together in no other segment."""
    if len(rows) and np.any(rows.parties[1:] < rows.parties[:-1]):
        rows = rows.of(np.argsort(rows.parties, kind="stable"))
    is_first = np.ones(len(rows), np.bool_)
    np.not_equal(rows.parties[1:], rows.parties[:-1], out=is_first[1:])
    parties = rows.parties[is_first]
    place = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
    dated, initial, given = (rows.parts == part for part in (Borne.BIRTH_DATE, Borne.INITIAL, Borne.GIVEN))
    born, letters = np.zeros(len(parties), np.int32), np.zeros(len(parties), np.int32)
    born[place[dated]] = traits.dates[rows.numbers[dated]]
    np.bitwise_or.at(letters, place[initial], traits.letters[rows.numbers[initial]])
    np.bitwise_or.at(letters, place[given], traits.letters[rows.numbers[given]] | HAS_GIVEN_NAMES)
    names = np.minimum(np.bincount(place[given], minlength=len(parties)), MOST_GIVEN_NAMES)
    letters |= names.astype(np.int32) << GIVEN_NAMES_SHIFT
    kept = ~(dated | initial)
    return _assembled(parties, rows.of(kept), place[kept], (born, letters))


def _assembled(parties: Ints, rows: Rows, place: Ints, about: tuple[Ints, Ints]) -> Segment:
    surname = rows.parts <= Borne.ALIAS
    # Number and place as one integer, so that one sort in place puts the bearers in order of the words.
    borne = (rows.numbers[surname].astype(np.int64) << _PLACE_BITS) | place[surname]
    borne.sort()
    numbers = (borne >> _PLACE_BITS).astype(np.int32)
    family_starts = np.flatnonzero(np.diff(numbers, prepend=np.int32(-1))).astype(np.int32)
    born, letters = about
    in_order_of_birth = np.argsort(born, kind="stable").astype(np.int32)
    return Segment(
        parties=parties,
        starts=np.searchsorted(place, np.arange(len(parties) + 1, dtype=np.int32)).astype(np.int32),
        words=(rows.numbers << np.int32(PART_BITS)) | rows.parts,
        family=numbers[family_starts],
        family_starts=np.append(family_starts, np.int32(len(numbers))),
        bearers=(borne & ((1 << _PLACE_BITS) - 1)).astype(np.int32),
        born=born,
        births=born[in_order_of_birth],
        in_order_of_birth=in_order_of_birth,
        letters=letters,
    )


def merged(segments: Sequence[Segment], gone: Flags) -> Segment:
    """One segment for several, without the parties that are gone, by their number."""
    parties = np.concatenate([each.parties for each in segments])
    order = np.argsort(parties)
    order = order[~gone[parties[order]]]
    rows = [each.rows() for each in segments]
    every = Rows(*(np.concatenate([getattr(each, name) for each in rows]) for name in Rows.__slots__))
    every = every.of(~gone[every.parties])
    every = every.of(np.argsort(every.parties, kind="stable"))
    kept = parties[order]
    place = np.searchsorted(kept, every.parties).astype(np.int32)
    born, letters = (np.concatenate([getattr(each, name) for each in segments])[order] for name in ("born", "letters"))
    return _assembled(kept, every, place, (born, letters))


def alike_merged(several: Sequence[Segment], gone: Flags, largest: int) -> tuple[Segment, ...]:
    """The segments, the last ones made one while they are of like size and together not too large to make anew."""
    result = list(several)
    while len(result) > 1 and len(result[-2]) < 2 * len(result[-1]):
        if len(result[-2]) + len(result[-1]) > largest:
            break
        result[-2:] = [merged(result[-2:], gone)]
    return tuple(result)
