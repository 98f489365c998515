"""Who the parties of an order are, by the numbers they share with others: the same whatever came first.

Who bears a number is worked out anew, from all who hang together by it, whenever one of them comes, changes or goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.db.bulk import instant_us
from registry.orders.number_models import CarriedNumber
from registry.orders.register.assigning import Assignment
from registry.orders.register.bearers import Place, Told, carried_by, carried_to, places_by_number, told_before
from registry.orders.register.content import OrderContent, Party
from registry.orders.register.identity import numbers_of
from registry.orders.register.persons import CurrentParty, Moment, new_person
from registry.orders.register.registration import PartyDraft
from registry.orders.rows import CARRIED, LINK, PERSON
from registry.orders.rules import PartyRole


@dataclass(frozen=True, slots=True)
class Linked:
    """The person whom an order binds, and whether anybody of another order bears a number of its parties."""

    subject_id: UUID
    is_shared: bool


def link_parties(
    session: Session, moment: Moment, drafts: Sequence[PartyDraft], content: OrderContent, governing: bool
) -> Linked:
    """Tie each party of a version to a person.

    The same place in the order is the same person, and so is the same BSN or SKN of a party of another order, unless
    the two can hardly be one; a version that does not govern is only tied to those whom the order names already.
    """
    parties = (content.subject, *content.protected)
    carried = carried_by(session, [each.id for each in moment.before])
    former = [_former(moment, each, carried.get(each.id, frozenset())) for each in moment.before]
    fresh = [_fresh(moment, each, party, former) for each, party in zip(drafts, parties, strict=True)]
    told = [Told(moment.version, moment.is_correction, each.role, each.reference, each) for each in parties]
    current = _with_carried(session, moment, fresh if governing else former, told)
    is_shared = False
    if governing or any(one.numbers != other.numbers for one, other in zip(current, former, strict=True)):
        settled, is_shared = _settle(session, moment, current, former)
        fresh = settled if governing else [_as_settled(each, settled) for each in fresh]
    for each, place in zip(drafts, fresh, strict=True):
        person_id = (place.person_id or UUID(bytes=each.person_id)).bytes
        if person_id == each.person_id:
            moment.rows.add(PERSON, [new_person(each.person_id, moment.at)])
        moment.rows.add(LINK, [(each.link_id, each.id, person_id, place.cause, instant_us(moment.at))])
    bound = next(each for each in zip(drafts, fresh, strict=True) if each[1].role is PartyRole.SUBJECT)
    return Linked(bound[1].person_id or UUID(bytes=bound[0].person_id), is_shared)


def _former(moment: Moment, each: CurrentParty, carried: frozenset[bytes]) -> Place:
    numbers, role = carried.union(numbers_of(each.party).values()), PartyRole(each.role)
    return Place(moment.order_id, each.id, role, each.reference or "", each.party, numbers, each.person_id, each.cause)


def _fresh(moment: Moment, each: PartyDraft, party: Party, former: Iterable[Place]) -> Place:
    """A party that is being written; as long as nothing else is known he is who stood in this place."""
    place = Place(moment.order_id, UUID(bytes=each.id), party.role, party.reference, party, frozenset(each.numbers))
    stood = next((one for one in former if one.is_place_of(place.role, place.reference)), None)
    if stood is None:
        return replace(place, new_person_id=UUID(bytes=each.person_id))
    return replace(place, person_id=stood.person_id, cause=stood.cause if stood.is_fixed else "same_order")


def _as_settled(place: Place, settled: Iterable[Place]) -> Place:
    found = next((one for one in settled if one.is_place_of(place.role, place.reference)), None)
    return place if found is None else replace(place, person_id=found.person_id)


def _with_carried(session: Session, moment: Moment, current: Sequence[Place], told: Sequence[Told]) -> list[Place]:
    """The current places with the numbers that only earlier versions tell, which are kept beside them.

    What a correction took back is kept too, and is none of theirs.
    """
    if not moment.before:
        return list(current)
    every = [*told_before(session, moment.order_id), *told]
    carried = [carried_to(each, every) for each in current]
    gone = delete(CarriedNumber).where(CarriedNumber.party_id.in_([each.id for each in moment.before]))
    session.connection().execute(gone)
    for each, keys in zip(current, carried, strict=True):
        moment.rows.add(CARRIED, ((key, each.party_id.bytes, taken_back) for key, taken_back in keys.items()))
    tying = ([key for key, taken_back in keys.items() if not taken_back] for keys in carried)
    own = (frozenset(numbers_of(each.party).values()) for each in current)
    return [replace(each, numbers=mine.union(keys)) for each, keys, mine in zip(current, tying, own, strict=True)]


def _settle(
    session: Session, moment: Moment, own: Sequence[Place], former: Sequence[Place]
) -> tuple[list[Place], bool]:
    """Say who all are that hang together with an order by a number; return its own places, and whether any others do.

    Whoever hung together with it until now is asked too: he may be somebody else without it.
    """
    numbers = {number for each in (*own, *former) for number in each.numbers}
    others = [each for each in places_by_number(session, numbers) if each.order_id != moment.order_id]
    settled = Assignment(session, moment, [*own, *others]).settle()
    return settled[: len(own)], bool(others)
