"""The words of the register, numbered, and those of them that a typed word may stand for."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from registry.orders.naming.names import key, keys, loosened
from registry.orders.naming.segment import Traits, letter_bit, packed_text
from registry.orders.naming.slips import SHORTEST, SHORTEST_FOR_TWO, Slips

Ints = NDArray[np.int32]
Kinds = NDArray[np.uint8]
Shapes = NDArray[np.int16]

_SHORTEST_SOUND, _TWO = 5, 2
# By place: how many letters the word has, how many its sound, and the sound it begins with.
_LETTERS, _SOUNDS, _START = 0, 1, 2
_MOST_BEGUN, _MOST_REMEMBERED, _MOST_PENDING = 400, 20_000, 256
_SMALL = 16_384


class Kind(IntEnum):
    """How a word of the register relates to what was typed, the closest first."""

    EXACT = 0
    JOINED = 1
    """Prefix and name agree: 'van den Berg' and 'vandenberg'."""
    SOUND = 2
    """Sounds the same: 'Meijer' and 'Meyer'."""
    LOOSE = 3
    """A prefix was typed onto it: 'vdberg' and 'Berg'."""
    SLIP = 4
    """One letter differs: 'Jansn' and 'Jansen'."""
    OTHER_START = 5
    """One letter differs, and it is the sound it begins with: 'Bakker' and 'Hakker'."""
    TWO_SLIPS = 6
    BEGINNING = 7
    """Only the beginning was typed: 'Bouss' and 'Boussaid'."""
    CALLED = 8
    """The name somebody with this given name is called by: 'Kees' and 'Cornelis'."""
    COVERED = 9
    """The first half of what is one word in the register: 'Oude' of 'Oudeluttikhuis'."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The numbers of the words that may be meant, each with how it relates to what was typed."""

    numbers: Ints
    kinds: Kinds


