"""Who the parties of many new orders are, where their numbers leave no doubt, without asking the register again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from uuid import UUID

from registry.orders.models import OrderParty
from registry.orders.register.bearers import Place
from registry.orders.register.content import Party
from registry.orders.register.identity import party_of
from registry.orders.register.registration import PartyDraft
from registry.orders.register.sameness import Bearer, same_people

Person = tuple[bytes, str]
"""The id of a person, and why a party is taken for him."""


class _Member:
    """Somebody known, or a party of an order before; opened only where somebody shares a number with him."""

    def __init__(self, numbers: Iterable[bytes], person_id: bytes, who: Place | PartyDraft) -> None:
        self.numbers, self.person_id, self._who = frozenset(numbers), person_id, who
        self.is_fixed = isinstance(who, Place) and who.is_fixed

    @cached_property
    def bearer(self) -> Bearer:
        who = self._who
        return Bearer(who.party if isinstance(who, Place) else _drafted(who), self.numbers)


def _drafted(each: PartyDraft) -> Party:
    party_id, _, role, reference, sealed = each.row
    return party_of(role, reference, OrderParty.identity.open(UUID(bytes=party_id), sealed))


class Gathering:
    """Everybody who hangs together by a number with orders that are being recorded together, as they come."""

    def __init__(self, known: Iterable[Place]) -> None:
        self._by_number: defaultdict[bytes, list[_Member]] = defaultdict(list)
        for place in known:
            if place.person_id is not None:
                self._add(_Member(place.numbers, place.person_id.bytes, place))

    def _add(self, member: _Member) -> None:
        for number in member.numbers:
            self._by_number[number].append(member)

    def persons_of(self, parties: Sequence[PartyDraft]) -> list[Person] | None:
        """Who the parties of the next order are; None where their numbers leave a doubt, and nothing is changed."""
        found: list[Person] = []
        added: list[_Member] = []
        for each in parties:
            member = _Member(each.numbers, each.person_id, each)
            others = self._together(member, added)
            if others:
                persons = {one.person_id for one in others}
                everybody = [member.bearer, *(one.bearer for one in others)]
                if len(persons) > 1 or any(one.is_fixed for one in others) or len(same_people(everybody)) > 1:
                    return None
                member.person_id = persons.pop()
            found.append((member.person_id, "same_number" if others else "new"))
            if member.numbers:
                added.append(member)
        for member in added:
            self._add(member)
        return found

    def _together(self, member: _Member, added: Sequence[_Member]) -> list[_Member]:
        """All who hang together with one by a number."""
        found: dict[int, _Member] = {}
        asked: set[bytes] = set()
        fresh = set(member.numbers)
        while fresh:
            asked |= fresh
            bearing = [one for number in fresh if number in self._by_number for one in self._by_number[number]]
            bearing += [one for one in added if one.numbers & fresh]
            found |= {id(one): one for one in bearing}
            fresh = {number for one in found.values() for number in one.numbers} - asked
        return list(found.values())
