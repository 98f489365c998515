"""Birth dates as numbers with a digit in each nibble (0x19850312), so that many are compared at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming import evidence
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.segment import packed_text

Ints = NDArray[np.int32]
Weights = NDArray[np.float32]

_MONTH_AND_DAY, _DAY = 0xFFFF, 0xFF


def packed(born_on: PartialDate) -> int:
    """The date as a number, its unknown parts 0.

    >>> hex(packed(PartialDate(1985, 3)))
    '0x19850300'
    """
    return packed_text(str(born_on))


def dates_to_look_up(asked: PartialDate | None) -> Ints:
    """The dates of which everybody born then is worth a look: the one asked, and with day and month swapped."""
    if asked is None or asked.precision != "day":
        return np.zeros(0, np.int32)
    swapped = asked.swapped()
    return np.array([packed(each) for each in (asked, swapped) if each], np.int32)


def weights(asked: PartialDate, born: Ints) -> Weights:
    """What each of the registered dates is worth; one that is unknown is worth nothing, either way."""
    date = packed(asked)
    result = np.full(len(born), evidence.DATE_DIFFERS, np.float32)
    difference = born ^ np.int32(date)
    if asked.precision == "day":
        result[_is_near(born, date) & (born & _DAY != 0)] = evidence.DATE_NEAR
    swapped = asked.swapped()
    if swapped:
        result[born == packed(swapped)] = evidence.DATE_SWAPPED
    same_year = difference >> 16 == 0
    same_month = difference >> 8 == 0
    year_only = (born & _MONTH_AND_DAY == 0) | (date & _MONTH_AND_DAY == 0)
    month_only = (born & _DAY == 0) | (date & _DAY == 0)
    result[month_only & same_month] = evidence.MONTH_AGREES
    result[year_only & same_year] = evidence.YEAR_AGREES
    if asked.precision == "day":
        result[difference == 0] = evidence.DATE_EXACT
    result[born == 0] = 0.0
    return result


def _is_near(born: Ints, date: int) -> NDArray[np.bool_]:
    """Whether one digit differs, or two neighbours are exchanged."""
    difference = born ^ np.int32(date)
    digits = (difference | difference >> 1 | difference >> 2 | difference >> 3) & 0x11111111
    found: NDArray[np.bool_] = ((digits & (digits - 1)) == 0) & (digits != 0)
    for exchanged in _exchanged(date):
        found |= born == exchanged
    return found


def _exchanged(date: int) -> Iterator[int]:
    for place in range(0, 28, 4):
        low, high = date >> place & 0xF, date >> place + 4 & 0xF
        if low != high:
            yield date ^ ((low ^ high) * 0x11 << place)
