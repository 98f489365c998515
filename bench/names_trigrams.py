"""What a plain trigram search finds, as PostgreSQL's `pg_trgm` measures similarity, for comparison.

Words in lower case, two blanks before and one behind each; similarity is the share that two sets of trigrams have in
common. The candidates of a question are all the names of the register, ordered by similarity; where a birth date is
asked, those born then come first, as `ORDER BY born = $2 DESC, similarity(name, $1) DESC` would have it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.names_questions import Labelled
from bench.names_register import People
from registry.orders.naming.names import NameFields

MOST_SHOWN, THRESHOLD = 10, 0.3
_MOST_FALSE = 20
Ints = NDArray[np.int32]


def trigrams(text: str) -> frozenset[str]:
    """The trigrams of a text.

    >>> sorted(trigrams("Bos"))
    ['  b', ' bo', 'bos', 'os ']
    """
    words = re.findall(r"\w+", text.lower())
    return frozenset(f"  {word} "[at : at + 3] for word in words for at in range(len(word) + 1))


def name_as_text(identity: NameFields) -> str:
    """The name as the clear-text column would hold it."""
    parts = (identity.given_names or identity.initials, identity.prefix, identity.surname)
    return " ".join(part for part in (*parts, identity.partner_prefix, identity.partner_surname) if part)


@dataclass(frozen=True)
class Found:
    """Whether he is among the first ten, and how many others are among the first twenty above the threshold."""

    is_found: bool
    false: int


class Trigrams:
    """Every name of a register by its trigrams."""

    def __init__(self, people: People) -> None:
        self._people = people
        bearers: dict[str, list[int]] = {}
        sizes = np.zeros(len(people), np.int16)
        for number, found in enumerate(self._each()):
            sizes[number] = len(found)
            for trigram in found:
                bearers.setdefault(trigram, []).append(number)
        self._sizes = sizes
        self._bearers = {trigram: np.array(numbers, np.int32) for trigram, numbers in bearers.items()}
        self._born = np.array([str(people.identity(number).birth_on) for number in range(len(people))])

    def _each(self) -> Iterator[frozenset[str]]:
        for number in range(len(self._people)):
            yield trigrams(name_as_text(self._people.identity(number)))

    def ask(self, question: Labelled, about: int) -> Found:
        """Ask one question."""
        asked = trigrams(question.query.text)
        shared = np.zeros(len(self._sizes), np.int16)
        for trigram in asked:
            bearers = self._bearers.get(trigram)
            if bearers is not None:
                shared[bearers] += 1
        similarity = shared / np.maximum(len(asked) + self._sizes - shared, 1)
        order = similarity + 2.0 * (self._born == str(question.query.birth_on)) * (similarity >= THRESHOLD)
        best = np.argpartition(-order, _MOST_FALSE)[:_MOST_FALSE]
        best = best[np.lexsort((best, -order[best]))]
        shown = [int(each) for each in best if similarity[each] >= THRESHOLD]
        right = [each for each in shown if self._is_right(question, about, each)]
        return Found(bool(set(right) & set(shown[:MOST_SHOWN])), len(shown) - len(right))

    def _is_right(self, question: Labelled, about: int, number: int) -> bool:
        if number == about:
            return question.is_about_him
        return question.is_namesake(self._people.identity(number))
