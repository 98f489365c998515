"""How well the parties of one segment fit a question, all at once and without opening an identity."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming import births, evidence
from registry.orders.naming.entries import Borne
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.segment import GIVEN_NAMES_SHIFT, HAS_GIVEN_NAMES, PART_BITS, Ints, Segment, ranges
from registry.orders.naming.slots import FAMILY, GIVEN, Slots

Weights = NDArray[np.float32]
Flags = NDArray[np.bool_]

_LETTERS = int(HAS_GIVEN_NAMES) - 1
_OWN = np.zeros(1 << PART_BITS, np.float32)
_OWN[[Borne.PARTNER, Borne.ALIAS]] = log(evidence.PARTNER_TYPED), log(evidence.ALIAS_TYPED)
_INITIAL_AGREES, _OTHER_INITIAL = np.float32(evidence.INITIAL_AGREES), np.float32(evidence.OTHER_INITIAL)
_ZERO = np.float32(0.0)
_scratch = threading.local()


@dataclass(frozen=True, slots=True)
class Sought:
    """A question as the segments are asked it."""

    slots: Slots
    born_on: PartialDate | None
    highest_number: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Of each party what everything together is worth, minus infinity for who shares nothing that tells; and whether
    anything agrees beside one word of the surname.
    """

    totals: Weights
    beyond_surname: Flags


def weigh(segment: Segment, places: Ints, sought: Sought) -> Weighed:
    """Hold the question against these parties."""
    slots, letters = sought.slots, segment.letters[places]
    borne = _Borne(segment, places, sought)
    seen = _Seen(len(places))
    for slot in range(slots.weights.shape[1]):
        seen.slot(borne.best(slot), slots, slot, letters)
    seen.total += _missing(seen, letters)
    untyped = np.maximum((letters >> GIVEN_NAMES_SHIFT) - seen.given, 0) * (seen.given > 0)
    seen.total += untyped * np.float32(evidence.GIVEN_NAME_NOT_TYPED)
    known = letters & _LETTERS
    for letter in slots.initials:
        agrees = known & letter != 0
        seen.total += np.where(agrees, _INITIAL_AGREES, np.where(known, _OTHER_INITIAL, _ZERO))
        seen.letter_agrees |= agrees
    dated = _with_date(segment.born[places], sought.born_on, seen)
    return Weighed(seen.total, dated | (seen.found > 1) | seen.letter_agrees)


class _Seen:
    """What was seen of each party so far: as what it bears the typed words, and how many it does not bear."""

    def __init__(self, count: int) -> None:
        self.total = np.zeros(count, np.float32)
        self.by_surname = np.zeros(count, np.bool_)
        self.letter_agrees = np.zeros(count, np.bool_)
        self.found, self.given, self.absent = (np.zeros(count, np.int8) for _ in range(3))

    def slot(self, borne: tuple[Weights, Weights], slots: Slots, slot: int, letters: Ints) -> None:
        """One typed word; one that is usually a prefix counts if it is found, and costs nothing if not."""
        family, given = borne
        best = np.maximum(family, given)
        is_found = best > evidence.NONE
        self.by_surname |= family > evidence.NONE
        self.found += is_found
        self.given += is_found & (given >= family)
        if slot >= slots.needed:
            self.total += np.maximum(best, 0)
            return
        self.total += np.where(is_found, best, _ZERO)
        self.absent += ~is_found
        self.letter_agrees |= ~is_found & ((letters & slots.letters[slot]) != 0) & (letters & HAS_GIVEN_NAMES == 0)


def _with_date(born: Ints, asked: PartialDate | None, seen: _Seen) -> Flags:
    """A given name finds somebody only together with a birth date; says whose date agrees."""
    if asked is None:
        seen.total[~seen.by_surname] = evidence.NONE
        return np.zeros(len(born), np.bool_)
    dated = births.weights(asked, born)
    seen.total += dated
    agrees: Flags = dated > 0
    strongly = (seen.given > 0) & (dated > evidence.DATE_NEAR)
    seen.total[~seen.by_surname & ~strongly] = evidence.NONE
    return agrees


class _Borne:
    """The words of the question that parties bear, in the order of the parties: surnames and aliases, given names."""

    def __init__(self, segment: Segment, places: Ints, sought: Sought) -> None:
        numbers = sought.slots.numbers
        self._count, self._weights = len(places), sought.slots.weights
        starts, ends = segment.starts[places], segment.starts[places + 1]
        words = segment.words[ranges(starts, ends)]
        table = _table(sought.highest_number + 1)
        table[numbers] = np.arange(1, len(numbers) + 1, dtype=np.uint16)
        try:
            which = table[words >> PART_BITS]
        finally:
            table[numbers] = 0
        hits = np.flatnonzero(which)
        owners = np.repeat(np.arange(len(places), dtype=np.int32), ends - starts)[hits]
        borne = words[hits] & ((1 << PART_BITS) - 1)
        which = which[hits] - 1
        is_given = borne == Borne.GIVEN
        self._family = _grouped(which[~is_given], borne[~is_given], owners[~is_given])
        self._given = _grouped(which[is_given], borne[is_given], owners[is_given])

    def best(self, slot: int) -> tuple[Weights, Weights]:
        """The best weight of each party for a slot, as surname or alias and as given name."""
        return self._most(self._family, self._weights[FAMILY, slot]), self._most(
            self._given, self._weights[GIVEN, slot]
        )

    def _most(self, group: _Group, weights: Weights) -> Weights:
        result = np.full(self._count, evidence.NONE, np.float32)
        if len(group.owners):
            result[group.owners] = np.maximum.reduceat(weights[group.which] + group.own, group.firsts)
        return result


@dataclass(frozen=True, slots=True)
class _Group:
    which: NDArray[np.uint16]
    own: Weights
    owners: Ints
    firsts: NDArray[np.intp]


def _grouped(which: NDArray[np.uint16], borne: Ints, owners: Ints) -> _Group:
    firsts = np.flatnonzero(owners[1:] != owners[:-1]) + 1
    firsts = np.concatenate([np.zeros(min(len(owners), 1), np.intp), firsts])
    return _Group(which, _OWN[borne], owners[firsts], firsts)


def _table(size: int) -> NDArray[np.uint16]:
    """A table of zeros by number of a word, kept by each thread: to fill it anew would cost more than to use it."""
    table: NDArray[np.uint16] | None = getattr(_scratch, "table", None)
    if table is None or len(table) < size:
        table = _scratch.table = np.zeros(2 * size, np.uint16)
    return table


def _missing(seen: _Seen, letters: Ints) -> Weights:
    """What typed words that were not found cost; one of them may be a given name that the register has as initial."""
    cost = np.zeros(len(letters), np.float32)
    lacking = np.flatnonzero(seen.absent)
    has, count = letters[lacking], seen.absent[lacking]
    without_names = np.where(seen.letter_agrees[lacking], evidence.INITIAL_AGREES, evidence.OTHER_INITIAL)
    without_names = np.where(has & _LETTERS, without_names, evidence.NO_GIVEN_NAME_KNOWN)
    first = np.where(has & HAS_GIVEN_NAMES, evidence.OTHER_GIVEN_NAME, without_names)
    first = np.where(seen.given[lacking], evidence.UNKNOWN_WORD, first)
    first = np.where(seen.by_surname[lacking], first, evidence.OTHER_SURNAME)
    cost[lacking] = first + (count - 1) * evidence.UNKNOWN_WORD
    return cost
