"""A register of people drawn from the real frequency of names, and the index of their names.

The lists are not part of this repository: `BB_SHARED_DATA` says where they lie. People are kept as arrays, because a
million identities would be slow; one becomes an identity when it is asked for.
"""

import csv
import gzip
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.orders.naming.entries import Borne, index_entries
from registry.orders.naming.identifiers import PartialDate
from registry.orders.naming.index import NameIndex
from registry.orders.naming.names import NameFields, fold, split_name
from registry.orders.naming.segment import Rows, ranges
from registry.orders.naming.words import Words

LISTS = Path(os.environ.get("BB_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "names"
Ints = NDArray[np.int32]

_MOST_PER_RARE, _LEAST_PER_RARE = 1936, 5
_RARE_GIVEN, _OWN_COUNTRY = 40, 0.85
# Of the people: with one, two and three given names; with a partner's name; with initials only; with the year only.
_GIVEN_NAMES, _WITH_PARTNER, _INITIALS_ONLY, _YEAR_ONLY = (0.55, 0.88, 1.0), 0.12, 0.04, 0.01
_FROM = {"TR": (), "PL": (), "MA": ("el", "ait", "ben", "ou", "bou", "oulad")}


def lists_are_there() -> bool:
    """Whether the lists of names are at hand."""
    return (LISTS / "surnames_freq5plus.txt.gz").is_file()


@dataclass(frozen=True)
class Lists:
    """Names with how often they are borne."""

    surnames: tuple[tuple[str, str], ...]
    surname_shares: NDArray[np.float64]
    given: tuple[str, ...]
    given_shares: NDArray[np.float64]
    is_female: NDArray[np.bool_]
    countries: dict[str, Ints]
    country_of: dict[int, str]


def read_lists(seed: int) -> Lists:
    """The surnames by the counted thousand and a long tail, the given names by their counts of sixty years."""
    surnames, shares = _surnames(np.random.default_rng(seed))
    counts = _given_counts()
    abroad = {country: _given_of(country) for country in _FROM}
    given = tuple(dict.fromkeys([*counts, *(pair for pairs in abroad.values() for pair in pairs)]))
    place = {pair: at for at, pair in enumerate(given)}
    given_shares = np.array([counts.get(pair, 0.0) for pair in given])
    return Lists(
        surnames,
        shares / shares.sum(),
        tuple(name for name, _ in given),
        given_shares / given_shares.sum(),
        np.array([sex == "F" for _, sex in given]),
        {country: np.array([place[pair] for pair in pairs], np.int32) for country, pairs in abroad.items()},
        _countries(surnames),
    )


def _surnames(dice: np.random.Generator) -> tuple[tuple[tuple[str, str], ...], NDArray[np.float64]]:
    with (LISTS / "surnames_top1000.csv").open(encoding="utf-8") as lines:
        counted = {row["surname"]: float(row["bearers_2007"]) for row in csv.DictReader(lines)}
    with gzip.open(LISTS / "surnames_freq5plus.txt.gz", "rt", encoding="utf-8") as lines:
        rest = sorted({line.strip() for line in lines} - counted.keys() - {""})
    dice.shuffle(rest)
    ranks = np.arange(1, len(rest) + 1) / len(rest)
    slope = np.log(_MOST_PER_RARE / _LEAST_PER_RARE) / np.log(len(rest) / len(counted))
    tail = np.clip(_LEAST_PER_RARE * ranks**-slope, _LEAST_PER_RARE, _MOST_PER_RARE)
    split = tuple(_split(name) for name in [*counted, *rest])
    return split, np.concatenate([list(counted.values()), tail])


def _split(name: str) -> tuple[str, str]:
    found = split_name(name) if name[:1].islower() or name[:1] == "'" else None
    return (found.prefix, found.surname) if found and not found.given_names else ("", name)


def _given_counts() -> dict[tuple[str, str], float]:
    """How many bear each given name, of each sex."""
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    with (LISTS / "first_name_counts.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            counts[row["naam"].strip(), row["tag"]] += float(row["aantal"] or 0)
    for row in json.loads((LISTS / "first_names.json").read_text(encoding="utf-8")):
        counts[row["naam"].strip(), "M" if row["geslacht"] == "M" else "F"] += _RARE_GIVEN
    return {pair: count for pair, count in counts.items() if pair[0]}


def _given_of(country: str) -> list[tuple[str, str]]:
    rows = _rows("common-forenames-by-country.csv", country)
    return sorted({(name, row["Gender"]) for row in rows if (name := _one_word(row["Romanized Name"]))})


def _rows(file: str, country: str) -> list[dict[str, str]]:
    with (LISTS / file).open(encoding="utf-8-sig") as lines:
        return [row for row in csv.DictReader(lines) if row["Country"] == country]


def _one_word(text: str) -> str:
    name = text.split("/")[0].strip()
    return "" if " " in name else name


def _countries(surnames: Sequence[tuple[str, str]]) -> dict[int, str]:
    listed = {
        fold(_one_word(row["Romanized Name"])): country
        for country in _FROM
        for row in _rows("common-surnames-by-country.csv", country)
    }
    beginnings = {word: country for country, words in _FROM.items() for word in words}
    found = {}
    for place, (prefix, name) in enumerate(surnames):
        country = beginnings.get(fold(prefix)) or beginnings.get(fold(name).partition(" ")[0]) or listed.get(fold(name))
        if country:
            found[place] = country
    return found


class People:
    """People by number, drawn with a seed; `planted` come after those who were drawn."""

    def __init__(self, count: int, seed: int, planted: Sequence[NameFields] = ()) -> None:
        self.lists, self.drawn, self.planted = read_lists(seed), count, tuple(planted)
        dice = np.random.default_rng(seed)
        self.surname = dice.choice(len(self.lists.surnames), count, p=self.lists.surname_shares).astype(np.int32)
        self.given = self._given(dice)
        self.names = 1 + np.searchsorted(_GIVEN_NAMES, dice.random(count)).astype(np.int32)
        self.names[dice.random(count) < _INITIALS_ONLY] = 0
        partner = dice.choice(len(self.lists.surnames), count, p=self.lists.surname_shares)
        self.partner = np.where(dice.random(count) < _WITH_PARTNER, partner, -1).astype(np.int32)
        self.day = dice.triangular(0, 17_500, 25_500, count).astype(np.int32)
        self.year_only = dice.random(count) < _YEAR_ONLY

    def __len__(self) -> int:
        return self.drawn + len(self.planted)

    def _given(self, dice: np.random.Generator) -> Ints:
        """Three given names each, of one sex; with a Turkish, Moroccan or Polish surname mostly of that country."""
        lists, is_woman = self.lists, dice.random(self.drawn) < 0.5
        country_of = np.array([lists.country_of.get(place, "") for place in range(len(lists.surnames))])[self.surname]
        country_of[dice.random(self.drawn) > _OWN_COUNTRY] = ""
        found = np.zeros((self.drawn, 3), np.int32)
        for is_female in (False, True):
            of_sex = lists.is_female == is_female
            for country, names in (("", np.arange(len(lists.given))), *lists.countries.items()):
                whose = np.flatnonzero((is_woman == is_female) & (country_of == country))
                names = names[of_sex[names]]
                shares = None if country else lists.given_shares[names] / lists.given_shares[names].sum()
                found[whose] = dice.choice(names, (len(whose), 3), p=shares)
        return found

    def identity(self, number: int) -> NameFields:
        """The identity of one of them."""
        if number >= self.drawn:
            return self.planted[number - self.drawn]
        prefix, surname = self.lists.surnames[self.surname[number]]
        partner = self.partner[number]
        partner_prefix, partner_surname = self.lists.surnames[partner] if partner >= 0 else ("", "")
        given = [self.lists.given[at] for at in self.given[number]]
        return NameFields(
            surname=surname,
            prefix=prefix,
            given_names=" ".join(given[: self.names[number]]),
            initials="".join(f"{name[0]}." for name in given[: self.names[number] or 1]),
            partner_surname=partner_surname,
            partner_prefix=partner_prefix,
            birth_on=self.born_on(number),
        )

    def born_on(self, number: int) -> PartialDate:
        """When one of those drawn was born."""
        born = self.births[number].item()
        return PartialDate(born.year) if self.year_only[number] else PartialDate(born.year, born.month, born.day)

    @cached_property
    def births(self) -> NDArray[np.datetime64]:
        """The days on which they were born."""
        return np.datetime64("1938-01-01") + self.day


class _Numbered:
    """Words get numbers as they come, as a database gives them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers) + 1)


def rows_of(people: People) -> tuple[Rows, dict[str, int]]:
    """What a database would hold of them: rows of (number of the word, how it is borne, party), and the words."""
    number = _Numbered()
    lists = people.lists
    surnames = [NameFields(surname, prefix) for prefix, surname in lists.surnames]
    given = [NameFields(given_names=name) for name in lists.given]
    everybody = np.arange(people.drawn, dtype=np.int32)
    found = [
        _borne(surnames, people.surname, everybody, (Borne.SURNAME, number)),
        _borne(surnames, people.partner, everybody, (Borne.PARTNER, number)),
    ]
    for place in range(3):
        whose = np.flatnonzero(people.names > place).astype(np.int32)
        found.append(_borne(given, people.given[whose, place], whose, (Borne.GIVEN, number)))
    found += [_initials(people, number), _birth_dates(people, number), _planted(people, number)]
    return Rows(*(np.concatenate([getattr(each, name) for each in found]) for name in Rows.__slots__)), number.numbers


def _borne(names: Sequence[NameFields], which: Ints, whose: Ints, of: tuple[Borne, _Numbered]) -> Rows:
    """The words of one part of the name of each: `which` of the names it is, or a negative number for none."""
    part, number = of
    which, whose = which[which >= 0], whose[which >= 0]
    used, which = np.unique(which, return_inverse=True)
    flat = [[number(text) for text, borne in index_entries(names[at]) if borne <= Borne.GIVEN] for at in used]
    lengths = np.array([len(each) for each in flat], np.int32)
    ends = np.cumsum(lengths, dtype=np.int32)
    every = np.array([one for each in flat for one in each], np.int32)
    places = ranges((ends - lengths)[which], ends[which])
    parties = np.repeat(whose, lengths[which])
    return Rows(every[places], np.full(len(parties), part, np.uint8), parties)


def _initials(people: People, number: _Numbered) -> Rows:
    whose = np.flatnonzero(people.names == 0).astype(np.int32)
    letters = [fold(people.lists.given[at])[:1] or "x" for at in people.given[whose, 0]]
    numbers = np.array([number(letter) for letter in letters], np.int32)
    return Rows(numbers, np.full(len(whose), Borne.INITIAL, np.uint8), whose)


def _birth_dates(people: People, number: _Numbered) -> Rows:
    texts = np.datetime_as_string(people.births)
    texts = np.where(people.year_only, np.char.add(texts.astype("U4"), "-00-00"), texts)
    unique, which = np.unique(texts, return_inverse=True)
    numbers = np.array([number(str(text)) for text in unique], np.int32)[which]
    return Rows(numbers, np.full(people.drawn, Borne.BIRTH_DATE, np.uint8), np.arange(people.drawn, dtype=np.int32))


def _planted(people: People, number: _Numbered) -> Rows:
    rows = [
        (number(text), part, people.drawn + at)
        for at, identity in enumerate(people.planted)
        for text, part in index_entries(identity)
    ]
    numbers, parts, parties = np.array(rows, np.int32).reshape(-1, 3).T
    return Rows(numbers, parts.astype(np.uint8), parties)


def index_of(people: People) -> NameIndex:
    """The index of their names."""
    rows, numbers = rows_of(people)
    words = Words()
    words.load((number, text) for text, number in numbers.items())
    index = NameIndex(words)
    index.load(rows)
    return index
