"""Who of all that bear a number are one person: a mistyped number ties nobody to somebody he is not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.orders.naming.identifiers import PartialDate
from registry.orders.register.sameness import Bearer, Likeness, is_unlike, likeness, same_people
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
