"""Why an order fits a question, how probable it is that it is meant, and in which order a dispatcher sees those found.

A score is a chance, from 0 to 1; it never selects anybody. What contradicts costs, and only a number that one person
alone has (BSN, SKN), uncontradicted, establishes who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from uuid import UUID

from registry.dispatch.question import Field
from registry.orders.rules import OrderStatus

MOST_HITS, MOST_CANDIDATES = 20, 200

NUMBERS = frozenset({Field.BSN, Field.SKN})
CONTACTS = frozenset({Field.PHONE, Field.PLATE, Field.ADDRESS})
_TELLING = NUMBERS | {Field.PHONE, Field.PLATE}
_BANDS = (0.9, 0.5)


class Relation(StrEnum):
    """How an order concerns what was asked."""

    BOUND_BY = "bound_by"
    """gebonden door het bevel"""
    PROTECTED_BY = "protected_by"
    """beschermd door het bevel"""
    PLACE = "place"
    """plaats van het bevel"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the question that agrees with what is registered, or contradicts it, in words without the value.

    `weight` is what it adds, a logarithm; None when it adds nothing by itself. `score` is the chance that this alone
    would give.
    """

    field: Field
    how_nl: str
    agrees: bool = True
    weight: float | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one party or place of an order fits; `reference` is that of the protected person or of the condition.

    `distance_m` is of a place: metres to its border, negative inside it.
    """

    relation: Relation
    reference: str | None
    findings: tuple[Finding, ...]
    person_id: UUID | None = None
    is_established: bool = False
    distance_m: float | None = None

    @property
    def found_by_number(self) -> bool:
        """Whether something that hardly two people share agrees: then other orders of the same person count too."""
        return any(each.agrees and each.field in _TELLING for each in self.findings)

    @property
    def weight(self) -> float:
        """What all that agrees is worth."""
        return sum(each.weight or 0.0 for each in self.findings if each.agrees)


@dataclass(frozen=True, slots=True)
class Match:
    """Everything by which one order fits, the strongest first, and the chance that it is the one that is meant."""

    order_id: UUID
    evidence: tuple[Evidence, ...]
    score: float = 0.0

    @property
    def leading(self) -> Evidence:
        """The strongest of it."""
        return self.evidence[0]

    @property
    def is_by_name_only(self) -> bool:
        """Whether nothing agrees but a name, perhaps with a birth date."""
        agreeing = {each.field for one in self.evidence for each in one.findings if each.agrees}
        return agreeing <= {Field.NAME, Field.BIRTH_DATE, Field.SEX}

    @property
    def nearest_m(self) -> float:
        """How far its nearest place is, in metres; infinite when none was found."""
        return min((one.distance_m for one in self.evidence if one.distance_m is not None), default=inf)

    @property
    def band(self) -> int:
        """How strong the evidence is, coarsely: 3 an established identity, then 2, 1 and 0 by score."""
        return 3 if self.leading.is_established else sum(self.score >= floor for floor in _BANDS)


def of_same_person(evidence: Evidence, relation: Relation, reference: str | None, *, is_unlike: bool) -> Evidence:
    """What was found in one order, for the place that the same person has in another.

    A number can be mistyped in one of the two: where they tell of people who are unlike, nothing is established.
    """
    elsewhere = "volgens een ander bevel van dezelfde persoon"
    findings = tuple(replace(each, how_nl=f"{each.how_nl} ({elsewhere})") for each in evidence.findings)
    found = replace(evidence, relation=relation, reference=reference, findings=findings)
    return doubted(found) if is_unlike else found


def doubted(evidence: Evidence) -> Evidence:
    """What agrees in a number that the register has of people who are unlike: nobody is established by it."""
    findings = tuple(each for each in evidence.findings if each != _UNLIKE)
    return replace(evidence, findings=(*findings, _UNLIKE), is_established=False)


_UNLIKE = Finding(
    Field.NAME, "onder dit nummer staan in een ander bevel heel andere persoonsgegevens: het kan onjuist zijn", False
)


def merge(found: Iterable[tuple[UUID, Evidence]]) -> list[Match]:
    """One match an order, with every relation once by its strongest evidence, not yet scored."""
    best: dict[UUID, dict[tuple[Relation, str | None], Evidence]] = {}
    for order_id, evidence in found:
        relations = best.setdefault(order_id, {})
        place = (evidence.relation, evidence.reference)
        if place not in relations or relations[place].weight < evidence.weight:
            relations[place] = evidence
    return [
        Match(order_id, tuple(sorted(_explained(tuple(each.values())), key=_strength)))
        for order_id, each in best.items()
    ]


def _explained(evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without what contradicts one person of an order and fits another: a caller gives a name that is not her own."""
    fits = {finding.field for each in evidence for finding in each.findings if finding.agrees}
    for each in evidence:
        told = tuple(finding for finding in each.findings if finding.agrees or finding.field not in fits)
        yield replace(each, findings=told)


def _strength(evidence: Evidence) -> tuple[bool, float, str, str]:
    return not evidence.is_established, -evidence.weight, evidence.relation.value, evidence.reference or ""


def contenders(matches: Sequence[Match]) -> Sequence[Match]:
    """Those that may be among the hits shown, of matches with the strongest first: whole bands, so that order by
    status within a band can be decided."""
    if len(matches) <= MOST_HITS:
        return matches
    last_band = matches[MOST_HITS - 1].band
    return [each for each in matches if each.band >= last_band]


def in_order(matches: Iterable[Match], statuses: dict[UUID, OrderStatus]) -> list[Match]:
    """By evidence, coarsely; then orders in force before others; then by score, and of places the nearest first."""

    def rank(one: Match) -> tuple[int, bool, float, float, UUID]:
        in_force = statuses[one.order_id] is OrderStatus.IN_FORCE
        return -one.band, not in_force, -round(one.score, 2), one.nearest_m, one.order_id

    return sorted(matches, key=rank)
