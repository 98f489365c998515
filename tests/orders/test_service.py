from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind
from registry.db import search_hash
from registry.errors import Conflict, NotFound
from registry.orders import service
from registry.orders.models import OrderParty, SearchKey
from registry.orders.rules import OrderStatus
from registry.outbox.models import Event, EventAudience
from tests.orders.orders import SUBJECT, area_ban, content, message, named, sender, zones_near
from tests.world import NOW


def view_of(shared, order_id):
    with shared.database.reading() as session:
        view = service.current_view(session, [order_id])[order_id]
        session.expunge_all()
        return view


def status_of(shared, order_id, now=NOW):
    with shared.database.reading() as session:
        return service.statuses(session, [order_id], now)[order_id]


def bearers(shared, kind, value):
    query = select(OrderParty.order_id).join(SearchKey, SearchKey.party_id == OrderParty.id)
    with shared.database.reading() as session:
        return set(session.scalars(query.where(SearchKey.key == search_hash(kind, value))))


def test_a_registered_order_is_in_force_and_found_by_number_key_name_and_spot(shared, deliver):
    order_id = deliver(message())
    assert status_of(shared, order_id).status is OrderStatus.IN_FORCE
    assert bearers(shared, "bsn", "999990019") == {order_id}
    assert bearers(shared, "address", "9712XK-77") == {order_id}
    with shared.database.reading() as session:
        assert service.find_order(session, "CJIB-2026-000123").id == order_id
        near = zones_near(session, 52.0907, 5.1214, 100.0)
        assert [one.order_id for one in near] == [order_id]
        assert near[0].distance_m < 0
    assert named(shared, "Fictitia Vosmeer") == {"CJIB-2026-000123"}


def test_the_organisations_follow_from_the_codes_and_an_unknown_code_gives_none(shared, world, deliver):
    supervisor = world.organisation("RN-MN", OrganisationKind.PROBATION)
    police = world.organisation("POL-MN", OrganisationKind.POLICE)
    order = view_of(shared, deliver(message())).order
    assert (order.supervising_org_id, order.police_org_id) == (supervisor.id, police.id)
    assert order.prosecuting_org_id is None


def test_a_change_of_police_unit_is_told_to_the_old_and_the_new(shared, world, deliver):
    old, new = (world.organisation(code, OrganisationKind.POLICE) for code in ("POL-MN", "POL-OB"))
    order_id = deliver(message(), message(2, "change", content(police_unit="POL-OB")))
    with shared.database.reading() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        told = set(session.scalars(select(EventAudience.organisation_id).where(EventAudience.event_id == event.id)))
    assert {old.id, new.id} <= told
    assert view_of(shared, order_id).order.police_org_id == new.id


def test_each_message_leaves_an_audit_entry_and_an_event_without_personal_data(shared, deliver):
    order_id = deliver(message(), message(2, "change"), message(3, "end", None))
    with shared.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_ref == f"order:{order_id}")).all()
        events = session.scalars(select(Event).where(Event.subject_ref == f"order:{order_id}").order_by(Event.id)).all()
        session.expunge_all()
    assert sorted((entry.action, entry.details["version"]) for entry in entries) == [
        ("changed", 2),
        ("changed", 3),
        ("collected", 1),
    ]
    assert [event.type.split(".")[3] for event in events] == ["registered", "changed", "ended"]
    assert all("Vosmeer" not in str(event.data) for event in events)


def test_an_order_number_that_is_no_code_stays_out_of_the_event(shared, deliver):
    order_id = deliver(message(number="Bevel van mevrouw Vosmeer"))
    with shared.database.reading() as session:
        event = session.scalars(select(Event).where(Event.subject_ref == f"order:{order_id}")).one()
        session.expunge_all()
    assert "order_number" not in event.data


def test_the_digest_of_each_version_is_known(shared, deliver):
    first, third = message(), message(3, "change")
    deliver(first, third)
    with shared.database.reading() as session:
        assert service.known_versions(session, first.number) == {1: first.digest, 3: third.digest}
        assert service.known_versions(session, "CJIB-0") == {}


def test_a_version_that_is_there_already_is_refused(deliver):
    deliver(message())
    with pytest.raises(Conflict) as caught:
        deliver(message())
    assert caught.value.code == "version_recorded"


