"""The names of the register as numbered words, held in memory, and the persons who fit a typed name best.

The database links parties to word numbers only. A typed word is expanded here to the numbers of all words that are
equal, sound the same, or are spelt alike; the caller says who bears those numbers.
"""

import heapq
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from registry.orders.naming.likeness import LOOSE_FORM_SCORE, SAME_SOUND_SCORE, ReasonCode, similarity
from registry.orders.naming.names import TypedName, key

MAX_CANDIDATES, MAX_EXPANSIONS = 200, 60
_SHORTEST_FUZZY, _SHORTEST_BEGINNING = 4, 4
_LOOSE_PREFIX_WEIGHT = 0.6

Bearer = TypeVar("Bearer", bound=Hashable)
# The bearers of each of the numbers asked for, in one go.
Postings = Callable[[Sequence[int]], Mapping[int, Collection[Bearer]]]


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One word of the vocabulary with its sound."""

    number: int
    text: str
    sound: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """A word of the register that may be what was typed, by its number."""

    number: int
    weight: float
    reason: ReasonCode


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Bearer]):
    """The candidates with their weight, heaviest first; `found` counts all of them, also those left out."""

    candidates: tuple[tuple[Bearer, float], ...]
    found: int

    @property
    def has_more(self) -> bool:
        """Whether there are more than were ranked."""
        return self.found > len(self.candidates)


class _Block:
    """Words that share a corner of their sound, as parallel lists: what the matcher scans at once."""

    __slots__ = ("entries", "sounds")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.sounds: list[str] = []


class Vocabulary:
    """Words are only added, each as an immutable entry, so readers need no lock and never see half a word."""

    def __init__(self) -> None:
        self._adding = threading.Lock()
        self._by_text: dict[str, Entry] = {}
        self._by_sound: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[Entry]] = defaultdict(list)
        self._blocks: defaultdict[tuple[str, str, int], _Block] = defaultdict(_Block)
        self._frequencies: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._by_text)

    def number_of(self, text: str) -> int | None:
        """The number of a word, if it is known."""
        entry = self._by_text.get(text)
        return entry.number if entry else None

    def frequency(self, number: int) -> int:
        """How many bear the word."""
        return self._frequencies.get(number, 0)

    def add(self, number: int, text: str, frequency: int = 1) -> None:
        """A word of the register, folded; adding it again adds to its frequency."""
        with self._adding:
            self._frequencies[number] = max(self._frequencies.get(number, 0) + frequency, 0)
            if text in self._by_text:
                return
            entry = Entry(number, text, key(text))
            # A slip in the first half of a word leaves its end as it was, and the other way round.
            for corner in _corners(entry.sound, len(entry.sound)):
                block = self._blocks[corner]
                block.entries.append(entry)
                block.sounds.append(entry.sound)
            self._by_sound[entry.sound].append(entry)
            self._by_beginning[text[:_SHORTEST_BEGINNING]].append(entry)
            self._by_text[text] = entry

    def expand(self, word: str, *, by_spelling: bool = True) -> tuple[Expansion, ...]:
        """The words that may be meant, best first; a single letter fits too many to tell anything, and gives none."""
        if len(word) < 2:
            return ()
        sound = key(word)
        found: dict[int, Expansion] = {}
        for entry in tuple(self._by_sound.get(sound, ())):
            found[entry.number] = Expansion(entry.number, SAME_SOUND_SCORE, ReasonCode.SAME_SOUND)
        near = {entry.number: entry for entry in self._spelt_alike(word, sound)} if by_spelling else {}
        for entry in near.values():
            alike = similarity(word, entry.text)
            if entry.number not in found and alike.reason:
                found[entry.number] = Expansion(entry.number, alike.score, alike.reason)
        number = self.number_of(word)
        if number is not None:
            found[number] = Expansion(number, 1.0, ReasonCode.EXACT)
        return tuple(heapq.nlargest(MAX_EXPANSIONS, found.values(), key=self._worth))

    def _worth(self, expansion: Expansion) -> tuple[float, int]:
        return expansion.weight, self.frequency(expansion.number)

    def _spelt_alike(self, word: str, sound: str) -> Iterable[Entry]:
        if len(word) >= _SHORTEST_BEGINNING:
            begun = self._by_beginning.get(word[:_SHORTEST_BEGINNING], ())
            longer = (entry for entry in tuple(begun) if entry.text.startswith(word))
            yield from heapq.nlargest(MAX_EXPANSIONS, longer, key=lambda entry: self.frequency(entry.number))
        if len(word) < _SHORTEST_FUZZY:
            return
        slips = 1 if len(word) < 8 else 2
        for length in range(len(sound) - slips, len(sound) + slips + 1):
            for corner in _corners(sound, length):
                block = self._blocks.get(corner)
                if block:
                    near = process.extract(
                        sound, block.sounds, scorer=OSA.distance, score_cutoff=slips, limit=MAX_EXPANSIONS
                    )
                    yield from [block.entries[index] for _, _, index in near]

    def rank(self, typed: TypedName, postings: Postings[Bearer], population: int) -> Ranking[Bearer]:
        """Bearers by the summed rarity of what fits: one shared rare word tells more than two common ones.

        Each typed word counts once for a bearer, by its best fitting form. A loose prefix ('Ben') only lifts who is
        already found.
        """
        slots = [self._slot(word.forms) for word in typed.words]
        extras = [{number: _LOOSE_PREFIX_WEIGHT} for word in typed.prefixes if (number := self.number_of(word))]
        wanted = sorted({number for slot in (*slots, *extras) for number in slot})
        bearers = postings(wanted) if wanted else {}
        totals: defaultdict[Bearer, float] = defaultdict(float)
        for slot in slots:
            for bearer, weight in self._best(slot, bearers, population).items():
                totals[bearer] += weight
        for slot in extras:
            for bearer, weight in self._best(slot, bearers, population).items():
                if bearer in totals:
                    totals[bearer] += weight
        best = heapq.nlargest(MAX_CANDIDATES, totals.items(), key=lambda item: item[1])
        return Ranking(tuple(best), len(totals))

    def _slot(self, forms: Sequence[str]) -> dict[int, float]:
        """The numbers that one typed word may stand for; the other forms of the word are not also respelt."""
        weights: dict[int, float] = {}
        for position, form in enumerate(forms):
            for found in self.expand(form, by_spelling=position == 0):
                weight = found.weight * (LOOSE_FORM_SCORE if position else 1.0)
                weights[found.number] = max(weight, weights.get(found.number, 0.0))
        return weights

    def _best(
        self, slot: Mapping[int, float], bearers: Mapping[int, Collection[Bearer]], population: int
    ) -> dict[Bearer, float]:
        best: dict[Bearer, float] = {}
        for number, fit in slot.items():
            weight = fit * log(1 + population / (1 + self.frequency(number)))
            for bearer in bearers.get(number, ()):
                if weight > best.get(bearer, 0.0):
                    best[bearer] = weight
        return best


def _corners(sound: str, length: int) -> tuple[tuple[str, str, int], ...]:
    """The two blocks in which words of this length that share the beginning or the end of the sound are found."""
    return ("begin", sound[:2], length), ("end", sound[-2:], length)
