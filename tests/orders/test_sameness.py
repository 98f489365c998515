"""Who of all that bear a number are one person: a mistyped number ties nobody to somebody he is not."""

import time
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.sameness import (
    MOST_IDENTITIES,
    Bearer,
    Likeness,
    apart_by_number,
    can_be_one,
    is_unlike,
    likeness,
    same_people,
)
from tests.orders.orders import SUBJECT

LEYLA = replace(SUBJECT, surname="Yilmaz", prefix=None, given_names="Leyla", birth_date=PartialDate(1999, 4, 2))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Likeness.ALIKE),
        ({"surname": "Bergh"}, Likeness.ALIKE),
        ({"surname": "Linden"}, Likeness.LIKELY),
        ({"surname": "Linden", "partner_surname": "Berg"}, Likeness.ALIKE),
        ({"surname": "Linden", "birth_date": PartialDate(1985, 12, 3)}, Likeness.LIKELY),
        ({"surname": "Linden", "birth_date": PartialDate(1985, 3, 13)}, Likeness.LIKELY),
        ({"surname": "Linden", "birth_date": PartialDate(1985)}, Likeness.LIKELY),
        ({"surname": "Jan", "given_names": "Berg", "birth_date": PartialDate(1999, 4, 2)}, Likeness.LIKELY),
        ({"surname": "Linden", "birth_date": None}, Likeness.POSSIBLE),
        ({"surname": None, "birth_date": PartialDate(1999, 4, 2)}, Likeness.POSSIBLE),
        ({"surname": "Linden", "birth_date": PartialDate(1999, 4, 2)}, Likeness.UNLIKE),
        ({"surname": "Linden", "birth_date": PartialDate(1999)}, Likeness.UNLIKE),
        # Spouses, twins, and people who share hardly anything but a slip in the date.
        ({"given_names": "Anna", "birth_date": PartialDate(1999, 4, 2)}, Likeness.UNLIKE),
        ({"given_names": "Anna"}, Likeness.LIKELY),
        ({"given_names": "Johannes"}, Likeness.ALIKE),
        ({"given_names": None}, Likeness.ALIKE),
        ({"given_names": "Johannes", "birth_date": PartialDate(1999, 4, 2)}, Likeness.LIKELY),
        ({"surname": "Linden", "given_names": "Anna"}, Likeness.LIKELY),
        ({"surname": "Linden", "given_names": "Anna", "birth_date": PartialDate(1985, 12, 3)}, Likeness.UNLIKE),
        ({"surname": "Linden", "given_names": "Anna", "birth_date": None}, Likeness.UNLIKE),
    ],
)
def test_two_of_surname_given_name_and_birth_date_that_differ_are_somebody_else(changes, found):
    other = replace(SUBJECT, **changes)
    assert likeness(SUBJECT, other) is likeness(other, SUBJECT) is found
    assert is_unlike(SUBJECT, other) is (found is Likeness.UNLIKE)


def test_another_number_is_unlike_for_who_looks_one_up_though_it_parts_nobody_who_is_alike():
    other = replace(SUBJECT, skn="7654321")
    assert is_unlike(SUBJECT, other) and likeness(SUBJECT, other) is Likeness.ALIKE


def test_another_number_parts_who_are_not_alike_in_all():
    spouse = replace(SUBJECT, given_names="Anna", skn="7654321", birth_date=PartialDate(1985, 12, 3))
    twin = replace(SUBJECT, given_names="Anna", skn="7654321")
    mistyped = replace(SUBJECT, skn="7654321")
    for other in (spouse, twin):
        assert same_people([bearer(SUBJECT, 1), bearer(other, 1)]) == [[0], [1]]
        assert same_people([bearer(SUBJECT, 1), bearer(other, 1), bearer(mistyped, 1)]) == [[0, 2], [1]]
    married = replace(mistyped, surname="Linden")
    for other in (mistyped, married):
        assert same_people([bearer(SUBJECT, 1), bearer(other, 1)]) == [[0, 1]]


def bearer(party, *numbers):
    return Bearer(party, frozenset(numbers))


def test_who_is_known_by_too_little_does_not_tie_two_who_are_unlike():
    nameless = replace(SUBJECT, surname=None, birth_date=None)
    named = [bearer(SUBJECT, 1), bearer(nameless, 1), bearer(LEYLA, 1), bearer(LEYLA, 1), bearer(LEYLA, 9)]
    assert same_people(named[:2]) == [[0, 1]]
    assert same_people(named) == [[0], [1], [2, 3], [4]]


def test_a_chain_of_slips_ends_where_both_ends_are_somebody_else():
    chain = [
        SUBJECT,
        replace(SUBJECT, surname="Linden"),
        replace(SUBJECT, surname="Linden", birth_date=LEYLA.birth_date),
    ]
    assert same_people([bearer(each, 1) for each in chain]) == [[0], [1], [2]]
    assert same_people([bearer(each, 1) for each in chain[:2]]) == [[0, 1]]