def test_an_order_of_another_sender_is_not_changed(shared, world, deliver):
    order_id = deliver(message())
    other = world.organisation("GEM-U", OrganisationKind.OTHER_SENDER)
    with pytest.raises(Conflict) as caught, shared.database.transaction() as session:
        service.register(session, sender(other), NOW, message(2, "withdrawal", None))
    assert caught.value.code == "order_of_another_sender"
    assert status_of(shared, order_id).status is OrderStatus.IN_FORCE


def test_without_a_number_a_message_is_placed_above_the_highest(shared, deliver):
    order_id = deliver(message(), message(7, "change"), message(None, "change"))
    assert view_of(shared, order_id).current.version == 8


def test_recorded_times_rise_even_when_the_clock_stands_still(shared, deliver):
    order_id = deliver(message(), message(3, "change"), message(2, "change"))
    with shared.database.reading() as session:
        versions = service.versions_of(session, order_id)
        session.expunge_all()
    assert [one.version for one in versions] == [1, 3, 2]
    assert versions[0].recorded_at < versions[1].recorded_at < versions[2].recorded_at


@pytest.mark.parametrize("kind", ["end", "withdrawal", "annulment"])
def test_an_ending_above_a_gap_works_at_once_and_is_to_be_verified(shared, deliver, kind):
    order_id = deliver(message(), message(3, kind, None))
    found = status_of(shared, order_id, NOW + timedelta(seconds=1))
    assert (found.status, found.to_be_verified) == (OrderStatus.ENDED, True)
    assert view_of(shared, order_id).current.gaps == (2,)


def test_an_ending_before_any_content_is_kept_and_stays_when_the_order_comes(shared, deliver):
    order_id = deliver(message(2, "withdrawal", None))
    view = view_of(shared, order_id)
    assert (view.order.regime, view.facts, view.subject) == (None, None, None)
    with shared.database.reading() as session, pytest.raises(NotFound):
        service.subject_of(session, order_id)
    assert deliver(message(1)) == order_id
    view = view_of(shared, order_id)
    assert (view.order.regime, view.subject.open().surname) == ("VV", "Berg")
    assert status_of(shared, order_id, NOW + timedelta(seconds=1)).status is OrderStatus.ENDED
    assert bearers(shared, "bsn", "999990019") == {order_id}


def test_an_older_message_that_comes_last_changes_nothing_that_holds(shared, deliver):
    newer = content(subject=replace(SUBJECT, surname="Nieuwman", phones=("+31611111111",)), police_unit="POL-OB")
    order_id = deliver(message(2, "change", newer))
    before = view_of(shared, order_id)
    deliver(message(1))
    after = view_of(shared, order_id)
    assert after.order.current_version_id == before.order.current_version_id
    assert after.subject.open().surname == "Nieuwman"
    assert after.subject.person_id == before.subject.person_id
    assert bearers(shared, "phone", "+31612345678") == set()
    assert bearers(shared, "phone", "+31611111111") == {order_id}


def test_a_correction_of_a_bsn_takes_the_old_key_away(shared, deliver):
    order_id = deliver(message(), message(2, "correction", content(subject=replace(SUBJECT, bsn="999991176"))))
    assert bearers(shared, "bsn", "999990019") == set()
    assert bearers(shared, "bsn", "999991176") == {order_id}


def test_a_moved_zone_is_no_longer_found_where_it_was(shared, deliver):
    elsewhere = {"type": "Circle", "center": [6.5665, 53.2194], "radiusM": 100}
    order_id = deliver(message(), message(2, "change", content(conditions=(area_ban(wire=elsewhere),))))
    with shared.database.reading() as session:
        assert zones_near(session, 52.0907, 5.1214, 100.0) == ()
        assert [one.order_id for one in zones_near(session, 53.2194, 6.5665, 10.0)] == [order_id]


def test_what_is_rolled_back_is_not_there(shared, cjib, deliver):
    with pytest.raises(RuntimeError), shared.database.transaction() as session:
        service.register(session, sender(cjib), NOW, message())
        raise RuntimeError("something else failed")
    with shared.database.reading() as session:
        assert service.find_order(session, "CJIB-2026-000123") is None
    assert named(shared, "Fictitia Vosmeer") == set()
