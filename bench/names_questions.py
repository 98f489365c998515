"""The labelled questions of tests/data, and questions with generated typing errors over a register.

Each rule's questions go in turn to the half that the weights were set on and the half that is reported.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from bench.names_register import People
from registry.orders.naming.identifiers import PartialDate, parse_birth_date
from registry.orders.naming.matching import NameQuery
from registry.orders.naming.names import NameFields, fold, tokens

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Asks(StrEnum):
    """What of a person is asked."""

    NAME = "name"
    DATE = "name and birth date"
    INITIALS = "initials"
    OTHER = "about somebody else"


@dataclass(frozen=True)
class Labelled:
    """A question, and who it is about; or, of `OTHER`, who looks like him and is somebody else."""

    rule: str
    asks: Asks
    query: NameQuery
    identity: NameFields
    is_tuning: bool

    @property
    def is_about_him(self) -> bool:
        """Whether the identity is that of the person meant."""
        return self.asks is not Asks.OTHER

    def is_namesake(self, other: NameFields) -> bool:
        """Whether another identity bears the name of the person meant, in full."""
        if self.is_about_him:
            return full_name(other) == full_name(self.identity)
        words = {word.text for word in self.query.typed.words}
        return words == {token.text for token in tokens(other)} and len(words) > 1


def full_name(identity: NameFields) -> tuple[str, ...]:
    """The registered name, spelt in one way."""
    return tuple(fold(text) for text in (f"{identity.prefix} {identity.surname}", identity.given_names))


def labelled() -> tuple[Labelled, ...]:
    """All the labelled questions; most of those about a person are asked with and without his birth date."""
    return tuple(question for row in (*_rows("names_same.csv"), *_rows("names_other.csv")) for question in _asked(row))


def _rows(file: str) -> Iterator[dict[str, str]]:
    seen: Counter[str] = Counter()
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            seen[row["rule"]] += 1
            yield {**row, "half": "tuning" if seen[row["rule"]] % 2 else "reporting"}


def _asked(row: dict[str, str]) -> Iterator[Labelled]:
    identity = _identity(row)
    is_tuning = row["half"] == "tuning"
    born_on = parse_birth_date(row["typed_born"]) if row["typed_born"] else None
    if "asks" not in row:
        yield Labelled(row["rule"], Asks.OTHER, NameQuery(row["typed"], born_on), identity, is_tuning)
        return
    if row["asks"] != "date":
        asks = Asks.INITIALS if row["asks"] == "initials" else Asks.NAME
        yield Labelled(row["rule"], asks, NameQuery(row["typed"]), identity, is_tuning)
    if row["asks"] in ("date", "both"):
        query = NameQuery(row["typed"], born_on or identity.birth_on)
        yield Labelled(row["rule"], Asks.DATE, query, identity, is_tuning)


def _identity(row: dict[str, str]) -> NameFields:
    given = row["given_names"]
    return NameFields(
        surname=row["surname"],
        prefix=row["prefix"],
        given_names=given,
        initials=row.get("initials") or "".join(f"{name[0]}." for name in given.split()),
        partner_surname=row.get("partner_surname", ""),
        partner_prefix=row.get("partner_prefix", ""),
        aliases=(row["alias"],) if row.get("alias") else (),
        birth_on=_born(row["born"]),
    )


def _born(text: str) -> PartialDate | None:
    return parse_birth_date(text) if text else None


def mistyped(people: People, count: int, seed: int, *, by_surname: bool) -> Iterator[tuple[int, Labelled]]:
    """People of the register whose surname is typed with one slip, each asked with and without the birth date.

    Drawn by surname each surname of the list is as likely, however few bear it; else each person is.
    """
    dice = random.Random(seed)
    surnames = np.unique(people.surname)
    rule = "a slip in a surname of the list" if by_surname else "a slip in the surname of one of the people"
    while count:
        number = dice.randrange(people.drawn)
        if by_surname:
            number = int(dice.choice(np.flatnonzero(people.surname == dice.choice(surnames))))
        identity = people.identity(number)
        if not identity.given_names or len(identity.surname) < 5 or identity.birth_on.precision != "day":
            continue
        count -= 1
        text = f"{identity.given_names.split()[0]} {identity.prefix} {slip(identity.surname, dice)}"
        for asks, born_on in ((Asks.NAME, None), (Asks.DATE, identity.birth_on)):
            yield number, Labelled(rule, asks, NameQuery(text, born_on), identity, is_tuning=False)


def slip(word: str, dice: random.Random) -> str:
    """The word with a letter dropped, doubled, exchanged with the next, or typed as its neighbour on the keyboard."""
    at = dice.randrange(1, len(word) - 1)
    before, letter, behind = word[:at], word[at], word[at + 1 :]
    forms = [behind, 2 * letter + behind, behind[0] + letter + behind[1:], _neighbour(letter, dice) + behind]
    return before + dice.choice(forms)


def _neighbour(letter: str, dice: random.Random) -> str:
    for row in _KEYS:
        place = row.find(letter)
        if place >= 0:
            return dice.choice(row[max(place - 1, 0) : place] + row[place + 1 : place + 2])
    return letter


def planted(questions: Sequence[Labelled]) -> tuple[tuple[NameFields, ...], dict[Labelled, int]]:
    """The identities that the questions need in a register, each once, and which of them each question is about."""
    places: dict[NameFields, int] = {}
    about = {question: places.setdefault(question.identity, len(places)) for question in questions}
    return tuple(places), about


def one_given_name(identity: NameFields) -> tuple[str, ...]:
    """The registered name with the first given name only: what most questions hold."""
    surname, given = full_name(identity)
    return surname, given.partition(" ")[0]
