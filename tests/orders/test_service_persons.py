from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.orders import service
from registry.orders.models import OrderParty, PartyLink
from registry.orders.rules import OrderStatus
from tests.orders.orders import PROTECTED, SUBJECT, content, message, sender
from tests.world import NOW

OTHER = replace(SUBJECT, bsn="999991176", skn="7654398", surname="Linden", prefix=None)


def told_of(subject, protected=PROTECTED, **changes):
    return content(subject=subject, protected=(protected,), **changes)


def wearers(shared, person_ids=None):
    with shared.database.reading() as session:
        return {(zone.person_id, zone.order_id) for zone in service.zones_of(session, person_ids)}


def revision(shared):
    with shared.database.reading() as session:
        return service.zone_revision(session)


def test_the_same_bsn_or_skn_in_two_orders_is_the_same_person(deliver, person_of):
    one = deliver(message(number="A"))
    by_bsn = deliver(message(told=told_of(replace(OTHER, bsn=SUBJECT.bsn)), number="B"))
    by_skn = deliver(message(told=told_of(replace(OTHER, bsn=None, skn=SUBJECT.skn)), number="C"))
    other = deliver(message(told=told_of(replace(OTHER, skn=None)), number="D"))
    assert person_of(one) == person_of(by_bsn) == person_of(by_skn) != person_of(other)


def test_the_same_name_and_birth_date_alone_are_not_the_same_person(deliver, person_of):
    nameless = replace(SUBJECT, bsn=None, skn=None)
    assert person_of(deliver(message(told=told_of(nameless), number="A"))) != person_of(
        deliver(message(told=told_of(nameless), number="B"))
    )


def test_who_is_bound_by_one_order_and_protected_by_another_is_one_person(shared, deliver, person_of):
    bound = deliver(message(number="A"))
    him = replace(PROTECTED, bsn=SUBJECT.bsn, surname="Berg", given_names="Jan")
    protecting = deliver(message(told=told_of(OTHER, him), number="B"))
    with shared.database.reading() as session:
        (protected,) = service.current_view(session, [protecting])[protecting].protected
        assert protected.person_id == person_of(bound)


def test_a_new_version_keeps_the_persons_of_the_order(shared, deliver, person_of):
    order_id = deliver(message())
    first = person_of(order_id)
    deliver(message(2, "change", told_of(replace(SUBJECT, bsn=None, skn=None, surname="Bergh"))))
    assert person_of(order_id) == first


def test_a_corrected_bsn_leaves_the_other_orders_of_the_old_number_alone(deliver, person_of):
    one, other = deliver(message(number="A")), deliver(message(number="B"))
    deliver(message(2, "correction", told_of(OTHER), number="B"))
    assert person_of(one) != person_of(other)


def test_a_number_learnt_later_makes_two_persons_one_and_the_old_id_keeps_its_zones(shared, deliver, person_of):
    nameless = replace(SUBJECT, bsn=None, skn=None)
    one, other = deliver(message(number="A")), deliver(message(told=told_of(nameless), number="B"))
    before = person_of(other)
    deliver(message(2, "change", number="B"))
    assert person_of(one) == person_of(other) != before
    assert wearers(shared, [before]) == {(before, one), (before, other)}
    assert {(before, other), (person_of(one), other)} <= wearers(shared)


def test_a_merge_moves_links_and_nothing_else(shared, deliver, person_of):
    target, source = deliver(message(number="A")), deliver(message(told=told_of(OTHER), number="B"))
    before = person_of(source)
    at = revision(shared)
    deliver(message(2, "merge", told_of(OTHER), number="B", subject_link="A"))
    assert person_of(source) == person_of(target) != before
    with shared.database.reading() as session:
        assert service.changed_since(session, at) >= {before, person_of(target)}
        parties = session.scalars(select(OrderParty).where(OrderParty.order_id == source)).all()
        links = session.scalars(select(PartyLink).where(PartyLink.party_id.in_([one.id for one in parties]))).all()
        assert {one.identity["surname"] for one in parties if one.role == "subject"} == {"Linden"}
        assert sum(link.replaced_at is not None for link in links) == 2


def test_a_merge_with_an_order_that_is_not_there_yet_waits_for_it(deliver, person_of):
    source = deliver(message(1, "merge", told_of(OTHER), number="B", subject_link="A"))
    target = deliver(message(number="A"))
    assert person_of(source) == person_of(target)


def test_a_split_gives_the_order_a_person_of_its_own_that_a_shared_number_does_not_undo(deliver, person_of):
    one, other = deliver(message(number="A")), deliver(message(number="B"))
    shared_person = person_of(one)
    assert person_of(other) == shared_person
    deliver(message(2, "split", number="B"))
    fresh = person_of(other)
    deliver(message(3, "change", number="B"))
    assert person_of(one) == shared_person
    assert person_of(other) == fresh != shared_person


@pytest.mark.parametrize("last", ["merge", "split"])
def test_of_merges_and_splits_the_highest_version_governs_whatever_came_last(deliver, person_of, last):
    target = deliver(message(number="A"))
    merge = message(2 if last == "split" else 3, "merge", told_of(OTHER), number="B", subject_link="A")
    split = message(3 if last == "split" else 2, "split", told_of(OTHER), number="B")
    for place, order in enumerate(([merge, split], [split, merge])):
        orders = [replace(one, number=f"B-{place}", content=_alone(one.content, place)) for one in order]
        source = deliver(*orders)
        assert (person_of(source) == person_of(target)) is (last == "merge")


def _alone(told, place):
    return replace(told, subject=replace(told.subject, bsn=None, skn=f"55555{place}1"))


def test_a_detention_stops_the_clock_and_follows_the_person_into_a_merge(shared, cjib, deliver, clock):
    target, source = deliver(message(number="A")), deliver(message(told=told_of(OTHER), number="B"))
    told = service.NewDetention("detained", NOW - timedelta(days=1), None, "DJI")
    at = revision(shared)
    with shared.database.transaction() as session:
        service.record_detention(session, sender(cjib), NOW, source, told)
    assert revision(shared) == at + 1
    deliver(message(2, "merge", told_of(OTHER), number="B", subject_link="A"))
    with shared.database.reading() as session:
        found = service.statuses(session, [target, source], NOW)
    assert {one.status for one in found.values()} == {OrderStatus.PAUSED}


def test_a_detention_told_again_from_the_same_instant_replaces_the_first(shared, cjib, deliver):
    order_id = deliver(message())
    told = service.NewDetention("detained", NOW - timedelta(days=3), None, "DJI")
    for until_at in (None, NOW - timedelta(days=1)):
        with shared.database.transaction() as session:
            service.record_detention(session, sender(cjib), NOW, order_id, replace(told, until_at=until_at))
    with shared.database.reading() as session:
        assert service.statuses(session, [order_id], NOW)[order_id].status is OrderStatus.IN_FORCE


def test_a_split_is_done_once_however_many_orders_join_the_fresh_person(deliver, person_of):
    deliver(message(number="A"))
    order_id = deliver(message(1, "split", told_of(OTHER), number="B"))
    joined = deliver(message(told=told_of(OTHER), number="C"))
    fresh = person_of(order_id)
    deliver(message(2, "change", told_of(OTHER), number="B"))
    assert person_of(order_id) == person_of(joined) == fresh
