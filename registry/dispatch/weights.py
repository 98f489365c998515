"""What each thing that agrees is worth beside a name, as logarithms of likelihood ratios.

Names and birth dates are weighed by `registry.orders.naming.evidence`, against frequencies counted in the register, and
what comes out was measured. What stands here cannot be measured without the calls of a real dispatch room: each figure
is an assumption, said in words that somebody who knows the work can correct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, inf, log
from types import MappingProxyType

from registry.dispatch.question import Field
from registry.orders.naming.evidence import DATE_DIFFERS, DATE_EXACT, NOT_FOUND

# Of the questions that hold this alone, and one party of the register bears it: how many are about that party.
BSN_OR_SKN, PHONE, PLATE = 0.98, 0.8, 0.75
ADDRESS, ADDRESS_WITHOUT_SUFFIX, ADDRESS_WITH_OTHER_SUFFIX = 0.6, 0.5, 0.2

# Of the questions with a name and a telephone number, a plate or an address: how many mean one person by both. In the
# others somebody calls and names somebody else; that also bounds what a name that does not fit takes away.
SAME_PERSON = 0.7

# A BSN that fits the eleven-test and is another is hardly ever a slip; so many slips pass the test.
OTHER_NUMBER = log(0.01)
SEX_AGREES, SEX_DIFFERS = log(0.95 / 0.5), log(0.05 / 0.5)
DATE_ALONE_AGREES, DATE_ALONE_DIFFERS = DATE_EXACT, DATE_DIFFERS

# How much likelier a call comes from an area if its order is what the call is about.
_FROM_ITS_AREA = 600.0

# Whoever asks by telephone number, plate or address means somebody in the country: hardly another has just that one.
_IN_THE_COUNTRY = 17_000_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """Among whom a party is meant: how many the register holds, and who fits beside those who were opened.

    `bearers` says of each field that is asked how many persons bear just that; `others` is the weight of all who fit
    by name and were not opened, as one.
    """

    population: int = 0
    bearers: Mapping[Field, int] = field(default_factory=lambda: MappingProxyType({}))
    others: float = -inf

    @property
    def nobody(self) -> float:
        """The weight of the possibility that nobody of the register is meant; also of an exact thing that fits."""
        return log(NOT_FOUND * (_IN_THE_COUNTRY if self.bearers else max(self.population, 1)))

    def weight(self, alone: float, of: Field) -> float:
        """What an exact thing is worth that would be about its bearer `alone` of the times."""
        return log(alone / (1.0 - alone) * NOT_FOUND * _IN_THE_COUNTRY / max(self.bearers.get(of, 1), 1))

    def chance_alone(self, alone: float, of: Field) -> float:
        """The chance of one of its bearers if nothing else was asked."""
        return alone / max(self.bearers.get(of, 1), 1)


def from_its_area(certainty: float) -> float:
    """What it is worth that a call comes from the area of an order, of which one is so certain."""
    return log(1.0 + certainty * _FROM_ITS_AREA)


def together(weights: list[float]) -> float:
    """The weight of several as one."""
    most = max(weights, default=-inf)
    return most if most == -inf else most + log(sum(exp(each - most) for each in weights))
