"""What each agreement and each contradiction between a question and a registered identity is worth.

A record linkage after Fellegi and Sunter. An agreement weighs `log(m / u)`: m is how probable it is that the bearer of
a registered word is asked for by the word that was typed, u how probable that word is from anybody in the register. The
u are counted in the register at the moment of asking: that is why a rare name weighs more than a common one, and a slip
in a name like few others more than one in a name like many. The m stand here. They were set on the tuning half of the
labelled set and need no exactness; what a chance of 0.9 is worth was measured on the other half.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming.words import Kind

Weights = NDArray[np.float32]

NONE = np.float32(-np.inf)


# Each slip is one of many that could have been made, each sound has a few spellings, each name a few it is called by.
_SURNAME_TYPED = {
    Kind.EXACT: 0.8,
    Kind.JOINED: 0.8,
    Kind.SOUND: 0.05,
    Kind.LOOSE: 0.1,
    Kind.SLIP: 0.002,
    Kind.OTHER_START: 0.0003,
    Kind.TWO_SLIPS: 0.0001,
    Kind.BEGINNING: 0.002,
    Kind.COVERED: 0.1,
}
_GIVEN_TYPED = {
    Kind.EXACT: 0.8,
    Kind.SOUND: 0.05,
    Kind.SLIP: 0.002,
    Kind.OTHER_START: 0.0003,
    Kind.TWO_SLIPS: 0.0001,
    Kind.BEGINNING: 0.005,
    Kind.CALLED: 0.05,
}
# The prefix was typed, and is another than the registered one: 'van de Linden' for 'van der Linden'.
_OTHER_PREFIX = 0.1


@dataclass(frozen=True, slots=True)
class Typed:
    """By kind, how probable a word is to be typed for a surname (first row) and for a given name (second)."""

    probabilities: NDArray[np.float64]
    logarithms: Weights

    @classmethod
    def of(cls, surname: dict[Kind, float], given: dict[Kind, float]) -> Typed:
        """Both tables in the order of the kinds."""
        table = np.array([[each.get(kind, 0.0) for kind in Kind] for each in (surname, given)])
        with np.errstate(divide="ignore"):
            return cls(table, np.log(table).astype(np.float32))


TYPED = Typed.of(_SURNAME_TYPED, _GIVEN_TYPED)
TYPED_WITH_PREFIX = Typed.of(_SURNAME_TYPED | {Kind.EXACT: 0.8 * _OTHER_PREFIX}, _GIVEN_TYPED)

# A word typed for a name of the partner or an alias; and at most for one that is usually a prefix, as in 'Ben Jansen'.
PARTNER_TYPED, ALIAS_TYPED, MOST_OF_A_PREFIX = 0.3, 0.2, log(20.0)
# As if so many in the register bore every word that is typed: what is unknown is not infinitely rare.
UNSEEN = 0.01

# Contradiction costs more than absence.
OTHER_GIVEN_NAME, OTHER_INITIAL, OTHER_SURNAME, UNKNOWN_WORD = log(0.01), log(0.02), log(0.005), log(0.03)
NO_GIVEN_NAME_KNOWN, GIVEN_NAME_NOT_TYPED = log(0.5), log(0.8)
INITIAL_AGREES = log(0.9 / 0.1)

# A birth date outweighs any spelling: of 20,000 people one was born that day.
DATE_EXACT, DATE_SWAPPED, DATE_NEAR = log(0.9 * 20_000), log(0.02 * 20_000), log(0.04 * 20_000 / 60)
MONTH_AGREES, YEAR_AGREES = log(0.9 * 720), log(0.9 * 60)
DATE_DIFFERS = log(0.01)

# For each person meant who is found, so many are not in the register, or in a way that no rule here recognises.
NOT_FOUND = 0.2
