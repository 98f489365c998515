"""Who and what may be meant: by exact key, by the words of a name, by the person behind a party, by place."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared, search_hash
from registry.dispatch.question import Question, Spot
from registry.dispatch.reading import PartyRow, parties_by_id, parties_by_keys
from registry.dispatch.rules import (
    MOST_CANDIDATES,
    Evidence,
    Known,
    Relation,
    of_same_person,
    weigh,
    weigh_place,
)
from registry.orders import service as orders
from registry.orders.models import Condition, ZoneRecord
from registry.orders.naming.search_keys import KeyKind, query_keys
from registry.orders.register.identity import identifiers_of, names_of
from registry.orders.rules import PartyRole

# Opening an identity and comparing it costs more than finding it; twenty are shown.
_MOST_BY_NAME = 60
_BY_NAME = frozenset({KeyKind.SURNAME_BIRTH_DATE, KeyKind.SURNAME_BIRTH_YEAR, KeyKind.BIRTH_DATE})
_RELATIONS = {PartyRole.SUBJECT: Relation.BOUND_BY, PartyRole.PROTECTED: Relation.PROTECTED_BY}


_ZONES = Prepared(
    select(ZoneRecord.id, ZoneRecord.kind, Condition.reference)
    .join(Condition, Condition.id == ZoneRecord.condition_id)
    .where(ZoneRecord.id.in_(bindparam("zone_ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence by order; `has_more` when there were more candidates than one question may open."""

    evidence: tuple[tuple[UUID, Evidence], ...]
    has_more: bool


def find(session: Session, question: Question) -> Found:
    """Everything of the register that fits a question, of subjects, protected persons and places alike."""
    rows, cut = _parties(session, question)
    weighed = [(row, evidence) for row in rows if row.is_hit and (evidence := _weighed(question, row))]
    by_place, places_cut = _places(session, question.spot) if question.spot else ((), False)
    # An identity in one order may lack the number that the same person has in another.
    persons = {row.person_id: evidence for row, evidence in weighed if evidence.found_by_number}
    elsewhere = (
        (row.order_id, of_same_person(persons[row.person_id], _RELATIONS[row.role], row.reference))
        for row in rows
        if not row.is_hit and row.person_id in persons
    )
    found = (*((row.order_id, evidence) for row, evidence in weighed), *elsewhere, *by_place)
    return Found(found, cut or places_cut)


def keys_of(question: Question) -> list[bytes]:
    """The hashes of the exact keys of a question."""
    return [search_hash(kind, value) for kind, value in query_keys(question.name, question.identifiers)]


def _parties(session: Session, question: Question) -> tuple[list[PartyRow], bool]:
    """The parties to weigh, the most telling first; those found by name alone fill what room there is."""
    keys = query_keys(question.name, question.identifiers)
    rows, cut = parties_by_keys(session, [search_hash(*key) for key in keys if key[0] not in _BY_NAME], MOST_CANDIDATES)
    if not question.name.text:
        return rows, cut
    dated = [search_hash(*key) for key in keys if key[0] in _BY_NAME]
    by_date = orders.parties_by_keys(session, dated, MOST_CANDIDATES)
    ranked = orders.vocabulary(session).rank(
        question.name.typed, lambda numbers: orders.parties_by_tokens(session, numbers), _population(session)
    )
    known = {row.id for row in rows if row.is_hit}
    best = (orders.party_id_of(bearer) for bearer, _ in ranked.candidates[:_MOST_BY_NAME])
    wanted = dict.fromkeys(hit.party_id for hit in by_date.found) | dict.fromkeys(best)
    more = [party_id for party_id in wanted if party_id not in known]
    room = max(MOST_CANDIDATES - len(known), 0)
    cut = cut or by_date.has_more or ranked.found > _MOST_BY_NAME or len(more) > room
    return [*rows, *parties_by_id(session, more[:room])], cut


def _weighed(question: Question, row: PartyRow) -> Evidence | None:
    party = row.open()
    return weigh(question, Known(_RELATIONS[row.role], row.reference, names_of(party), identifiers_of(party)))


_MEASURED_FOR_S = 60.0
_measured: WeakKeyDictionary[Engine, tuple[int, float]] = WeakKeyDictionary()


def _population(session: Session) -> int:
    """How many parties there are, about: counting takes long, and the rarity of a word needs no exact figure."""
    engine = session.get_bind().engine
    count, until_s = _measured.get(engine, (0, 0.0))
    if time.monotonic() > until_s:
        count = orders.population(session)
        _measured[engine] = count, time.monotonic() + _MEASURED_FOR_S
    return count


def _places(session: Session, spot: Spot) -> tuple[list[tuple[UUID, Evidence]], bool]:
    near = orders.zones_near(session, spot.lat_deg, spot.lon_deg, spot.accuracy_m)
    if not near.found:
        return [], near.has_more
    zones = _ZONES.all(session, zone_ids=[each.zone_id for each in near.found])
    told = {row.id: (row.kind, row.reference) for row in zones}
    found = []
    for each in near.found:
        kind, reference = told[each.zone_id]
        evidence = weigh_place(spot, each.distance_m, reference, is_ban=kind == "exclusion")
        if evidence is not None:
            found.append((each.order_id, evidence))
    return found, near.has_more
