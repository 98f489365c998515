"""The names of the register in memory: a typed name in, the parties who may be meant out, without opening any of them.

index = NameIndex(words)
index.load(rows)                     # once, everything that the database holds
index.add(17, [(5, Borne.SURNAME)])  # while running, with the numbers of words that `words` knows
index.remove(17)
index.search(NameQuery("Jan de Jong", born_on)).hits
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming import births, evidence
from registry.orders.naming.entries import Borne
from registry.orders.naming.matching import NameQuery
from registry.orders.naming.segment import Flags, Ints, Rows, Segment, alike_merged, made_of
from registry.orders.naming.slots import Counts, slots_of
from registry.orders.naming.weighing import Sought, weigh
from registry.orders.naming.words import Words

MOST_HITS, LEAST_CHANCE = 20, 0.05
"""A hit is shown from one chance in twenty; of many who fit equally well beyond their surname, twenty are."""
_MOST_WALKED = 40_000
_MOST_PENDING, _LARGE = 256, 131_072
# Who weighs at least a third of the best fits about as well; together they must be likely enough to be told of.
_AS_GOOD, _TOGETHER = 1.1, 0.1

Entries = Sequence[tuple[int, Borne]]


@dataclass(frozen=True, slots=True)
class NameHit:
    """A party who may be meant, and the chance that it is he.

    0.9 means that nine in ten such hits are the person meant. Measured over a register of a million people, on
    questions that the weights were not set on: of 35 hits with 0.8 to 0.97 for labelled questions, a fifth of which are
    about somebody else, 30 were he; of 440 for people whose surname was mistyped, 434. With 0.05 to 0.2 it was one in
    eight.
    """

    party: int
    chance: float
    weight: float = 0.0
    """How much more probable the question is if it is he than if it is anybody of the register: a logarithm."""


@dataclass(frozen=True, slots=True)
class NameHits:
    """The parties worth opening, the likeliest first, and those who were asked about by number.

    `alike` counts those who fit about as well as the best of all, also those left out.
    """

    hits: tuple[NameHit, ...] = ()
    alike: int = 0
    is_too_many: bool = False
    """Whether nothing but a common surname fits: nobody is worth showing, and something must be added."""
    also: tuple[NameHit, ...] = ()
    others: float = -inf
    """The weights of all who fit and are neither hits nor asked about, as one: the logarithm of their sum."""
    is_given_alone: bool = False
    """Whether what was typed is nothing but a given name: `alike` bear it, whom nothing tells apart."""

    @property
    def has_more(self) -> bool:
        """Whether there are others who fit about as well."""
        return self.alike > len(self.hits)


class _Tally:
    """How many parties bear each word, by its number."""

    def __init__(self) -> None:
        self.family = np.zeros(1024, np.int32)
        self.given = np.zeros(1024, np.int32)
        self.parties = 0

    def make_room(self, highest: int) -> None:
        if highest >= len(self.family):
            more = np.zeros(max(highest + 1, 2 * len(self.family)) - len(self.family), np.int32)
            self.family, self.given = np.concatenate([self.family, more]), np.concatenate([self.given, more])

    def count(self, numbers: Ints, parts: NDArray[np.uint8], times: int) -> None:
        self.make_room(int(numbers.max(initial=0)))
        np.add.at(self.family, numbers[parts <= Borne.ALIAS], times)
        np.add.at(self.given, numbers[parts == Borne.GIVEN], times)


class NameIndex:
    """Parties by the words they bear. Readers take no lock but for what was added since the last question.

    What is added waits in a list; a full list becomes a small segment, and segments of like size become one, up to a
    size at which this takes a tenth of a second. What is removed is marked, and left out when its segment is merged.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self._changing = threading.Lock()
        self._tally = _Tally()
        self._segments: tuple[Segment, ...] = ()
        self._pending: dict[int, Entries] = {}
        self._fresh: Segment | None = None
        self._gone: Flags = np.zeros(1024, np.bool_)

    def __len__(self) -> int:
        return self._tally.parties

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take, in bytes, without the words."""
        tables = self._tally.family.nbytes + self._tally.given.nbytes + self._gone.nbytes
        return tables + sum(each.nbytes for each in self._segments)

    def load(self, rows: Rows) -> None:
        """Everything that a database holds, at once; `words` must know the numbers, dates and initials among them."""
        segment = made_of(rows, self.words.traits())
        with self._changing:
            self._make_room(int(rows.parties.max(initial=0)))
            self._tally.count(rows.numbers, rows.parts, 1)
            self._tally.parties += len(segment)
            self._segments = (*self._segments, segment)

    def extend(self, rows: Rows) -> None:
        """Many parties at once, none of which was ever here."""
        segment = made_of(rows, self.words.traits())
        with self._changing:
            self._make_room(int(rows.parties.max(initial=0)))
            self._tally.count(rows.numbers, rows.parts, 1)
            self._tally.parties += len(segment)
            waiting = [self._waiting()] if self._pending else []
            self._segments = alike_merged([*self._segments, *waiting, segment], self._gone, _LARGE)
            self._pending, self._fresh = {}, None

    def held(self, parties: Ints) -> Flags:
        """Of each of these parties whether it is or was here."""
        found = np.fromiter((int(party) in self._pending for party in parties), np.bool_, len(parties))
        for segment in self._segments:
            found |= segment.has(parties)
        return found

    def add(self, party: int, entries: Entries) -> None:
        """A party, or one that was removed; a party's entries never change."""
        with self._changing:
            self._make_room(party)
            known = self._entries_of(party)
            if known is not None and not self._gone[party]:
                return
            self._gone[party] = False
            if known is None:
                self._pending[party] = entries
                self._fresh = None
            self._count(party, 1)
            if len(self._pending) >= _MOST_PENDING:
                self._settle()

    def remove(self, party: int) -> None:
        """Let a party no longer be found; one that is not there changes nothing."""
        with self._changing:
            if party >= len(self._gone) or self._gone[party] or self._entries_of(party) is None:
                return
            self._count(party, -1)
            self._gone[party] = True

    def _count(self, party: int, times: int) -> None:
        found = self._entries_of(party)
        if found is not None:
            self._tally.count(*found, times)
            self._tally.parties += times

    def _entries_of(self, party: int) -> tuple[Ints, NDArray[np.uint8]] | None:
        waiting = self._pending.get(party)
        if waiting is not None:
            return np.array([number for number, _ in waiting], np.int32), np.array([at for _, at in waiting], np.uint8)
        for segment in self._segments:
            found = segment.entries_of(party)
            if found is not None:
                return found
        return None

    def _make_room(self, party: int) -> None:
        if party >= len(self._gone):
            more = max(party + 1, 2 * len(self._gone)) - len(self._gone)
            self._gone = np.concatenate([self._gone, np.zeros(more, np.bool_)])

    def _settle(self) -> None:
        """Make the waiting parties a segment."""
        self._segments = alike_merged([*self._segments, self._waiting()], self._gone, _LARGE)
        self._pending, self._fresh = {}, None

    def _waiting(self) -> Segment:
        entries = [(number, part, party) for party, each in self._pending.items() for number, part in each]
        numbers, parts, parties = np.array(entries, np.int32).reshape(-1, 3).T
        return made_of(Rows(numbers, parts.astype(np.uint8), parties), self.words.traits())

    def _now(self) -> tuple[Segment, ...]:
        """The segments, with one of what was added since."""
        if not self._pending:
            return self._segments
        with self._changing:
            if self._fresh is None:
                self._fresh = self._waiting()
            return (*self._segments, self._fresh)

    def search(self, query: NameQuery, also: Iterable[int] = ()) -> NameHits:
        """Who may be meant; and how well those fit by name who were found by something else, by their numbers."""
        # The segments before the counts: whatever number a segment holds has been counted by then.
        segments, tally = self._now(), self._tally
        counts = Counts(tally.parties, tally.family, tally.given)
        slots = slots_of(query.typed, self.words, counts)
        if not slots.weights.size:
            return NameHits()
        sought = Sought(slots, query.birth_on, len(counts.family))
        asked = np.fromiter(also, np.int32)
        wanted = self._within_reach(slots.surnames()), births.dates_to_look_up(query.birth_on), asked
        found = [_weighed(each, wanted, sought, self._gone) for each in segments]
        ranked = _ranked(_together(found), asked, counts.parties)
        is_told = ranked.hits or ranked.is_too_many or wanted[1].size
        bearers = 0 if is_told else self._bearing_as_given(query, counts)
        return replace(ranked, alike=bearers, is_too_many=True, is_given_alone=True) if bearers else ranked

    def _bearing_as_given(self, query: NameQuery, counts: Counts) -> int:
        """How many bear each of the words as a given name, or one that sounds the same; of the rarest of them."""
        bearing = (self.words.sounding(word.text).numbers for word in query.typed.words)
        return min((int(counts.given[each[each < len(counts.given)]].sum()) for each in bearing), default=0)

    def _within_reach(self, numbers: Ints) -> Ints:
        """The most telling words, as many as one question may walk: the rest fit so many that they tell nothing."""
        walked = np.cumsum(self._tally.family[numbers])
        return numbers[: max(1, int(np.searchsorted(walked, _MOST_WALKED, side="right")))]


