"""Asking a register the labelled questions, and counting what comes back."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bench.names_questions import Labelled, one_given_name
from bench.names_register import People
from registry.orders.naming.index import NameHit, NameIndex
from registry.orders.naming.matching import is_worth_showing, match
from registry.orders.naming.names import NameFields

MOST_SHOWN = 10
BINS = (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.01)


@dataclass(frozen=True)
class Shown:
    """A candidate that a dispatcher would see."""

    party: int
    chance: float
    is_him: bool
    is_namesake: bool
    has_his_first_name: bool


@dataclass(frozen=True)
class Answer:
    """What was shown for one question, and what it took, in seconds of processor time."""

    question: Labelled
    shown: tuple[Shown, ...]
    is_too_many: bool
    search_s: float
    open_s: float

    @property
    def is_found(self) -> bool:
        """Whether he, or one who is registered under the same name, is among the first ten."""
        return any(each.is_him or each.is_namesake for each in self.shown[:MOST_SHOWN])

    @property
    def false(self) -> int:
        """How many were shown who neither are he nor bear his name."""
        return sum(not (each.is_him or each.is_namesake) for each in self.shown)

    @property
    def false_but_first_name(self) -> int:
        """The same, without those whose surname and first given name are his."""
        return sum(not (each.is_him or each.is_namesake or each.has_his_first_name) for each in self.shown)


def ask(index: NameIndex, people: People, question: Labelled, about: int) -> Answer:
    """Ask one question the way a lookup does: search the index, open those found, leave out who does not fit."""
    started_s = time.thread_time()
    found = index.search(question.query)
    searched_s = time.thread_time()
    identities = [people.identity(hit.party) for hit in found.hits]
    opening_s = time.thread_time()
    scores = [match(question.query, identity).score for identity in identities]
    done_s = time.thread_time()
    opened = zip(found.hits, identities, scores, strict=True)
    shown = _shown(question, about, [(hit, who) for hit, who, score in opened if is_worth_showing(score, hit.chance)])
    return Answer(question, shown, found.is_too_many, searched_s - started_s, done_s - opening_s)


def _shown(question: Labelled, about: int, fitting: Sequence[tuple[NameHit, NameFields]]) -> tuple[Shown, ...]:
    name = one_given_name(question.identity)
    return tuple(
        Shown(
            hit.party,
            hit.chance,
            is_him=hit.party == about and question.is_about_him,
            is_namesake=question.is_namesake(identity),
            has_his_first_name=question.is_about_him and one_given_name(identity) == name,
        )
        for hit, identity in fitting
    )


@dataclass(frozen=True)
class Quality:
    """How good the answers to some questions are."""

    questions: int
    recall: float
    false: float
    false_but_first_name: float
    too_many: int

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> "Quality":
        """Count."""
        about_him = [each for each in answers if each.question.is_about_him]
        return cls(
            len(answers),
            sum(each.is_found for each in about_him) / max(len(about_him), 1),
            sum(each.false for each in answers) / max(len(answers), 1),
            sum(each.false_but_first_name for each in answers) / max(len(answers), 1),
            sum(each.is_too_many for each in answers),
        )


def calibration(answers: Iterable[Answer]) -> list[dict[str, float]]:
    """For each band of chances how many were shown with it, and which share was right: he himself, or by name."""
    shown = [each for answer in answers for each in answer.shown]
    result = []
    for low, high in pairwise(BINS):
        band = [each for each in shown if low <= each.chance < high]
        if band:
            result.append(
                {
                    "from": low,
                    "to": min(high, 1.0),
                    "shown": len(band),
                    "chance": float(np.mean([each.chance for each in band])),
                    "he": float(np.mean([each.is_him for each in band])),
                    "his_name": float(np.mean([each.is_him or each.is_namesake for each in band])),
                }
            )
    return result
