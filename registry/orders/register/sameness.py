"""Whether identities under one number can be one person's, and who of all that bear a number are one.

A number (BSN, SKN) is mistyped now and then, most likely for that of somebody close: a spouse, a twin. It ties two
parties unless two of surname, given name and birth date speak against it, or another number does and they are not alike
in all three: a married name alone, a slip in the name, one digit of a date or day and month exchanged do not. People of
quite other names are one person only if they were born on the very same day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import combinations, combinations_with_replacement, product

from registry.orders.naming.likeness import ReasonCode, compare_dates, similarity
from registry.orders.naming.linguistics import CALLED
from registry.orders.naming.names import NameFields, NameToken, split_name, tokens
from registry.orders.register.content import Party
from registry.orders.register.identity import contradicts, names_of

# Whoever has a number in many orders is written in a few ways, and a few others have it by a slip.
MOST_IDENTITIES = 25


class Likeness(IntEnum):
    """How much two identities that bear the same number look like one person."""

    UNLIKE = 0
    """Two of surname, given name and birth date differ."""
    POSSIBLE = 1
    """Nothing agrees, and not all differs: one of the two is not known."""
    LIKELY = 2
    """Surname or birth date agrees."""
    ALIKE = 3
    """Both agree, and the given name does not differ."""


@dataclass(frozen=True, slots=True, repr=False)
class Bearer:
    """A party with the numbers that one person alone has, as keyed hashes."""

    party: Party
    numbers: frozenset[Hashable]


def likeness(one: Party, other: Party) -> Likeness:
    """How much two identities look like one person, their numbers aside."""
    (name, given), date = _same_names(one, other), compare_dates(one.birth_date, other.birth_date)
    same_date = None if date is None else date is not ReasonCode.DATE_DIFFERS
    if (name, given, same_date).count(False) > 1 and date is not ReasonCode.DATE_EXACT:
        return Likeness.UNLIKE
    if name and same_date and given is not False:
        return Likeness.ALIKE
    return Likeness.LIKELY if name or same_date else Likeness.POSSIBLE


def is_unlike(one: Party, other: Party) -> bool:
    """Whether two identities can hardly be of one person: another number, or two of names and birth date differ."""
    return contradicts(one, other) or likeness(one, other) is Likeness.UNLIKE


def can_be_one(one: Party, other: Party) -> bool:
    """Whether a number that two identities share can make them one person, whatever their other numbers are.

    Against another number they must be alike, or bear one given name and be born on the same day: a married name.
    """
    found = likeness(one, other)
    if found is Likeness.UNLIKE or found is Likeness.ALIKE or not contradicts(one, other):
        return found > Likeness.UNLIKE
    same_day = compare_dates(one.birth_date, other.birth_date) is ReasonCode.DATE_EXACT
    return same_day and _same_names(one, other)[1] is True


def is_by_name(one: Party, other: Party) -> bool:
    """Whether somebody who gives his name may be this person: nothing of it differs, and it is more than a surname."""
    (name, given), date = _same_names(one, other), compare_dates(one.birth_date, other.birth_date)
    differs = given is False or date is ReasonCode.DATE_DIFFERS
    return bool(name and not differs and (given or date))


def _same_names(one: Party, other: Party) -> tuple[bool | None, bool | None]:
    """Whether a word of the surnames and aliases agrees, and one of the given names; None where one has none.

    Given names count where somebody wrote them for surnames.
    """
    (family, given), (other_family, other_given) = _words(one), _words(other)
    if _agree(family, other_given) and _agree(given, other_family):
        return True, None
    return _agreeing(family, other_family), _agreeing(given, other_given)


def _agreeing(some: Collection[NameToken], others: Collection[NameToken]) -> bool | None:
    return _agree(some, others) if some and others else None


def _words(party: Party) -> tuple[list[NameToken], list[NameToken]]:
    names = names_of(party)
    # A prefix without a surname is nobody's name, and the given name in an alias is everybody's.
    aliases = tuple(split_name(each).surname or each for each in names.aliases)
    found = tokens(replace(names, prefix=names.prefix if names.surname else "", aliases=aliases))
    return [each for each in found if each.part != "given"], [each for each in found if each.part == "given"]


def _agree(some: Iterable[NameToken], others: Iterable[NameToken]) -> bool:
    """Whether a word of the one is one of the other, or nearly; either may be the beginning of the other."""
    pairs = product((form for each in some for form in each.forms), (form for each in others for form in each.forms))
    return any(
        similarity(one, other).score > 0 or similarity(other, one).score > 0 or other in CALLED.get(one, ())
        for one, other in pairs
    )


def same_people(bearers: Sequence[Bearer]) -> list[list[int]]:
    """Who of these are one person: places in the sequence, in groups; the same whatever their order.

    Whoever shares a number is one person, also through a third, as long as no two in a group are unlike. Where two
    are, those who only might be one person no longer count, then those of whom only the name or the date agrees. A
    number of very many identities is filled in where none is known: it ties nobody.
    """
    nobodys = numbers_of_nobody(bearers)
    own = [replace(each, numbers=each.numbers - nobodys) for each in bearers] if nobodys else bearers
    return sorted(_apart(own, range(len(own)), Likeness.POSSIBLE))


def numbers_of_nobody(bearers: Iterable[Bearer]) -> frozenset[Hashable]:
    """The numbers that more identities bear than can be slips."""
    identities: defaultdict[Hashable, set[NameFields]] = defaultdict(set)
    for each in bearers:
        for number in each.numbers:
            identities[number].add(names_of(each.party))
    return frozenset(number for number, names in identities.items() if len(names) > MOST_IDENTITIES)


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
    # Somebody with a hundred orders has few identities: those are compared, and not his orders.
    alike: defaultdict[tuple[NameFields, frozenset[Hashable]], list[int]] = defaultdict(list)
    for each in places:
        alike[names_of(bearers[each].party), bearers[each].numbers].append(each)
    sharing: defaultdict[Hashable, list[list[int]]] = defaultdict(list)
    for identity in alike.values():
        for number in bearers[identity[0]].numbers:
            sharing[number].append(identity)
    for identities in sharing.values():
        for some, others in combinations_with_replacement(identities, 2):
            if len({id(groups[place]) for place in (*some, *others)}) == 1:
                continue
            if likeness(bearers[some[0]].party, bearers[others[0]].party) >= least:
                _join(groups, [*some, *others])
    return [sorted(group) for place, group in groups.items() if min(group) == place]


def _join(groups: dict[int, list[int]], places: Iterable[int]) -> None:
    """Make one group of those in which these places are."""
    together: list[int] = []
    for place in places:
        if groups[place] is not together:
            together += groups[place]
            for each in groups[place]:
                groups[each] = together


def _all_can_be_one(bearers: Sequence[Bearer], group: Sequence[int]) -> bool:
    # Somebody with a hundred orders has few identities.
    parties = (bearers[each].party for each in group)
    identities = {(names_of(party), party.bsn, party.skn): party for party in parties}
    return all(can_be_one(one, other) for one, other in combinations(identities.values(), 2))


def apart_by_number(bearers: Sequence[Bearer], persons: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The pairs that share a number and are not one person, as who they were found to be, nor could be, as a whole.

    Of those who share a number of nobody each is paired with the first only: they are many, and all pairs their square.
    """
    nobodys = numbers_of_nobody(bearers)
    group_of = {place: number for number, group in enumerate(same_people(bearers)) for place in group}
    bearing: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, bearer in enumerate(bearers):
        for number in bearer.numbers:
            bearing[number].append(place)
    found: set[tuple[int, int]] = set()
    for number, places in bearing.items():
        pairs = product(places[:1], places[1:]) if number in nobodys else combinations(places, 2)
        found.update(
            (one, other) for one, other in pairs if persons[one] != persons[other] and group_of[one] != group_of[other]
        )
    return sorted(found)
