"""A question held against one party or place of the register: what agrees, what contradicts, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import erf, sqrt
from uuid import UUID

from registry.dispatch import weights
from registry.dispatch.question import Field, Question, Spot
from registry.dispatch.rules import Evidence, Finding, Relation
from registry.dispatch.weights import Crowd
from registry.orders.naming.identifiers import Address
from registry.orders.naming.likeness import ReasonCode, compare_dates
from registry.orders.naming.matching import DISPLAY_THRESHOLD, Reason, is_worth_showing, match
from registry.orders.naming.names import NameFields
from registry.orders.naming.search_keys import Identifiers
from registry.orders.service import ZoneNear

# What else is registered or asked ('X', unknown) contradicts nothing.
_SEXES = frozenset({"M", "V"})

# The radius in which a spot is certain holds 95 of 100 positions: 2.45 standard deviations in the plane.
_DEVIATIONS_IN_RADIUS = 2.45
_WHERE_NL = ((0.975, "in"), (0.5, "waarschijnlijk in"))
_NEARBY_NL = "binnen de nauwkeurigheid van"


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """What is registered of one party; of his name the chance and the weight that the index of names gave him."""

    relation: Relation
    reference: str | None
    names: NameFields
    identifiers: Identifiers
    person_id: UUID | None = None
    sex: str | None = None
    chance: float = 0.0
    name_weight: float | None = None


def exact_fields(question: Question, held: Identifiers) -> frozenset[Field]:
    """The fields of a question that agree to the letter with what a party bears."""
    asked = question.identifiers
    agreeing = {
        Field.BSN: asked.bsn is not None and asked.bsn == held.bsn,
        Field.SKN: asked.skn is not None and asked.skn == held.skn,
        Field.PHONE: not set(asked.phones).isdisjoint(held.phones),
        Field.PLATE: not set(asked.plates).isdisjoint(held.plates),
        Field.ADDRESS: any(one.key == each.key for one in asked.addresses for each in held.addresses),
    }
    return frozenset(name for name, agrees in agreeing.items() if agrees)


def compare(question: Question, known: Known, crowd: Crowd) -> Evidence | None:
    """Hold a whole question against one party; None when nothing agrees that is worth a dispatcher's eye."""
    findings = tuple(_findings(question, known, crowd))
    agreeing = [each for each in findings if each.agrees and each.weight is not None]
    if all(each.field is Field.BIRTH_DATE for each in agreeing):
        return None
    by_number = any(each.field in NUMBERS for each in agreeing)
    is_established = by_number and all(each.agrees for each in findings)
    return Evidence(known.relation, known.reference, findings, known.person_id, is_established)


NUMBERS = frozenset({Field.BSN, Field.SKN})


def _findings(question: Question, known: Known, crowd: Crowd) -> Iterator[Finding]:
    asked, held = question.identifiers, known.identifiers
    agreeing = exact_fields(question, held)
    other_number = False
    for field, called, one, other in (
        (Field.BSN, "BSN", asked.bsn, held.bsn),
        (Field.SKN, "strafrechtsketennummer", asked.skn, held.skn),
    ):
        if field in agreeing:
            yield _exact(field, f"{called} gelijk", weights.BSN_OR_SKN, crowd)
        elif one and other:
            other_number = True
            yield Finding(field, f"{called} wijkt af", agrees=False)
    if Field.PHONE in agreeing:
        yield _exact(Field.PHONE, "telefoonnummer gelijk", weights.PHONE, crowd)
    if Field.PLATE in agreeing:
        yield _exact(Field.PLATE, "kenteken gelijk", weights.PLATE, crowd)
    if Field.ADDRESS in agreeing:
        yield _address(asked.addresses[0], held.addresses, crowd)
    yield from _name_and_date(question, known, other_number=other_number)


def _exact(field: Field, how_nl: str, alone: float, crowd: Crowd) -> Finding:
    return Finding(field, how_nl, True, crowd.weight(alone, field), crowd.chance_alone(alone, field))


def _address(asked: Address, held: Iterable[Address], crowd: Crowd) -> Finding:
    suffixes = {each.suffix for each in held if each.key == asked.key}
    if asked.suffix in suffixes:
        return _exact(Field.ADDRESS, "adres gelijk", weights.ADDRESS, crowd)
    same = "postcode en huisnummer gelijk, toevoeging"
    if not asked.suffix or "" in suffixes:
        return _exact(Field.ADDRESS, f"{same} onbekend", weights.ADDRESS_WITHOUT_SUFFIX, crowd)
    return _exact(Field.ADDRESS, f"{same} wijkt af", weights.ADDRESS_WITH_OTHER_SUFFIX, crowd)