_NAMES = st.sampled_from(["Berg", "Bergh", "Linden", "Yilmaz", None])
_DATES = st.sampled_from(
    [PartialDate(1985, 3, 12), PartialDate(1985, 12, 3), PartialDate(1999, 4, 2), PartialDate(1985), None]
)
_BEARERS = st.lists(
    st.builds(
        lambda name, born_on, numbers: Bearer(replace(SUBJECT, surname=name, birth_date=born_on), numbers),
        _NAMES,
        _DATES,
        st.frozensets(st.integers(0, 3), min_size=1, max_size=2),
    ),
    max_size=7,
)


@given(_BEARERS, st.randoms(use_true_random=False))
def test_whoever_comes_first_the_groups_are_the_same_and_no_two_in_one_are_unlike(bearers, random):
    shuffled = random.sample(range(len(bearers)), len(bearers))
    found = same_people(bearers)
    again = same_people([bearers[place] for place in shuffled])
    assert sorted(sorted(shuffled[place] for place in group) for group in again) == found
    assert sorted(place for group in found for place in group) == list(range(len(bearers)))
    for group in found:
        pairs = ((bearers[one].party, bearers[other].party) for one in group for other in group)
        assert all(likeness(one, other) > Likeness.UNLIKE for one, other in pairs)


def one_by_one(bearers, places, least=Likeness.POSSIBLE):
    """The same groups by comparing everybody with everybody, over and over until nothing changes."""
    group_of = {place: place for place in places}
    ties = [
        pair
        for pair in combinations(places, 2)
        if bearers[pair[0]].numbers & bearers[pair[1]].numbers
        and likeness(bearers[pair[0]].party, bearers[pair[1]].party) >= least
    ]
    for _ in places:
        for one, other in ties:
            group_of[one] = group_of[other] = min(group_of[one], group_of[other])
    found = []
    for first in sorted(set(group_of.values())):
        group = [place for place in places if group_of[place] == first]
        if all(can_be_one(bearers[one].party, bearers[other].party) for one, other in combinations(group, 2)):
            found.append(group)
        elif least < Likeness.ALIKE:
            found += one_by_one(bearers, group, least + 1)
        else:
            found += [[place] for place in group]
    return sorted(found)


@given(_BEARERS)
def test_the_groups_are_those_of_comparing_everybody_with_everybody(bearers):
    assert same_people(bearers) == one_by_one(bearers, range(len(bearers)))


@given(_BEARERS, st.lists(st.integers(0, 2), min_size=7, max_size=7))
def test_two_are_apart_by_a_number_when_they_share_it_and_are_in_no_group_and_no_person_together(bearers, persons):
    group_of = {place: group for group in map(tuple, same_people(bearers)) for place in group}
    assert apart_by_number(bearers, persons[: len(bearers)]) == [
        (one, other)
        for one, other in combinations(range(len(bearers)), 2)
        if bearers[one].numbers & bearers[other].numbers
        and group_of[one] != group_of[other]
        and persons[one] != persons[other]
    ]


def test_somebody_with_very_many_orders_is_compared_by_his_identities_only():
    bearers = [bearer(SUBJECT, 1), bearer(LEYLA, 1)] * 750
    began_s = time.process_time()
    assert same_people(bearers) == [list(range(0, 1500, 2)), list(range(1, 1500, 2))]
    assert time.process_time() - began_s < 2


def people_under_one_number(many):
    """As many who have nothing in common but a number; the first stands in the register twice."""
    letters = "bdfgklmnprstvwz"
    named = [
        replace(
            LEYLA,
            surname=f"{letters[number % 15]}a{letters[number // 15]}ok".title(),
            given_names=f"{letters[-1 - number % 15]}o{letters[-1 - number // 15]}ee".title(),
            birth_date=PartialDate(1940 + number, 1 + number % 12, 1 + number % 28),
        )
        for number in range(many)
    ]
    return [bearer(each, 1) for each in (*named, named[0])]


def test_a_number_of_very_many_ties_nobody_not_even_who_is_alike():
    few, many = people_under_one_number(MOST_IDENTITIES), people_under_one_number(MOST_IDENTITIES + 1)
    assert [0, MOST_IDENTITIES] in same_people(few)
    assert same_people(many) == [[place] for place in range(len(many))]
    by_another = [*many, bearer(many[1].party, 1, 2), bearer(many[1].party, 2)]
    assert [MOST_IDENTITIES + 2, MOST_IDENTITIES + 3] in same_people(by_another)


def test_of_those_under_a_number_of_nobody_each_is_told_apart_from_one():
    few, many = people_under_one_number(MOST_IDENTITIES), people_under_one_number(200)
    assert len(apart_by_number(few, range(len(few)))) == MOST_IDENTITIES * (MOST_IDENTITIES + 1) // 2 - 1
    assert apart_by_number(many, range(len(many))) == [(0, place) for place in range(1, len(many))]
