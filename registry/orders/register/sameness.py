"""Whether identities under one number can be one person's, and who of all that bear a number are one.

A number (BSN, SKN) is mistyped now and then. It ties two parties unless name and birth date both speak against it: a
married name alone, a slip in the name, one digit of a date or day and month exchanged do not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import combinations, product

from registry.orders.naming.likeness import ReasonCode, compare_dates, similarity
from registry.orders.naming.names import NameToken, split_name, tokens
from registry.orders.register.content import Party
from registry.orders.register.identity import contradicts, names_of


class Likeness(IntEnum):
    """How much two identities that bear the same number look like one person."""

    UNLIKE = 0
    """Name and birth date both differ."""
    POSSIBLE = 1
    """Nothing agrees, and not all differs: one of the two is not known."""
    LIKELY = 2
    """Name or birth date agrees."""
    ALIKE = 3
    """Both agree."""


@dataclass(frozen=True, slots=True, repr=False)
class Bearer:
    """A party with the numbers that one person alone has, as keyed hashes."""

    party: Party
    numbers: frozenset[Hashable]


def likeness(one: Party, other: Party) -> Likeness:
    """How much two identities look like one person, their numbers aside."""
    found = (_same_name(one, other), _same_date(one, other))
    if found == (False, False):
        return Likeness.UNLIKE
    return Likeness.ALIKE if found == (True, True) else Likeness.LIKELY if True in found else Likeness.POSSIBLE


def is_unlike(one: Party, other: Party) -> bool:
    """Whether two identities can hardly be of one person: another number, or another name and another birth date."""
    return contradicts(one, other) or likeness(one, other) is Likeness.UNLIKE


def _same_date(one: Party, other: Party) -> bool | None:
    found = compare_dates(one.birth_date, other.birth_date)
    return None if found is None else found is not ReasonCode.DATE_DIFFERS


def _same_name(one: Party, other: Party) -> bool | None:
    """Whether a word of the surnames and aliases agrees; given names count where somebody wrote them for surnames."""
    (family, given), (other_family, other_given) = _words(one), _words(other)
    if not family or not other_family:
        return None
    exchanged = _agree(family, other_given) and _agree(given, other_family)
    return exchanged or _agree(family, other_family)


def _words(party: Party) -> tuple[list[NameToken], list[NameToken]]:
    names = names_of(party)
    # A prefix without a surname is nobody's name, and the given name in an alias is everybody's.
    aliases = tuple(split_name(each).surname or each for each in names.aliases)
    found = tokens(replace(names, prefix=names.prefix if names.surname else "", aliases=aliases))
    return [each for each in found if each.part != "given"], [each for each in found if each.part == "given"]


def _agree(some: Iterable[NameToken], others: Iterable[NameToken]) -> bool:
    """Whether a word of the one is one of the other, or nearly; either may be the beginning of the other."""
    pairs = product((form for each in some for form in each.forms), (form for each in others for form in each.forms))
    return any(similarity(one, other).score > 0 or similarity(other, one).score > 0 for one, other in pairs)


def same_people(bearers: Sequence[Bearer]) -> list[list[int]]:
    """Who of these are one person: places in the sequence, in groups; the same whatever their order.

    Whoever shares a number is one person, also through a third, as long as no two in a group are unlike. Where two
    are, those who only might be one person no longer count, then those of whom only the name or the date agrees.
    """
    return sorted(_apart(bearers, range(len(bearers)), Likeness.POSSIBLE))


def _apart(bearers: Sequence[Bearer], places: Iterable[int], least: int) -> list[list[int]]:
    found = []
    for group in _tied(bearers, list(places), least):
        if _all_can_be_one(bearers, group):
            found.append(group)
        elif least < Likeness.ALIKE:
            found += _apart(bearers, group, least + 1)
        else:
            found += [[each] for each in group]
    return found


def _tied(bearers: Sequence[Bearer], places: list[int], least: int) -> list[list[int]]:
    """The places that hang together by a shared number and at least so much likeness."""
    groups = {each: [each] for each in places}
    for one, other in combinations(places, 2):
        if groups[one] is groups[other] or not bearers[one].numbers & bearers[other].numbers:
            continue
        if likeness(bearers[one].party, bearers[other].party) >= least:
            groups[one] += groups[other]
            for each in groups[other]:
                groups[each] = groups[one]
    return [sorted(group) for place, group in groups.items() if min(group) == place]


def _all_can_be_one(bearers: Sequence[Bearer], group: Sequence[int]) -> bool:
    # Somebody with a hundred orders has few identities.
    identities = {names_of(bearers[each].party): bearers[each].party for each in group}
    pairs = combinations(identities.values(), 2)
    return all(likeness(one, other) > Likeness.UNLIKE for one, other in pairs)


def apart_by_number(bearers: Sequence[Bearer], persons: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The pairs that share a number and are not one person, as who they were found to be, nor could be, as a whole."""
    group_of = {place: number for number, group in enumerate(same_people(bearers)) for place in group}
    return [
        (one, other)
        for one, other in combinations(range(len(bearers)), 2)
        if persons[one] != persons[other]
        and group_of[one] != group_of[other]
        and bearers[one].numbers & bearers[other].numbers
    ]
