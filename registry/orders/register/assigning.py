"""Which person each of those is who hang together by a number: who keeps the person he was, and who becomes another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from registry.db import new_id
from registry.orders.models import OrderParty, PartyLink, Person
from registry.orders.register.bearers import Place
from registry.orders.register.persons import Moment, divide_detentions, merge_person, relink
from registry.orders.register.revision import touch_zones
from registry.orders.register.sameness import same_people
from registry.orders.rows import add_rows
from registry.orders.rules import PartyRole


class Assignment:
    """Places of the order that is being written, and of all others that hang together with it; changed as it goes."""

    def __init__(self, session: Session, moment: Moment, places: Sequence[Place]) -> None:
        self._session, self._moment = session, moment
        self._places = list(places)
        groups = same_people([each.bearer for each in places])
        self._groups = [sorted(group, key=self._age) for group in groups]
        self._keeper = self._keepers()

    def _age(self, place: int) -> tuple[bool, UUID, UUID]:
        """The longest known first, and last whom the order that is being written names: he is the one who moves."""
        each = self._places[place]
        return each.order_id == self._moment.order_id, each.order_id, each.party_id

    def _keepers(self) -> dict[UUID, int]:
        """Of each person the group that he stays with: that of the longest known of those who were taken for him."""
        claims = [
            (self._age(place), person_id, number)
            for number, group in enumerate(self._groups)
            for place in self._movable(group)
            if (person_id := self._places[place].person_id) is not None
        ]
        return {person_id: number for _, person_id, number in sorted(claims, reverse=True)}

    def _movable(self, group: Sequence[int]) -> list[int]:
        return [place for place in group if not self._places[place].is_fixed]

    def settle(self) -> list[Place]:
        """Move whoever is to be moved; return the places with the persons they are."""
        for number, group in enumerate(self._groups):
            movable = self._movable(group)
            if movable:
                self._settle(number, group, movable)
        return self._places

    def _settle(self, number: int, group: Sequence[int], movable: Sequence[int]) -> None:
        person_id = self._target(number, group, movable)
        self._join(number, group, person_id)
        first = movable[0] if self._places[movable[0]].new_person_id == person_id else None
        for place in movable:
            each = self._places[place]
            cause = "new" if place == first else "same_number" if len(group) > 1 else "apart"
            if each.person_id == person_id:
                cause = "same_number" if len(group) > 1 else each.cause
            elif each.person_id is not None:
                self._move(each, each.person_id, person_id, cause)
            self._places[place] = replace(each, person_id=person_id, cause=cause)

    def _target(self, number: int, group: Sequence[int], movable: Sequence[int]) -> UUID:
        """The person of a group: the longest known of its own, or whom a merge or split named, or somebody new."""
        known = (self._places[place].person_id for place in movable)
        kept = next((each for each in known if each is not None and self._keeper.get(each) == number), None)
        fixed = (self._places[place].person_id for place in group if place not in movable)
        found = kept or next(fixed, None)
        if found is not None:
            return found
        new = [self._places[place].new_person_id for place in movable]
        if all(new) and new[0] is not None:
            return new[0]
        return self._restored(movable) or self._somebody_new()

    def _somebody_new(self) -> UUID:
        person_id = new_id()
        add_rows(self._session, Person, [{"id": person_id, "created_at": self._moment.at, "zone_revision": 0}])
        return person_id

    def _restored(self, movable: Sequence[int]) -> UUID | None:
        """Whom one of a group was before he was merged into somebody who he turned out not to be."""
        for place in movable:
            each = self._places[place]
            if each.person_id is None:
                continue
            was = (
                select(Person.id)
                .join(PartyLink, PartyLink.person_id == Person.id)
                .join(OrderParty, OrderParty.id == PartyLink.party_id)
                .where(*_parties_of(each), Person.merged_into_id == each.person_id)
                .order_by(PartyLink.id.desc())
            )
            found: UUID | None = self._session.connection().execute(was.limit(1)).scalar()
            if found is not None:
                again = update(Person).where(Person.id == found).values(merged_into_id=None)
                self._session.connection().execute(again)
                return found
        return None

    def _join(self, number: int, group: Collection[int], person_id: UUID) -> None:
        """Merge the other persons that are all of a group's; of one who has orders elsewhere only these move."""
        orders = {self._places[place].order_id for place in group}
        others = {self._places[place].person_id for place in self._movable(list(group))} - {None, person_id}
        for other in sorted(each for each in others if each is not None and self._keeper[each] == number):
            if self._orders_of(other) <= orders:
                merge_person(self._session, other, person_id, self._moment.at, "same_number")
                self._places = [
                    replace(each, person_id=person_id) if each.person_id == other else each for each in self._places
                ]

    def _orders_of(self, person_id: UUID) -> set[UUID]:
        query = (
            select(OrderParty.order_id)
            .join(PartyLink, PartyLink.party_id == OrderParty.id)
            .where(PartyLink.person_id == person_id, PartyLink.replaced_at.is_(None))
        )
        return set(self._session.connection().execute(query.distinct()).scalars())

    def _move(self, place: Place, from_id: UUID, into_id: UUID, cause: str) -> None:
        """Let the place of an order, in all its versions, be somebody else, with the detentions told of it."""
        held = (
            select(PartyLink.party_id)
            .join(OrderParty, OrderParty.id == PartyLink.party_id)
            .where(*_parties_of(place), PartyLink.person_id == from_id, PartyLink.replaced_at.is_(None))
        )
        moment = self._moment
        relink(self._session, self._session.connection().execute(held).scalars().all(), into_id, moment.at, cause)
        if place.role is PartyRole.SUBJECT:
            divide_detentions(self._session, (from_id, into_id), place.order_id, moment.at)
        touch_zones(self._session, [from_id, into_id])


def _parties_of(place: Place) -> list[ColumnElement[bool]]:
    own = [OrderParty.order_id == place.order_id, OrderParty.role == place.role.value]
    return own if place.role is PartyRole.SUBJECT else [*own, OrderParty.reference == place.reference]
