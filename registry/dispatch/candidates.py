"""Who and what may be meant: by exact key, by the words of a name, by the person behind a party, by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from math import inf
from uuid import UUID

from sqlalchemy.orm import Session

from registry.db import search_hash
from registry.dispatch.earlier import by_earlier_number
from registry.dispatch.findings import Known, compare, compare_place, exact_fields
from registry.dispatch.question import Field, Question, Spot
from registry.dispatch.reading import named_in, parties_by_keys, parties_by_name
from registry.dispatch.rows import PartyRow
from registry.dispatch.rules import MOST_CANDIDATES, Evidence, doubted, of_same_person
from registry.dispatch.weights import Crowd, together
from registry.orders import service as orders
from registry.orders.naming.index import NameHit
from registry.orders.naming.search_keys import query_keys
from registry.orders.register.content import Party
from registry.orders.register.sameness import is_unlike


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence by order, and among whom it must be weighed; `has_more` when there was more than one question may open.

    `more_by_name` counts those who fit by name about as well as the ones found and are not among them. When nothing
    but a common surname fits, `is_too_many` is said and nobody is found by it; `is_given_alone` if it is no surname.
    """

    evidence: tuple[tuple[UUID, Evidence], ...]
    crowd: Crowd
    has_more: bool
    more_by_name: int = 0
    is_too_many: bool = False
    is_given_alone: bool = False


def find(session: Session, question: Question, today: date) -> Found:
    """Everything of the register that fits a question, of subjects, protected persons and places alike."""
    rows, cut = parties_by_keys(session, keys_of(question), MOST_CANDIDATES)
    by_place, places_cut = _places(session, question.spot, today) if question.spot else ([], False)
    by_key = [row for row in rows if row.is_hit]
    by_name = _by_name(session, question, {*(row.order_id for row in by_key), *(order_id for order_id, _ in by_place)})
    candidates = _opened({row.id: row for row in (*by_name.rows.values(), *by_key)}.values(), by_name)
    crowd = _crowd(question, candidates, by_name)
    weighed = [(each.row, evidence) for each in candidates if (evidence := compare(question, each.known, crowd))]
    unsure = _of_unlike_people([each for each in candidates if each.row.is_hit]) | _sharing(question, candidates)
    weighed = [(row, doubted(each) if {row.id, row.person_id} & unsure else each) for row, each in weighed]
    unfit = {each.row.id for each in candidates} - {row.id for row, _ in weighed}
    crowd = replace(crowd, others=together([crowd.others, *by_name.weights_of(unfit)]))
    # An identity in one order may lack the number that the same person has in another.
    persons = {row.person_id: (row, evidence) for row, evidence in weighed if evidence.found_by_number}
    elsewhere = (
        (row.order_id, _elsewhere(row, *persons[row.person_id]))
        for row in rows
        if not row.is_hit and row.person_id in persons
    )
    earlier = [] if persons else by_earlier_number(session, question, crowd)
    found = (*((row.order_id, evidence) for row, evidence in weighed), *elsewhere, *earlier, *by_place)
    is_cut, few = cut or places_cut, (by_name.is_too_many, by_name.is_given_alone)
    return Found(found, crowd, is_cut, by_name.more, *few)


def _elsewhere(row: PartyRow, found: PartyRow, evidence: Evidence) -> Evidence:
    unlike = is_unlike(row.open(), found.open())
    return of_same_person(evidence, row.relation, row.reference, is_unlike=unlike)


def keys_of(question: Question) -> list[bytes]:
    """The hashes of the exact keys of a question."""
    return [search_hash(kind, value) for kind, value in query_keys(question.identifiers)]


@dataclass(frozen=True, slots=True)
class _ByName:
    """Who fits by name, with what the index says of each by the id of the party; how many more fit about as well."""

    rows: Mapping[UUID, PartyRow] = field(default_factory=dict)
    hits: Mapping[UUID, NameHit] = field(default_factory=dict)
    population: int = 0
    others: float = -inf
    more: int = 0
    is_too_many: bool = False
    is_given_alone: bool = False

    def weights_of(self, party_ids: Collection[UUID]) -> list[float]:
        return [self.hits[each].weight for each in party_ids if each in self.hits]


def _by_name(session: Session, question: Question, order_ids: Collection[UUID]) -> _ByName:
    """Those of the register whose name fits; of the parties of these orders also if many others fit as well."""
    if not question.name.text:
        return _ByName()
    index = orders.name_index(session)
    found = index.search(question.name, named_in(session, order_ids, MOST_CANDIDATES))
    by_number = {hit.party: hit for hit in (*found.also, *found.hits)}
    rows = parties_by_name(session, list(by_number))
    return _ByName(
        {row.id: row for row in rows.values()},
        {row.id: by_number[number] for number, row in rows.items()},
        len(index),
        found.others,
        max(found.alike - len(found.hits), 0),
        found.is_too_many,
        found.is_given_alone,
    )


@dataclass(frozen=True, slots=True, repr=False)
class _Candidate:
    row: PartyRow
    party: Party
    known: Known


def _of_unlike_people(candidates: Iterable[_Candidate]) -> set[UUID]:
    """The persons to whom a number ties parties that can hardly be one person."""
    first: dict[UUID, Party] = {}
    return {
        each.row.person_id
        for each in candidates
        if (one := first.setdefault(each.row.person_id, each.party)) is not each.party and is_unlike(one, each.party)
    }


def _sharing(question: Question, candidates: Iterable[_Candidate]) -> set[UUID]:
    """The parties that bear a number of the question, if they can hardly all be one person."""
    found: set[UUID] = set()
    for name in ("bsn", "skn"):
        asked = getattr(question.identifiers, name)
        bearing = [each for each in candidates if asked and getattr(each.party, name) == asked]
        if any(is_unlike(one.party, other.party) for one, other in combinations(bearing, 2)):
            found |= {each.row.id for each in bearing}
    return found


def _opened(rows: Iterable[PartyRow], by_name: _ByName) -> list[_Candidate]:
    opened = []
    for row in rows:
        party, hit = row.open(), by_name.hits.get(row.id)
        known = row.known(party)
        if hit is not None:
            known = replace(known, chance=hit.chance, name_weight=hit.weight)
        opened.append(_Candidate(row, party, known))
    return opened


def _crowd(question: Question, candidates: Iterable[_Candidate], by_name: _ByName) -> Crowd:
    """Who share an address or a telephone are as many possibilities, unless it is within one order."""
    persons: defaultdict[Field, set[UUID]] = defaultdict(set)
    in_orders: defaultdict[Field, set[UUID]] = defaultdict(set)
    for each in candidates:
        for name in exact_fields(question, each.known.identifiers):
            persons[name].add(each.row.person_id)
            in_orders[name].add(each.row.order_id)
    bearers = {name: min(len(persons[name]), len(in_orders[name])) for name in persons}
    return Crowd(by_name.population, bearers, by_name.others)


def _places(session: Session, spot: Spot, today: date) -> tuple[list[tuple[UUID, Evidence]], bool]:
    around = orders.Around(spot.lat_deg, spot.lon_deg, spot.reach_m, today)
    near = orders.zones_near(session, around, doubt_m=spot.accuracy_m)
    found = [(each.order_id, compare_place(spot, each)) for each in near.found]
    return found, near.more > 0
