"""A number of two unlike people ties nobody: not when it comes, not when it is corrected, in whatever order."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.orders import service
from registry.orders.models import Detention, Order
from registry.orders.naming.identifiers import PartialDate
from registry.orders.number_models import SharedNumber
from registry.orders.rules import OrderStatus
from tests.orders.orders import PROTECTED, SUBJECT, content, message, sender
from tests.world import NOW

LEYLA = replace(
    SUBJECT, skn="7654398", surname="Yilmaz", prefix=None, given_names="Leyla", birth_date=PartialDate(1999, 4, 2)
)
HER_BSN = "999991176"
_runs = count()


def of(subject, number, version=1, kind="new", **changes):
    return message(version, kind, content(subject=subject), number=number, **changes)


def shared_numbers(shared):
    """By order, the orders with whom a number is shared, as far as it is not settled."""
    with shared.database.reading() as session:
        numbers = {order.id: order.number for order in session.scalars(select(Order))}
        still = session.scalars(select(SharedNumber).where(SharedNumber.settled_at.is_(None)))
        return {(numbers[one.order_id], numbers[one.other_order_id], one.role, one.kind) for one in still}


BOTH = {("A", "B", "subject", "bsn"), ("B", "A", "subject", "bsn")}


def test_unlike_people_under_one_number_stay_two_and_are_noted(shared, deliver, person_of):
    henk, leyla = deliver(of(SUBJECT, "A")), deliver(of(LEYLA, "B"))
    assert person_of(henk) != person_of(leyla)
    assert shared_numbers(shared) == BOTH


@pytest.mark.parametrize(
    "slip", [{"surname": "Bergh"}, {"birth_date": PartialDate(1985, 12, 3)}, {"birth_date": PartialDate(1985, 3, 13)}]
)
def test_a_slip_in_the_name_or_the_date_still_ties(shared, deliver, person_of, slip):
    one, other = deliver(of(SUBJECT, "A")), deliver(of(replace(SUBJECT, skn=None, **slip), "B"))
    assert person_of(one) == person_of(other)
    assert shared_numbers(shared) == set()


def test_a_correction_of_the_number_settles_it_and_keeps_both_persons(shared, deliver, person_of):
    henk, leyla = deliver(of(SUBJECT, "A")), deliver(of(LEYLA, "B"))
    before = person_of(henk), person_of(leyla)
    deliver(of(replace(LEYLA, bsn=HER_BSN), "B", 2, "correction"))
    assert (person_of(henk), person_of(leyla)) == before
    assert shared_numbers(shared) == set()


def test_a_correction_of_the_identity_joins_them(shared, deliver, person_of):
    henk, other = deliver(of(SUBJECT, "A")), deliver(of(LEYLA, "B"))
    deliver(of(replace(SUBJECT, skn=None), "B", 2, "correction"))
    assert person_of(henk) == person_of(other)
    assert shared_numbers(shared) == set()


def test_a_merge_joins_them_and_settles_it(shared, deliver, person_of):
    henk, leyla = deliver(of(SUBJECT, "A")), deliver(of(LEYLA, "B"))
    deliver(of(LEYLA, "B", 2, "merge", subject_link="A"))
    assert person_of(henk) == person_of(leyla)
    assert shared_numbers(shared) == set()


def test_a_correction_that_makes_somebody_unlike_separates_him_again_as_who_he_was(shared, deliver, person_of):
    nameless = replace(SUBJECT, bsn=None, skn=None)
    one, other = deliver(of(SUBJECT, "A")), deliver(of(nameless, "B"))
    first, second = person_of(one), person_of(other)
    deliver(of(SUBJECT, "B", 2, "change"))
    assert person_of(one) == person_of(other) == first
    deliver(of(LEYLA, "B", 3, "correction"))
    assert (person_of(one), person_of(other)) == (first, second)
    assert shared_numbers(shared) == BOTH


def test_a_number_that_only_an_earlier_version_tells_ties_all_the_same(shared, deliver, person_of):
    silent = replace(SUBJECT, bsn=None, skn=None)
    one = deliver(of(SUBJECT, "A"))
    later = deliver(of(silent, "B", 2, "change"))
    assert person_of(one) != person_of(later)
    deliver(of(SUBJECT, "B", 1))
    assert person_of(one) == person_of(later)
    third = deliver(of(replace(SUBJECT, skn=None), "C"))
    assert person_of(third) == person_of(one)


def test_a_protected_person_is_not_who_is_bound_by_her_mistyped_number(shared, deliver, person_of):
    henk = deliver(of(SUBJECT, "A"))
    told = content(subject=LEYLA, protected=(replace(PROTECTED, bsn=SUBJECT.bsn),))
    deliver(message(told=replace(told, subject=replace(LEYLA, bsn=HER_BSN)), number="B"))
    assert shared_numbers(shared) == {("A", "B", "subject", "bsn"), ("B", "A", "protected", "bsn")}
    assert person_of(henk)


def detain(shared, cjib, order_id, **changes):
    told = service.NewDetention("detained", NOW - timedelta(days=1), None, "DJI", **changes)
    with shared.database.transaction() as session:
        return service.record_detention(session, sender(cjib), NOW, order_id, told).doubt


def statuses(shared, *order_ids):
    with shared.database.reading() as session:
        found = service.statuses(session, order_ids, NOW)
    return [found[order_id].status for order_id in order_ids]


def test_a_detention_under_a_shared_number_pauses_nobody_until_it_is_confirmed(shared, cjib, deliver):
    henk, leyla = deliver(of(SUBJECT, "A")), deliver(of(LEYLA, "B"))
    assert detain(shared, cjib, henk) == "number_shared"
    assert statuses(shared, henk, leyla) == [OrderStatus.IN_FORCE] * 2
    assert detain(shared, cjib, henk, is_his=True) is None
    assert statuses(shared, henk, leyla) == [OrderStatus.PAUSED, OrderStatus.IN_FORCE]
    with shared.database.reading() as session:
        assert len(session.scalars(select(Detention)).all()) == 2


def test_a_detention_goes_with_the_order_it_was_told_of_when_somebody_turns_out_to_be_two(shared, cjib, deliver):
    one, other = deliver(of(SUBJECT, "A")), deliver(of(SUBJECT, "B"))
    assert detain(shared, cjib, other) is None
    assert statuses(shared, one, other) == [OrderStatus.PAUSED] * 2
    deliver(of(replace(LEYLA, bsn=HER_BSN), "B", 2, "correction"))
    assert statuses(shared, one, other) == [OrderStatus.IN_FORCE, OrderStatus.PAUSED]


def test_an_old_detention_of_which_the_order_is_unknown_stays_and_is_a_doubt_of_the_other(shared, cjib, deliver):
    one, other = deliver(of(SUBJECT, "A")), deliver(of(SUBJECT, "B"))
    detain(shared, cjib, one)
    with shared.database.transaction() as session:
        session.scalars(select(Detention)).one().told_for_order_id = None
    deliver(of(replace(LEYLA, bsn=HER_BSN), "B", 2, "correction"))
    assert statuses(shared, one, other) == [OrderStatus.PAUSED, OrderStatus.IN_FORCE]
    with shared.database.reading() as session:
        assert {row.doubt for row in session.scalars(select(Detention))} == {None, "person_divided"}


_TOLD = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["change", "correction"]),
    st.sampled_from(["Berg", "Bergh", "Yilmaz"]),
    st.sampled_from([PartialDate(1985, 3, 12), PartialDate(1985, 12, 3), PartialDate(1999, 4, 2), None]),
    st.sampled_from([(0, None), (1, None), (0, 0), (1, 1), (None, 0), (None, None)]),
)


@settings(max_examples=30)
@given(st.lists(_TOLD, min_size=3, max_size=8), st.randoms(use_true_random=False))
def test_in_any_order_of_arrival_the_same_orders_bind_the_same_people(shared, world, asked, random):
    cjib = sender(world.organisation("CJIB", OrganisationKind.CJIB))
    found = []
    for shuffle in (False, True):
        run = next(_runs)
        messages = list(told(run, asked))
        if shuffle:
            random.shuffle(messages)
        for one in messages:
            with shared.database.transaction() as session:
                service.register(session, cjib, world.clock.now(), one)
        found.append(people(shared, f"R{run}-"))
    assert found[0] == found[1]


def told(run, asked):
    versions = {}
    for place, kind, surname, born_on, (bsn, skn) in asked:
        versions[place] = version = versions.get(place, 0) + 1
        subject = replace(
            SUBJECT,
            surname=surname,
            birth_date=born_on,
            bsn=None if bsn is None else f"{run:07d}{bsn}1",
            skn=None if skn is None else f"{run:06d}{skn}2",
        )
        yield of(subject, f"R{run}-{place}", version, "new" if version == 1 else kind)


def people(shared, prefix):
    """Which orders bind one person, and which share a number with whom, without the run in their numbers."""
    with shared.database.reading() as session:
        orders = session.scalars(select(Order).where(Order.number.startswith(prefix))).all()
        bound = {}
        for order in orders:
            bound.setdefault(service.subject_of(session, order.id), set()).add(order.number.removeprefix(prefix))
    doubts = {
        (own.removeprefix(prefix), other.removeprefix(prefix), role, kind)
        for own, other, role, kind in shared_numbers(shared)
        if own.startswith(prefix)
    }
    return sorted(map(sorted, bound.values())), doubts
