"""The chance that each order found is the one that is meant, by all that was asked together.

Every order is a possibility, as is that nobody of the register is meant. What a field of the question is worth for an
order is taken where it fits best: who calls and whom she names are two persons of one order, and tell it from that of a
namesake. Orders of one person are one possibility, for they are meant together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import exp, log, log1p
from uuid import UUID

from registry.dispatch.question import Field
from registry.dispatch.rules import CONTACTS, NUMBERS, Evidence, Match, Relation, merge
from registry.dispatch.weights import SAME_PERSON, Crowd, together
from registry.orders.naming.index import LEAST_CHANCE

# Only an established identity is certain.
_UNSURE_CAP = 0.99
# Once an order is as probable as this, who fits by name only and hardly has a chance is left out.
_MEANT = 0.5

_SAME, _OTHER = log(SAME_PERSON), log(1.0 - SAME_PERSON)

_Block = tuple[float, UUID | None]


def ranked(found: Iterable[tuple[UUID, Evidence]], crowd: Crowd) -> list[Match]:
    """One match an order, the likeliest first; without who fits by name only and is not meant by all of it."""
    matches = merge(found)
    totals = [_total(each.evidence) for each in matches]
    possibilities: dict[UUID, float] = {}
    for each, (total, person_id) in zip(matches, totals, strict=True):
        key = person_id or each.order_id
        possibilities[key] = max(total, possibilities.get(key, total))
    rest = _rest(possibilities, together([crowd.others, crowd.nobody]))
    scored = [
        replace(each, score=_score(each, total, rest[person_id or each.order_id]))
        for each, (total, person_id) in zip(matches, totals, strict=True)
    ]
    if any(each.score >= _MEANT for each in scored):
        scored = [each for each in scored if not each.is_by_name_only or each.score >= LEAST_CHANCE]
    return sorted(scored, key=lambda one: (-one.band, -round(one.score, 2), one.nearest_m, one.order_id))


def _rest(possibilities: Mapping[UUID, float], beside: float) -> dict[UUID, float]:
    """For each possibility the weight of all the others as one."""
    if not possibilities:
        return {}
    leading = max(possibilities, key=lambda key: possibilities[key])
    # What is small is taken from a sum that holds something larger, so that hardly a digit is lost.
    every = together([*possibilities.values(), beside])
    rest = {key: every + log1p(-exp(weight - every)) for key, weight in possibilities.items() if key != leading}
    others = [weight for key, weight in possibilities.items() if key != leading]
    return rest | {leading: together([*others, beside])}


def _total(evidence: Sequence[Evidence]) -> tuple[float, UUID | None]:
    """What all of an order is worth, and who is meant foremost; nobody if only a place fits."""
    blocks: dict[Field, _Block] = {}
    for each in evidence:
        for finding in each.findings:
            if finding.agrees and finding.weight is not None:
                known = blocks.get(finding.field)
                if known is None or known[0] < finding.weight:
                    blocks[finding.field] = finding.weight, each.person_id
    persons = {field: block for field, block in blocks.items() if field is not Field.LOCATION}
    total = sum(weight for weight, _ in blocks.values())
    if not persons:
        return total, None
    leading = max(persons, key=lambda field: persons[field][0])
    lead_id = persons[leading][1]
    for field, (_, person_id) in persons.items():
        if field != leading:
            total += _SAME if person_id == lead_id else _OTHER
    if leading in NUMBERS | CONTACTS and _is_contradicted(evidence, lead_id):
        total += _OTHER
    return total, lead_id


def _is_contradicted(evidence: Sequence[Evidence], person_id: UUID | None) -> bool:
    return any(not finding.agrees for each in evidence if each.person_id == person_id for finding in each.findings)


def _score(match: Match, total: float, rest: float) -> float:
    if match.leading.is_established:
        return 1.0
    chance = 1.0 / (1.0 + exp(min(rest - total, 700.0)))
    certain = [
        finding.score or 0.0 for each in match.evidence if each.relation is Relation.PLACE for finding in each.findings
    ]
    if match.leading.relation is Relation.PLACE and all(each.relation is Relation.PLACE for each in match.evidence):
        return round(max(certain), 4)
    return round(min(max(chance, *certain, 0.0), _UNSURE_CAP), 4)
