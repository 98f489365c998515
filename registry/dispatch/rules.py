"""How well a party or a place fits a question, why, and in which order a dispatcher sees the orders found.

A score says how well the question fits, from 0 to 1; it never selects anybody. What contradicts costs, and only a
number that one person alone has (BSN, SKN), uncontradicted, establishes who somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import prod
from uuid import UUID

from registry.dispatch.question import Field, Question, Spot
from registry.orders.naming.identifiers import Address
from registry.orders.naming.likeness import ReasonCode, compare_dates
from registry.orders.naming.matching import DISPLAY_THRESHOLD, Reason, is_worth_showing, match
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers
from registry.orders.rules import OrderStatus

MOST_HITS, MOST_CANDIDATES = 20, 200

NUMBERS = frozenset({Field.BSN, Field.SKN})

# A number that agrees stays strong beside a name or date that does not: people give nicknames and other names.
_UNSURE_CAP, _NUMBER_FLOOR = 0.99, 0.9
_TELLING = NUMBERS | {Field.PHONE, Field.PLATE}
_BANDS = (0.9, 0.8)
_DISAGREEMENT = {Field.BSN: 0.7, Field.SKN: 0.7, Field.BIRTH_DATE: 0.7, Field.NAME: 0.8}
_PHONE_SCORE, _PLATE_SCORE = 0.9, 0.85
_INSIDE_SCORE, _EDGE_SCORE, _WITHIN_ACCURACY_SCORE = 0.92, 0.85, 0.7


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
    """One part of the question that agrees with what is registered, or contradicts it, in words without the value."""

    field: Field
    how_nl: str
    agrees: bool = True
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one party or place of an order fits; `reference` is that of the protected person or of the condition."""

    relation: Relation
    reference: str | None
    findings: tuple[Finding, ...]
    score: float
    is_established: bool = False

    @property
    def found_by_number(self) -> bool:
        """Whether something that hardly two people share agrees: then other orders of the same person count too."""
        return any(each.agrees and each.field in _TELLING for each in self.findings)


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """What is registered of one party, and the chance that the index of names gave him."""

    relation: Relation
    reference: str | None
    names: NameFields
    identifiers: Identifiers
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """Everything by which one order fits, the strongest first."""

    order_id: UUID
    evidence: tuple[Evidence, ...]

    @property
    def leading(self) -> Evidence:
        """The strongest of it."""
        return self.evidence[0]

    @property
    def score(self) -> float:
        """How well all of it fits together: each thing asked counts once, where it fits best.

        Who calls and whom she names are two persons of one order, and tell it from that of a namesake.
        """
        findings = [finding for each in self.evidence for finding in each.findings]
        best: dict[Field, float] = {}
        for each in findings:
            if each.agrees:
                best[each.field] = max(best.get(each.field, 0.0), each.score)
        against = {each.field for each in findings} - best.keys()
        score = min(1.0 - prod(1.0 - each for each in best.values()), _UNSURE_CAP)
        return max(round(score * prod(_DISAGREEMENT[field] for field in against), 2), self.leading.score)

    @property
    def band(self) -> int:
        """How strong the evidence is, coarsely: 3 an established identity, then 2, 1 and 0 by score."""
        return 3 if self.leading.is_established else sum(self.score >= floor for floor in _BANDS)


def weigh(question: Question, known: Known) -> Evidence | None:
    """Hold a whole question against one party; None when too little agrees to show it to anybody."""
    findings = tuple(_findings(question, known))
    agreeing = [each for each in findings if each.agrees and each.score]
    if not agreeing:
        return None
    by_key = any(each.field is not Field.NAME for each in agreeing)
    against = [each.field for each in findings if not each.agrees]
    score = min(1.0 - prod(1.0 - each.score for each in agreeing), _UNSURE_CAP)
    score *= prod(_DISAGREEMENT[field] for field in against)
    if not by_key and not is_worth_showing(score, known.chance):
        return None
    by_number = any(each.field in NUMBERS for each in agreeing)
    if by_number and not against:
        return Evidence(known.relation, known.reference, findings, 1.0, is_established=True)
    if by_number and not NUMBERS & set(against):
        score = max(score, _NUMBER_FLOOR)
    return Evidence(known.relation, known.reference, findings, round(score, 2))


def _findings(question: Question, known: Known) -> Iterator[Finding]:
    asked, held = question.identifiers, known.identifiers
    yield from _number(Field.BSN, "BSN", asked.bsn, held.bsn)
    yield from _number(Field.SKN, "strafrechtsketennummer", asked.skn, held.skn)
    if set(asked.phones) & set(held.phones):
        yield Finding(Field.PHONE, "telefoonnummer gelijk", score=_PHONE_SCORE)
    if set(asked.plates) & set(held.plates):
        yield Finding(Field.PLATE, "kenteken gelijk", score=_PLATE_SCORE)
    if asked.addresses:
        yield from _address(asked.addresses[0], held.addresses)
    yield from _name_and_date(question, known)


def _number(field: Field, called: str, asked: str | None, held: str | None) -> Iterator[Finding]:
    if asked and held:
        agrees = asked == held
        yield Finding(field, f"{called} {'gelijk' if agrees else 'wijkt af'}", agrees, float(agrees))


