from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from geo.schedule import Schedule
from geo.spans import Span
from registry.orders import service
from registry.orders.models import ZoneRecord
from tests.orders.orders import CONTACT_BAN, area_ban, content, message, sender
from tests.world import NOW

ELSEWHERE = {"type": "Circle", "center": [6.5665, 53.2194], "radiusM": 100}
START = datetime(2026, 10, 31, 23, tzinfo=UTC)
END = datetime(2028, 10, 31, 23, tzinfo=UTC)


def ms(at):
    return round(at.timestamp() * 1000)


@pytest.fixture
def zones(shared):
    """The zones of an order, by the place that they hold."""

    def zones(order_id):
        with shared.database.reading() as session:
            found = [one for one in service.zones_of(session, None) if one.order_id == order_id]
        return {round(one.zone.shape.lat_deg, 1): one for one in found}

    return zones


def test_a_zone_holds_from_the_first_day_to_the_last(deliver, zones, person_of):
    order_id = deliver(message())
    (found,) = zones(order_id).values()
    assert found.zone.holds == (Span(ms(START), ms(END)),)
    assert found.person_id == person_of(order_id)
    assert (found.zone.kind, found.zone.version, found.zone.schedule) == ("exclusion", 1, None)


def test_only_the_zones_of_those_asked_for_are_given(shared, deliver, person_of):
    order_id = deliver(message())
    with shared.database.reading() as session:
        assert [one.order_id for one in service.zones_of(session, [person_of(order_id)])] == [order_id]
        assert service.zones_of(session, []) == []
        assert len(service.zones_of(session, None)) == 4


def test_a_zone_recorded_without_what_it_is_judged_by_is_drawn_from_its_geometry(shared, deliver, zones):
    order_id = deliver(message())
    read = zones(order_id)
    with shared.database.transaction() as session:
        assert None not in session.scalars(select(ZoneRecord.judged_sealed)).all()
        session.execute(update(ZoneRecord).values(judged_sealed=None))
    assert zones(order_id) == read


def test_a_suspension_and_a_withdrawal_cut_the_time_in_which_a_zone_holds(deliver, zones):
    stops, resumes, ends = (NOW + timedelta(days=day) for day in (1, 2, 5))
    order_id = deliver(
        message(),
        message(2, "suspension", None, effective_at=stops),
        message(3, "resumption", effective_at=resumes),
        message(5, "withdrawal", None, effective_at=ends),
    )
    (found,) = zones(order_id).values()
    assert found.zone.holds == (Span(ms(START), ms(stops)), Span(ms(resumes), ms(ends)))


def test_an_order_annulled_from_before_its_start_has_no_zone_left(deliver, zones):
    order_id = deliver(message(), message(2, "annulment", None, effective_at=START - timedelta(days=9)))
    assert zones(order_id) == {}


def test_the_days_of_a_condition_lie_within_those_of_the_order(deliver, zones):
    own_days = {"starts_on": date(2026, 12, 1), "ends_on": date(2029, 1, 1)}
    order_id = deliver(message(told=content(conditions=(area_ban(**own_days),))))
    (found,) = zones(order_id).values()
    assert found.zone.holds == (Span(ms(datetime(2026, 11, 30, 23, tzinfo=UTC)), ms(END)),)


def test_a_schedule_comes_with_the_zone(deliver, zones):
    wire = {"weekly": [{"days": ["fri"], "from": "20:00", "until": "07:00"}]}
    ban = area_ban(schedule=Schedule.from_wire(wire, "Europe/Amsterdam"))
    order_id = deliver(message(told=content(conditions=(replace(ban, raw={**ban.raw, "schedule": wire}),))))
    (found,) = zones(order_id).values()
    assert found.zone.schedule == Schedule.from_wire(wire, "Europe/Amsterdam")


def test_a_zone_told_again_by_a_later_version_stays_the_same_zone(deliver, zones):
    order_id = deliver(message())
    first = zones(order_id)
    deliver(message(2, "extension", content(ends_on=date(2029, 10, 31))))
    again = zones(order_id)
    (before,), (after,) = first.values(), again.values()
    assert after.zone.key == before.zone.key
    assert after.zone.holds == (Span(ms(START), ms(datetime(2029, 10, 31, 23, tzinfo=UTC))),)
    assert after.condition_id != before.condition_id


def test_a_changed_zone_takes_over_at_its_instant_and_the_old_one_held_before(deliver, zones):
    moved_at = NOW + timedelta(days=3)
    order_id = deliver(
        message(), message(2, "change", content(conditions=(area_ban(wire=ELSEWHERE),)), effective_at=moved_at)
    )
    found = zones(order_id)
    assert found[52.1].zone.holds == (Span(ms(START), ms(moved_at)),)
    assert found[53.2].zone.holds == (Span(ms(moved_at), ms(END)),)


def test_a_corrected_zone_takes_the_place_of_the_wrong_one_from_the_start(deliver, zones):
    order_id = deliver(message(), message(2, "correction", content(conditions=(area_ban(wire=ELSEWHERE),))))
    found = zones(order_id)
    assert set(found) == {53.2}
    assert found[53.2].zone.holds == (Span(ms(START), ms(END)),)


def test_a_condition_without_a_usable_zone_is_shown_and_not_monitored(shared, deliver, zones):
    without = replace(area_ban(), zone=replace(area_ban().zone, shape=None))
    order_id = deliver(
        message(told=content(conditions=(without, CONTACT_BAN, area_ban("C3", schedule_unreadable=True))))
    )
    assert zones(order_id) == {}
    with shared.database.reading() as session:
        view = service.current_view(session, [order_id])[order_id]
        told = [(one.row.is_monitored, one.row.not_monitored_because) for one in view.conditions]
    assert told == [(False, "zone_unreadable"), (False, "no_zone"), (False, "schedule_unreadable")]


def test_every_change_to_an_order_raises_the_revision_and_a_new_one_without_zones_does_not(shared, deliver, person_of):
    def revision():
        with shared.database.reading() as session:
            return service.zone_revision(session)

    seen = [revision()]
    for one in (
        message(),
        message(2, "suspension", None),
        message(told=content(conditions=(CONTACT_BAN,)), number="NO-ZONES"),
        message(2, "end", None, number="NO-ZONES"),
        message(3, "change", content(conditions=())),
    ):
        deliver(one)
        seen.append(revision())
    assert [after - before for before, after in zip(seen, seen[1:], strict=False)] == [1, 1, 0, 1, 1]


def test_who_is_touched_by_a_change_is_known_by_the_revision(shared, deliver, person_of):
    order_id = deliver(message())
    with shared.database.reading() as session:
        at = service.zone_revision(session)
        assert service.changed_since(session, at) == set()
        assert person_of(order_id) in service.changed_since(session, at - 1)


def test_a_detention_moves_the_end_of_a_zone_and_does_not_lift_it(shared, cjib, deliver, zones):
    order_id = deliver(message())
    from_at = datetime(2026, 11, 19, 23, tzinfo=UTC)
    told = service.NewDetention("detained", from_at, from_at + timedelta(days=10), "DJI")
    with shared.database.transaction() as session:
        service.record_detention(session, sender(cjib), NOW, order_id, told)
    (found,) = zones(order_id).values()
    assert found.zone.holds == (Span(ms(START), ms(END + timedelta(days=10))),)
