"""A number of two unlike people ties nobody: not when it comes, not when it is corrected, in whatever order."""

from dataclasses import replace
from datetime import timedelta
from itertools import count, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.rules import OrganisationKind
from registry.orders import service
from registry.orders.models import Detention, Order, OrderParty
from registry.orders.naming.identifiers import PartialDate
from registry.orders.number_models import CarriedNumber, SharedNumber
from registry.orders.register.past import Question, order_at
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


SILENT = replace(SUBJECT, bsn=None, skn=None)


def test_a_number_that_a_correction_leaves_out_ties_nobody_any_more_and_is_known_to_have(
    shared, deliver, person_of, clock
):
    one, other = deliver(of(SUBJECT, "A")), deliver(of(replace(SUBJECT, skn=None), "B"))
    tied, known_at = person_of(one), clock.now()
    assert person_of(other) == tied
    clock.forward(minutes=1)
    deliver(of(SILENT, "B", 2, "correction"))
    assert person_of(one) == tied != person_of(other)
    deliver(of(SILENT, "B", 3, "change"))
    assert person_of(deliver(of(replace(SUBJECT, skn=None), "C"))) == tied != person_of(other)
    with shared.database.reading() as session:
        asked = Question(clock.now(), known_at, known_at)
        then = order_at(session, session.get_one(Order, other), asked).view.subject
        now = order_at(session, session.get_one(Order, other), Question(clock.now(), clock.now())).view.subject
    assert (then.person_id, then.open().bsn) == (tied, SUBJECT.bsn)
    assert (now.person_id, now.open().bsn) == (person_of(other), None)
    deliver(of(SUBJECT, "B", 4, "change"), of(SILENT, "B", 5, "change"))
    assert person_of(other) == tied


def test_a_protected_person_whom_a_correction_leaves_without_a_number_is_nobody_elsewhere(shared, deliver):
    for number in ("A", "B"):
        told = content(subject=replace(SILENT, surname=number), protected=(replace(PROTECTED, bsn=HER_BSN),))
        deliver(message(told=told, number=number))
    assert len(protected_persons(shared)) == 1
    corrected = content(subject=replace(SILENT, surname="B"), protected=(replace(PROTECTED, surname="Ander"),))
    deliver(message(2, "correction", told=corrected, number="B"))
    assert len(protected_persons(shared)) == 2


def protected_persons(shared):
    with shared.database.reading() as session:
        orders = session.scalars(select(Order.id).where(Order.number.in_(["A", "B"]))).all()
        views = service.current_view(session, orders)
        return {each.person_id for view in views.values() for each in view.protected}


_TOLD_OF_B = {
    "a correction": [("new", SUBJECT), ("correction", SILENT), ("change", SILENT)],
    "a change": [("new", SUBJECT), ("change", SILENT), ("change", SILENT)],
    "told again": [("new", SUBJECT), ("correction", SILENT), ("change", SUBJECT), ("change", SILENT)],
}


@pytest.mark.parametrize(("what", "is_one"), [("a correction", False), ("a change", True), ("told again", True)])
def test_in_any_order_of_arrival_a_correction_unties_and_a_change_does_not(shared, cjib, clock, what, is_one):
    found = set()
    of_b = [("B", version, *told) for version, told in enumerate(_TOLD_OF_B[what], 1)]
    arrivals = list(permutations([("A", 1, "new", SUBJECT), *of_b]))
    for arriving in arrivals[:: len(arrivals) // 12]:
        run = next(_runs)
        own = {"bsn": f"{run:07d}41", "skn": f"{run:06d}42"}
        with shared.database.transaction() as session:
            for number, version, kind, subject in arriving:
                told = replace(subject, **own) if subject.bsn else subject
                one = of(told, f"R{run}-{number}", version, kind)
                service.register(session, sender(cjib), clock.now(), one)
        found.add((str(people(shared, f"R{run}-")), carried(shared, f"R{run}-")))
    ((bound, kept),) = found
    assert bound == str(([["A", "B"]] if is_one else [["A"], ["B"]], set()))
    assert kept == ((("B", not is_one),) * 2)


def carried(shared, prefix):
    """Of which orders a number is told by an earlier version alone, and whether it was taken back."""
    query = (
        select(Order.number, CarriedNumber.taken_back)
        .join(OrderParty, OrderParty.order_id == Order.id)
        .join(CarriedNumber, CarriedNumber.party_id == OrderParty.id)
    )
    with shared.database.reading() as session:
        rows = session.execute(query.where(Order.number.startswith(prefix))).all()
    return tuple(sorted((number.removeprefix(prefix), taken_back) for number, taken_back in rows))


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
        found.append((people(shared, f"R{run}-"), carried(shared, f"R{run}-")))
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
