"""Words within one or two slips of a typed word: a letter dropped, doubled, changed, or two exchanged.

Two words are within n slips only if they have a spelling in common after losing at most n letters each. Of every word
the hashes of these shortened spellings are kept in one sorted array, so that a typed word is looked up with a few dozen
binary searches, however many words there are. Hashes may collide: who asks measures the distance of what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming.segment import ranges

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]

SHORTEST, SHORTEST_FOR_TWO, LONGEST = 4, 8, 28
_FACTOR = 0x9E3779B97F4A7C15
_POWERS = [pow(_FACTOR, exponent, 1 << 64) for exponent in range(LONGEST)]
_UPPER, _LOWER = np.uint64(0xFFFFFFFF00000000), np.uint64(0xFFFFFFFF)
_BATCH = 50_000


@cache
def _factors(length: int) -> Hashes:
    """For words of this length the factor of each letter, a row each, in each shortened spelling, a column each.

    A letter's factor is the power of its place in what is left of the word, and 0 where the letter itself is dropped.
    """
    dropped = [(), *combinations(range(length), 1)]
    dropped += combinations(range(length), 2) if length >= SHORTEST_FOR_TWO else ()
    columns = [
        [0 if at in left_out else _POWERS[at - sum(other < at for other in left_out)] for at in range(length)]
        for left_out in dropped
    ]
    return np.array(columns, np.uint64).T.copy()


def _shortened(codes: NDArray[np.uint8]) -> Hashes:
    """The hashes of words of one length, a row each: whole, without each letter, and of long words without each two."""
    return (codes.astype(np.uint64) + np.uint64(1)) @ _factors(codes.shape[1])


def _mixed(hashes: Hashes) -> Hashes:
    """The upper half, where it stays: the lower bits of such sums hardly mix, and a place goes there."""
    return hashes & _UPPER


def _codes(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).reshape(len(words), -1)


def _by_length(words: Iterable[tuple[str, int]]) -> Iterator[tuple[list[str], list[int]]]:
    groups: dict[int, tuple[list[str], list[int]]] = {}
    for word, place in words:
        if SHORTEST - 1 <= len(word) <= LONGEST and word.isascii():
            texts, places = groups.setdefault(len(word), ([], []))
            texts.append(word)
            places.append(place)
    for texts, places in groups.values():
        for start in range(0, len(texts), _BATCH):
            yield texts[start : start + _BATCH], places[start : start + _BATCH]


class Slips:
    """An immutable table of words, each with the place that stands for it."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        found = [np.zeros(0, np.uint64)]
        for texts, places in _by_length(words):
            shortened = _mixed(_shortened(_codes(texts)))
            found.append((shortened | np.array(places, np.uint64)[:, np.newaxis]).ravel())
        self._found = np.concatenate(found)
        self._found.sort()

    def near(self, words: Iterable[str]) -> Ints:
        """The places of the words that may be within the slips of any of these, each once, with some chance hits."""
        wanted = [
            _mixed(_shortened(_codes([word]))[0])
            for word in words
            if SHORTEST <= len(word) <= LONGEST and word.isascii()
        ]
        if not wanted or not len(self._found):
            return np.zeros(0, np.int32)
        hashes = np.concatenate(wanted)
        hashes.sort()
        starts = np.searchsorted(self._found, hashes)
        hit = np.flatnonzero(self._found[np.minimum(starts, len(self._found) - 1)] & _UPPER == hashes)
        if not len(hit):
            return np.zeros(0, np.int32)
        ends = np.searchsorted(self._found, hashes[hit] | _LOWER, side="right")
        places = self._found[ranges(starts[hit], ends)] & _LOWER
        places.sort()
        first = np.concatenate([[True], places[1:] != places[:-1]])
        found: Ints = places[first].astype(np.int32)
        return found