class Words:
    """Words are only added; a reader needs no lock, and may miss a word that is being added at that instant."""

    def __init__(self) -> None:
        self._adding = threading.Lock()
        self._place: dict[str, int] = {}
        self._texts: list[str] = []
        self._sounds: list[str] = []
        self._numbers = np.zeros(1024, np.int32)
        self._shapes: Shapes = np.zeros((3, 1024), np.int16)
        self._by_sound: dict[str, tuple[int, ...]] = {}
        self._in_order: list[str] = []
        self._large: tuple[Slips, ...] = ()
        self._small: tuple[Slips, range] = (Slips(()), range(0))
        self._pending = range(0)
        self._remembered: dict[str, Meant] = {}
        self._traits = np.zeros((2, 1024), np.int32)
        self._is_known = np.zeros(1024, np.bool_)

    def __len__(self) -> int:
        return len(self._texts)

    def number_of(self, text: str) -> int | None:
        """The number of a word, if it is known."""
        place = self._place.get(text)
        return None if place is None else int(self._numbers[place])

    def unknown(self, numbers: Ints) -> Ints:
        """Those of the numbers that no word was given yet, each once."""
        numbers = np.unique(numbers)
        known = np.zeros(len(numbers), np.bool_)
        within = numbers < len(self._is_known)
        known[within] = self._is_known[numbers[within]]
        return numbers[~known]

    def traits(self) -> Traits:
        """What the index must know of each number."""
        return Traits(*self._traits)

    def load(self, words: Iterable[tuple[int, str]]) -> None:
        """Many words at once, as when the service starts."""
        with self._adding:
            start, found = len(self._texts), list(words)
            for (number, text), sound in zip(found, keys([text for _, text in found]), strict=True):
                self._append(number, text, sound)
            self._in_order = sorted(self._place)
            added = range(start, len(self._texts))
            self._large = (*self._large, self._slips(added))
            self._remembered = {}

    def add(self, number: int, text: str) -> None:
        """One word, folded; adding it again changes nothing."""
        with self._adding:
            if not self._append(number, text, key(text)):
                return
            insort(self._in_order, text)
            self._pending = range(self._pending.start if self._pending else len(self) - 1, len(self))
            if len(self._pending) >= _MOST_PENDING:
                self._settle()
            self._remembered = {}

    def _append(self, number: int, text: str, sound: str) -> bool:
        if number >= self._traits.shape[1]:
            more = max(number + 1, 2 * self._traits.shape[1]) - self._traits.shape[1]
            self._traits = np.pad(self._traits, ((0, 0), (0, more)))
            self._is_known = np.pad(self._is_known, (0, more))
        date = packed_text(text)
        self._traits[:, number] = letter_bit(text), date
        self._is_known[number] = True
        if date or text in self._place:
            return False
        place = len(self._texts)
        if place == len(self._numbers):
            self._numbers = np.concatenate([self._numbers, np.zeros_like(self._numbers)])
            self._shapes = np.concatenate([self._shapes, np.zeros_like(self._shapes)], axis=1)
        self._numbers[place] = number
        self._shapes[:, place] = len(text), len(sound), ord(sound[:1] or " ")
        self._texts.append(text)
        self._sounds.append(sound)
        self._by_sound[sound] = (*self._by_sound.get(sound, ()), place)
        self._place[text] = place
        return True

    def _settle(self) -> None:
        """Put the pending words into a table; a small one is made anew, so that the work of one word stays bounded."""
        _, known = self._small
        together = range(known.start if known else self._pending.start, self._pending.stop)
        table = self._slips(together)
        if len(together) > _SMALL:
            self._large, self._small = (*self._large, table), (Slips(()), range(0))
        else:
            self._small = table, together
        self._pending = range(0)

    def _slips(self, places: range) -> Slips:
        """By letters and by sound; without words that begin with a prefix, whose name stands beside them alone."""
        plain = [place for place in places if not loosened(self._texts[place])]
        letters = [(self._texts[place], place) for place in plain]
        sounds = [(self._sounds[place], place) for place in plain if len(self._sounds[place]) >= _SHORTEST_SOUND]
        return Slips([*letters, *sounds])

    def meant(self, word: str) -> Meant:
        """The words that may be meant by one typed word; a single letter fits too many to tell anything."""
        # A word that is added meanwhile puts another table in its place, so that nothing outdated is remembered.
        remembered = self._remembered
        found = remembered.get(word)
        if found is None:
            found = remembered[word] = self._meant(word)
            if len(remembered) > _MOST_REMEMBERED:
                self._remembered = {}
        return found

    def sounding(self, word: str) -> Meant:
        """The words that are equal to a typed word or sound the same."""
        places = np.array(self._by_sound.get(key(word), ()), np.int32)
        exact = self._place.get(word, -1)
        return Meant(self._numbers[places], np.where(places == exact, Kind.EXACT, Kind.SOUND).astype(np.uint8))

    def _meant(self, word: str) -> Meant:
        if len(word) < 2:
            return Meant(np.zeros(0, np.int32), np.zeros(0, np.uint8))
        sound = key(word)
        kinds: dict[int, Kind] = {}
        if len(word) >= SHORTEST:
            kinds |= dict.fromkeys(self._begun(word), Kind.BEGINNING)
            kinds |= self._slipped(word, sound)
        kinds |= dict.fromkeys(self._by_sound.get(sound, ()), Kind.SOUND)
        exact = self._place.get(word)
        if exact is not None:
            kinds[exact] = Kind.EXACT
        places = np.fromiter(kinds, np.int32, len(kinds))
        return Meant(self._numbers[places], np.fromiter(kinds.values(), np.uint8, len(kinds)))

    def _begun(self, word: str) -> list[int]:
        start = bisect_left(self._in_order, word)
        end = bisect_left(self._in_order, word + "~", start)
        return [self._place[text] for text in self._in_order[start : min(end, start + _MOST_BEGUN)]]

    def _slipped(self, word: str, sound: str) -> dict[int, Kind]:
        """The words within the slips that their lengths allow, by their letters or by their sound."""
        sounds = [sound] if len(sound) >= _SHORTEST_SOUND else []
        tables = (*self._large, self._small[0])
        places = np.concatenate([*(table.near([word, *sounds]) for table in tables), np.array(self._pending, np.int32)])
        shape = self._shapes[:, places]
        allowed = _allowed(len(word), shape[_LETTERS])
        heard = np.where(shape[_SOUNDS] >= _SHORTEST_SOUND, _allowed(len(sound), shape[_SOUNDS]), 0) if sounds else 0
        worth = (np.abs(shape[_LETTERS] - len(word)) <= allowed) | (np.abs(shape[_SOUNDS] - len(sound)) <= heard)
        kept = np.flatnonzero(worth)
        places, allowed, heard = places[kept], allowed[kept], np.broadcast_to(heard, len(worth))[kept]
        known = places.tolist()
        by_letters = _distances(word, [self._texts[place] for place in known])
        by_sound = _distances(sound, [self._sounds[place] for place in known])
        slips = np.minimum(np.where(by_letters <= allowed, by_letters, 9), np.where(by_sound <= heard, by_sound, 9))
        other_start = self._shapes[_START, places] != ord(sound[:1] or " ")
        kinds = np.where(slips == _TWO, Kind.TWO_SLIPS, np.where(other_start, Kind.OTHER_START, Kind.SLIP))
        near = np.flatnonzero(slips <= _TWO)
        return dict(zip(places[near].tolist(), kinds[near].tolist(), strict=True))


def _allowed(length: int, others: Shapes) -> Shapes:
    """How many slips each of the words may be away, by their lengths."""
    shortest = np.minimum(others, length)
    return (shortest >= SHORTEST).astype(np.int16) + (shortest >= SHORTEST_FOR_TWO)


def _distances(word: str, others: Sequence[str]) -> Shapes:
    if not others:
        return np.zeros(0, np.int16)
    found: Shapes = process.cdist([word], others, scorer=OSA.distance, score_cutoff=_TWO, dtype=np.int16)[0]
    return found