def _name_and_date(question: Question, known: Known, *, other_number: bool) -> Iterator[Finding]:
    """A birth date weighs in the name; without a name it only confirms or contradicts."""
    names = known.names
    date = compare_dates(question.name.birth_on, names.birth_on)
    fits = False
    if question.name.text:
        found = match(question.name, names)
        fits = known.name_weight is not None and is_worth_showing(found.score, known.chance)
        # A date that differs is named as the contradiction it is, and not the name.
        agrees = fits or (date is ReasonCode.DATE_DIFFERS and _fits_undated(question, names))
        weight = (known.name_weight or 0.0) + _beside_name(question.sex, known.sex, other_number=other_number)
        told = ", ".join(_why(found.reasons)) if agrees else "naam wijkt af"
        yield Finding(Field.NAME, told, agrees, weight if fits else None, known.chance if fits else None)
    if date is not None:
        agrees = date is not ReasonCode.DATE_DIFFERS
        weight_alone = weights.DATE_ALONE_AGREES if agrees and not fits else None
        yield Finding(Field.BIRTH_DATE, Reason(date, "birth_date").text_nl, agrees, weight_alone)
    if question.sex in _SEXES and known.sex in _SEXES:
        agrees = question.sex == known.sex
        yield Finding(Field.SEX, f"geslacht {'gelijk' if agrees else 'wijkt af'}", agrees)


def _beside_name(asked: str | None, held: str | None, *, other_number: bool) -> float:
    """What number and sex add to a name that fits."""
    total = weights.OTHER_NUMBER if other_number else 0.0
    if asked in _SEXES and held in _SEXES:
        total += weights.SEX_AGREES if asked == held else weights.SEX_DIFFERS
    return total


def _fits_undated(question: Question, names: NameFields) -> bool:
    return match(question.name_alone, names).score >= DISPLAY_THRESHOLD


_PARTS_NL = {"surname": "achternaam", "given": "voornaam", "partner": "achternaam van de partner", "alias": "alias"}
_BARE = frozenset({ReasonCode.EXACT, ReasonCode.SAME_SOUND, ReasonCode.SPELLING})
_OWN_PART = frozenset({ReasonCode.PARTNER_NAME, ReasonCode.ALIAS})


def _why(reasons: Iterable[Reason]) -> list[str]:
    """Each reason once, in words: 'achternaam klinkt hetzelfde', 'voorletter komt overeen'."""
    told = [each for each in reasons if each.part != "birth_date" and each.code not in _OWN_PART]
    return list(dict.fromkeys(f"{_PARTS_NL[e.part]} {e.text_nl}" if e.code in _BARE else e.text_nl for e in told))


def certainty_inside(distance_m: float, accuracy_m: float) -> float:
    """The chance that a spot lies in an area, by its signed distance to the border in metres (negative inside).

    The border is taken for straight, and the error for normal in every direction.

    >>> [round(certainty_inside(each, 50.0), 2) for each in (-50.0, 0.0, 50.0)]
    [0.99, 0.5, 0.01]
    """
    deviation_m = max(accuracy_m, 1.0) / _DEVIATIONS_IN_RADIUS
    return 0.5 * (1.0 - erf(distance_m / deviation_m / sqrt(2.0)))


def compare_place(spot: Spot, near: ZoneNear) -> Evidence:
    """A coordinate against a zone within its reach, as uncertain as the spot is."""
    area = f"het gebied van voorwaarde {near.reference}"
    called = f"{'verboden gebied' if near.kind == 'exclusion' else 'gebied van een gebod'} ({area})"
    certainty = certainty_inside(near.distance_m, spot.accuracy_m)
    where = next((text for floor, text in _WHERE_NL if certainty >= floor), _NEARBY_NL)
    if near.distance_m > spot.accuracy_m:
        where = f"binnen {spot.reach_m:.0f} meter van"
    finding = Finding(Field.LOCATION, f"{where} {called}", True, weights.from_its_area(certainty), certainty)
    return Evidence(Relation.PLACE, near.reference, (finding,), distance_m=near.distance_m)