def _address(asked: Address, held: Iterable[Address]) -> Iterator[Finding]:
    suffixes = {each.suffix for each in held if each.key == asked.key}
    if asked.suffix in suffixes:
        yield Finding(Field.ADDRESS, "adres gelijk", score=0.85)
    elif suffixes and (not asked.suffix or "" in suffixes):
        yield Finding(Field.ADDRESS, "postcode en huisnummer gelijk, toevoeging onbekend", score=0.8)
    elif suffixes:
        yield Finding(Field.ADDRESS, "postcode en huisnummer gelijk, toevoeging wijkt af", score=0.6)


def _name_and_date(question: Question, known: Known) -> Iterator[Finding]:
    """A birth date weighs in the match of the name; without a name it only confirms or contradicts."""
    names = known.names
    date = compare_dates(question.name.birth_on, names.birth_on)
    if question.name.text:
        found = match(question.name, names)
        score = found.score if is_worth_showing(found.score, known.chance) else 0.0
        # Beside a contact that fits, a date that differs is named as the contradiction it is, and not the name.
        agrees = bool(score) or (
            date is ReasonCode.DATE_DIFFERS and match(question.name_alone, names).score >= DISPLAY_THRESHOLD
        )
        yield Finding(Field.NAME, ", ".join(_why(found.reasons)) if agrees else "naam wijkt af", agrees, score)
    if date is not None:
        reason = Reason(date, "birth_date")
        yield Finding(Field.BIRTH_DATE, reason.text_nl, date is not ReasonCode.DATE_DIFFERS)


_PARTS_NL = {"surname": "achternaam", "given": "voornaam", "partner": "achternaam van de partner", "alias": "alias"}
_BARE = frozenset({ReasonCode.EXACT, ReasonCode.SAME_SOUND, ReasonCode.SPELLING})


def _why(reasons: Iterable[Reason]) -> list[str]:
    """Each reason once, in words: 'achternaam klinkt hetzelfde', 'voorletter komt overeen'."""
    told = [each for each in reasons if each.part != "birth_date" and each.code not in _OWN_PART]
    return list(dict.fromkeys(f"{_PARTS_NL[e.part]} {e.text_nl}" if e.code in _BARE else e.text_nl for e in told))


_OWN_PART = frozenset({ReasonCode.PARTNER_NAME, ReasonCode.ALIAS})


def weigh_place(spot: Spot, distance_m: float, reference: str, *, is_ban: bool) -> Evidence | None:
    """A coordinate against a zone, by its signed distance in metres (negative inside), as uncertain as the spot is."""
    area = f"het gebied van voorwaarde {reference}"
    called = f"{'verboden gebied' if is_ban else 'gebied van een gebod'} ({area})"
    if distance_m <= 0.0:
        sure = -distance_m >= spot.accuracy_m
        how, score = f"in {called}", _INSIDE_SCORE if sure else _EDGE_SCORE
    elif distance_m <= spot.accuracy_m:
        how, score = f"binnen de nauwkeurigheid van {called}", _WITHIN_ACCURACY_SCORE
    else:
        return None
    return Evidence(Relation.PLACE, reference, (Finding(Field.LOCATION, how, score=score),), score)


def of_same_person(evidence: Evidence, relation: Relation, reference: str | None) -> Evidence:
    """What was found in one order, for the place that the same person has in another."""
    elsewhere = "volgens een ander bevel van dezelfde persoon"
    findings = tuple(replace(each, how_nl=f"{each.how_nl} ({elsewhere})") for each in evidence.findings)
    return replace(evidence, relation=relation, reference=reference, findings=findings)


def merge(found: Iterable[tuple[UUID, Evidence]]) -> list[Match]:
    """One match an order, with every relation once by its strongest evidence; the strongest match first."""
    best: dict[UUID, dict[tuple[Relation, str | None], Evidence]] = {}
    for order_id, evidence in found:
        relations = best.setdefault(order_id, {})
        place = (evidence.relation, evidence.reference)
        if place not in relations or relations[place].score < evidence.score:
            relations[place] = evidence
    matches = [
        Match(order_id, tuple(sorted(_explained(tuple(each.values())), key=_strength)))
        for order_id, each in best.items()
    ]
    return sorted(matches, key=lambda one: (-one.band, -one.score, one.order_id))


def _explained(evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """Without what contradicts one person of an order and fits another: a caller gives a name that is not her own."""
    fits = {finding.field for each in evidence for finding in each.findings if finding.agrees}
    for each in evidence:
        told = tuple(finding for finding in each.findings if finding.agrees or finding.field not in fits)
        yield replace(each, findings=told)


def _strength(evidence: Evidence) -> tuple[bool, float, str, str]:
    return not evidence.is_established, -evidence.score, evidence.relation.value, evidence.reference or ""


def contenders(matches: Sequence[Match]) -> Sequence[Match]:
    """Those that may be among the hits shown, of matches with the strongest first: whole bands, so that order by
    status within a band can be decided."""
    if len(matches) <= MOST_HITS:
        return matches
    last_band = matches[MOST_HITS - 1].band
    return [each for each in matches if each.band >= last_band]


def in_order(matches: Iterable[Match], statuses: dict[UUID, OrderStatus]) -> list[Match]:
    """By evidence, coarsely; then orders in force before others; then by score."""

    def rank(one: Match) -> tuple[int, bool, float, UUID]:
        return -one.band, statuses[one.order_id] is not OrderStatus.IN_FORCE, -one.score, one.order_id

    return sorted(matches, key=rank)