def _weighed(segment: Segment, wanted: tuple[Ints, Ints, Ints], sought: Sought, gone: Flags) -> _Candidates:
    surnames, dates, asked = wanted
    places = np.concatenate([segment.bearing(surnames), segment.born_on(dates), segment.places_of(asked)])
    places.sort()
    first = np.ones(len(places), np.bool_)
    np.not_equal(places[1:], places[:-1], out=first[1:])
    places = places[first]
    places = places[~gone[segment.parties[places]]]
    if not len(places):
        # Of the small segments hardly any holds somebody; to weigh nobody takes as long as to weigh a hundred.
        return _NOBODY
    weighed = weigh(segment, places, sought)
    tells = np.flatnonzero(weighed.totals > evidence.NONE)
    return _Candidates(segment.parties[places[tells]], weighed.totals[tells], weighed.beyond_surname[tells])


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Who may be meant, by number, with what everything is worth and whether more than the surname agrees."""

    parties: Ints
    totals: NDArray[np.float32]
    beyond_surname: Flags


_NOBODY = _Candidates(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.bool_))


def _together(found: Sequence[_Candidates]) -> _Candidates:
    some = [each for each in found if len(each.parties)]
    if len(some) < 2:
        return some[0] if some else _NOBODY
    return _Candidates(*(np.concatenate([getattr(each, name) for each in some]) for name in _Candidates.__slots__))


def _ranked(found: _Candidates, asked: Ints, population: int) -> NameHits:
    """The chance of each: its share of the weight of all, and of that of those who are not found."""
    if not len(found.parties):
        return NameHits()
    best = float(found.totals.max())
    weights = np.exp(found.totals.astype(np.float64) - best)
    chances = weights / (weights.sum() + population * evidence.NOT_FOUND * np.exp(-best))
    shown, alike = np.flatnonzero(chances >= LEAST_CHANCE), np.flatnonzero(found.totals >= best - _AS_GOOD)
    is_one_of_them = not len(shown) and float(chances[alike].sum()) >= _TOGETHER
    is_too_many = is_one_of_them and not found.beyond_surname[alike].any()
    if is_one_of_them and not is_too_many:
        shown = alike
    shown = shown[np.lexsort((found.parties[shown], -chances[shown]))][:MOST_HITS]
    also = np.flatnonzero(np.isin(found.parties, asked)) if len(asked) else shown[:0]
    hits, asked_about = (
        tuple(
            NameHit(int(found.parties[at]), round(float(chances[at]), 4), round(float(found.totals[at]), 4))
            for at in each
        )
        for each in (shown, also)
    )
    weights[shown] = weights[also] = 0.0
    others = best + log(rest) if (rest := float(weights.sum())) > 0.0 else -inf
    return NameHits(hits, len(alike) if hits or is_too_many else 0, is_too_many, asked_about, others)
