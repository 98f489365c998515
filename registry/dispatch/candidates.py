"""Who and what may be meant: by exact key, by the words of a name, by the person behind a party, by place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.db import Prepared, search_hash
from registry.dispatch.question import Question, Spot
from registry.dispatch.reading import PartyRow, parties_by_keys, parties_by_name
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
from registry.orders.naming.search_keys import query_keys
from registry.orders.register.identity import identifiers_of, names_of
from registry.orders.rules import PartyRole

_RELATIONS = {PartyRole.SUBJECT: Relation.BOUND_BY, PartyRole.PROTECTED: Relation.PROTECTED_BY}


_ZONES = Prepared(
    select(ZoneRecord.id, ZoneRecord.kind, Condition.reference)
    .join(Condition, Condition.id == ZoneRecord.condition_id)
    .where(ZoneRecord.id.in_(bindparam("zone_ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence by order; `has_more` when there were more candidates than one question may open.

    `more_by_name` counts those who fit by name about as well as the ones found and are not among them. When nothing
    but a common surname fits, `is_too_many` is said and nobody is found by it.
    """

    evidence: tuple[tuple[UUID, Evidence], ...]
    has_more: bool
    more_by_name: int = 0
    is_too_many: bool = False


def find(session: Session, question: Question) -> Found:
    """Everything of the register that fits a question, of subjects, protected persons and places alike."""
    rows, cut = parties_by_keys(session, keys_of(question), MOST_CANDIDATES)
    by_name = _by_name(session, question)
    hits = {row.id: row for row in (*by_name.parties, *rows) if row.is_hit}
    weighed = [
        (row, evidence)
        for row in hits.values()
        if (evidence := _weighed(question, row, by_name.chances.get(row.id, 0.0)))
    ]
    by_place, places_cut = _places(session, question.spot) if question.spot else ((), False)
    # An identity in one order may lack the number that the same person has in another.
    persons = {row.person_id: evidence for row, evidence in weighed if evidence.found_by_number}
    elsewhere = (
        (row.order_id, of_same_person(persons[row.person_id], _RELATIONS[row.role], row.reference))
        for row in rows
        if not row.is_hit and row.person_id in persons
    )
    found = (*((row.order_id, evidence) for row, evidence in weighed), *elsewhere, *by_place)
    return Found(found, cut or places_cut, by_name.more, by_name.is_too_many)


def keys_of(question: Question) -> list[bytes]:
    """The hashes of the exact keys of a question."""
    return [search_hash(kind, value) for kind, value in query_keys(question.identifiers)]


@dataclass(frozen=True, slots=True)
class _ByName:
    """Who fits by name, each with the chance that it is he, and how many more fit about as well."""

    parties: tuple[PartyRow, ...] = ()
    chances: Mapping[UUID, float] = field(default_factory=dict)
    more: int = 0
    is_too_many: bool = False


def _by_name(session: Session, question: Question) -> _ByName:
    """Those of the register whose name fits."""
    if not question.name.text:
        return _ByName()
    found = orders.name_index(session).search(question.name)
    rows = parties_by_name(session, [hit.party for hit in found.hits])
    chances = {rows[hit.party].id: hit.chance for hit in found.hits if hit.party in rows}
    return _ByName(tuple(rows.values()), chances, max(found.alike - len(found.hits), 0), found.is_too_many)


def _weighed(question: Question, row: PartyRow, chance: float) -> Evidence | None:
    party = row.open()
    known = Known(_RELATIONS[row.role], row.reference, names_of(party), identifiers_of(party), chance)
    return weigh(question, known)


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
