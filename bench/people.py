"""Who the fictional orders are about, and where they live: as names are borne and people are spread over the country.

The lists of names are not part of this repository (`BB_SHARED_DATA`); without them names come from a handful, and far
more people share one. Towns have their inhabitants of about 2024, in thousands, each as dense as the next.
"""

import math
import random
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from bench import names_register

_METRES_PER_DEG = 111_320
_WIDEST_M, _MOST_THOUSANDS, _ELSEWHERE_THOUSANDS = 3_500, 930, 10_300
# The land outside the towns, as a box of degrees: south, north, west, east.
_ELSEWHERE = (51.45, 53.15, 5.0, 6.75)
_SURNAMES = (
    "de Jong", "Jansen", "de Vries", "van den Berg", "Bakker", "van Dijk", "Visser", "Smit", "Meijer", "de Boer",
    "Mulder", "de Groot", "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit", "Dijkstra",
    "Smits", "de Graaf", "van der Meer", "Yilmaz", "El Idrissi", "Kowalski", "Nguyen", "Ramdin", "Martina",
)  # fmt: skip
_GIVEN_NAMES = (
    ("Jan", "M"), ("Pieter", "M"), ("Mohammed", "M"), ("Daan", "M"), ("Kees", "M"), ("Ahmet", "M"), ("Sem", "M"),
    ("Willem", "M"), ("Anna", "V"), ("Fatima", "V"), ("Sanne", "V"), ("Emma", "V"), ("Ilse", "V"), ("Zeynep", "V"),
)  # fmt: skip
_TOWNS = (
    ("Amsterdam", 52.37, 4.90, 10, 930), ("Rotterdam", 51.92, 4.48, 30, 670), ("Den Haag", 52.07, 4.30, 25, 565),
    ("Utrecht", 52.09, 5.12, 35, 375), ("Eindhoven", 51.44, 5.48, 56, 246), ("Groningen", 53.22, 6.57, 97, 243),
    ("Tilburg", 51.56, 5.09, 50, 229), ("Almere", 52.37, 5.22, 13, 226), ("Breda", 51.59, 4.78, 48, 188),
    ("Nijmegen", 51.84, 5.86, 65, 187), ("Apeldoorn", 52.21, 5.97, 73, 168), ("Arnhem", 51.98, 5.91, 68, 167),
    ("Haarlem", 52.38, 4.64, 20, 165), ("Hoofddorp", 52.30, 4.69, 21, 162), ("Enschede", 52.22, 6.89, 75, 161),
    ("Amersfoort", 52.16, 5.39, 38, 161), ("Zaandam", 52.44, 4.83, 15, 160), ("Den Bosch", 51.69, 5.30, 52, 160),
    ("Zwolle", 52.52, 6.09, 80, 133), ("Leiden", 52.16, 4.49, 23, 130), ("Zoetermeer", 52.06, 4.49, 27, 128),
    ("Leeuwarden", 53.20, 5.80, 89, 128), ("Maastricht", 50.85, 5.69, 62, 125), ("Ede", 52.04, 5.67, 67, 124),
    ("Dordrecht", 51.81, 4.67, 33, 122), ("Alphen", 52.13, 4.66, 24, 115), ("Alkmaar", 52.63, 4.75, 18, 112),
    ("Emmen", 52.79, 6.90, 78, 109), ("Delft", 52.01, 4.36, 26, 109), ("Venlo", 51.37, 6.17, 59, 103),
    ("Deventer", 52.25, 6.16, 74, 102), ("Hilversum", 52.22, 5.17, 12, 94), ("Heerlen", 50.89, 5.98, 64, 87),
)  # fmt: skip
_INHABITANTS = list(accumulate([*(each[4] for each in _TOWNS), _ELSEWHERE_THOUSANDS]))


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in degrees."""

    lat_deg: float
    lon_deg: float

    def moved(self, north_m: float, east_m: float) -> "Place":
        """Return the spot so many metres away."""
        shrink = math.cos(math.radians(self.lat_deg))
        return Place(self.lat_deg + north_m / _METRES_PER_DEG, self.lon_deg + east_m / _METRES_PER_DEG / shrink)


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives: the town, the first two digits of its postcodes, and the spot."""

    town: str
    digits: int
    spot: Place


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody is called; `sex` is M or V."""

    prefix: str | None
    surname: str
    given: str
    second: str
    sex: str


def home(dice: random.Random) -> Home:
    """Where somebody lives, in a town or elsewhere."""
    place = bisect(_INHABITANTS, dice.random() * _INHABITANTS[-1])
    if place == len(_TOWNS):
        south, north, west, east = _ELSEWHERE
        return Home("Buitendorp", dice.randrange(10, 100), Place(dice.uniform(south, north), dice.uniform(west, east)))
    town, lat_deg, lon_deg, digits, thousands = _TOWNS[place]
    spread_m = _WIDEST_M * math.sqrt(thousands / _MOST_THOUSANDS)
    return Home(town, digits, Place(lat_deg, lon_deg).moved(dice.gauss(0, spread_m), dice.gauss(0, spread_m)))


def named(dice: random.Random) -> Named:
    """What somebody is called, each name as often as it is borne."""
    drawn = _drawn()
    (prefix, surname), given = drawn.surname(dice), drawn.given(dice)
    return Named(prefix or None, surname, given[0], drawn.given(dice)[0], given[1])


class _Drawn:
    """Names to draw from, with the running sum of their shares."""

    def __init__(self) -> None:
        self._surnames: list[tuple[str, str]] = [_split(name) for name in _SURNAMES]
        self._given: list[tuple[str, str]] = list(_GIVEN_NAMES)
        surname_shares, given_shares = [1.0] * len(self._surnames), [1.0] * len(self._given)
        if names_register.lists_are_there():
            lists = names_register.read_lists(1)
            self._surnames, surname_shares = list(lists.surnames), lists.surname_shares.tolist()
            sexes = ["V" if female else "M" for female in lists.is_female.tolist()]
            self._given, given_shares = list(zip(lists.given, sexes, strict=True)), lists.given_shares.tolist()
        self._surname_sums, self._given_sums = list(accumulate(surname_shares)), list(accumulate(given_shares))

    def surname(self, dice: random.Random) -> tuple[str, str]:
        """A prefix, which may be empty, and a surname."""
        return _one(self._surnames, self._surname_sums, dice)

    def given(self, dice: random.Random) -> tuple[str, str]:
        """A given name with the sex of who bears it."""
        return _one(self._given, self._given_sums, dice)


@cache
def _drawn() -> _Drawn:
    return _Drawn()


def _one(values: list[tuple[str, str]], sums: list[float], dice: random.Random) -> tuple[str, str]:
    return values[min(bisect(sums, dice.random() * sums[-1]), len(values) - 1)]


def _split(name: str) -> tuple[str, str]:
    words = name.split(" ")
    first = next(place for place, word in enumerate(words) if word[:1].isupper())
    return " ".join(words[:first]), " ".join(words[first:])
