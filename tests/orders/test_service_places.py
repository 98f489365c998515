from dataclasses import replace
from datetime import timedelta

import pytest

from registry.db import Database
from registry.orders import service
from registry.orders.finding import nearby
from registry.schema import migrate
from tests.orders.orders import area_ban, content, message, zone, zones_near
from tests.world import NOW

HERE, AWAY = (52.0907, 5.1214), (53.2194, 6.5665)


def circle(place, radius_m=100.0):
    return {"type": "Circle", "center": [place[1], place[0]], "radiusM": radius_m}


def square(place, half_deg=0.002):
    lat, lon = place
    ring = [[lon - half_deg, lat - half_deg], [lon + half_deg, lat - half_deg], [lon + half_deg, lat + half_deg]]
    ring += [[lon - half_deg, lat + half_deg], [lon - half_deg, lat - half_deg]]
    return {"type": "Polygon", "coordinates": [ring]}


def told(wire, reference="C1", **changes):
    return content(conditions=(area_ban(reference, wire=wire),), **changes)


def near(database, place, radius_m=10.0):
    with database.reading() as session:
        return zones_near(session, *place, radius_m)


def test_a_zone_is_found_from_the_moment_it_is_told_and_by_every_process(shared, database_url, deliver):
    elsewhere = Database(database_url)
    assert near(elsewhere, AWAY) == ()
    order_id = deliver(message(told=told(square(AWAY))))
    for database in (shared.database, elsewhere):
        [found] = near(database, AWAY)
        assert (found.order_id, found.reference, found.kind) == (order_id, "C1", "exclusion")
        assert -230 < found.distance_m < -120
    deliver(message(2, "change", told(square(HERE), "C7")))
    for database in (shared.database, elsewhere):
        assert near(database, AWAY) == ()
        assert [each.reference for each in near(database, HERE)] == ["C7"]
    elsewhere.dispose()


def test_the_nearest_come_first_and_what_lies_beyond_the_radius_is_left_out(shared, deliver):
    for number, metres in enumerate((900, 300, 2_500)):
        place = (AWAY[0] + metres / 111_000, AWAY[1])
        deliver(message(number=f"N-{number}", told=told(circle(place))))
    found = near(shared.database, AWAY, 2_000.0)
    assert [round(each.distance_m, -2) for each in found] == [200.0, 800.0]


def test_a_zone_that_surely_holds_the_spot_is_not_opened(shared, deliver, monkeypatch):
    deliver(message(told=told(circle(AWAY, 800.0))))
    monkeypatch.setattr(nearby, "shapes_of", None)
    around = service.Around(*AWAY, 50.0, NOW.date())
    with shared.database.reading() as session:
        [found] = service.zones_near(session, around, doubt_m=50.0).found
        with pytest.raises(TypeError):
            service.zones_near(session, around, doubt_m=900.0)
    assert found.distance_m == pytest.approx(-799.0, abs=1.0)


def test_of_more_than_one_question_may_look_at_those_that_are_not_over_come_first(shared, deliver, monkeypatch):
    monkeypatch.setattr(nearby, "MOST_LOOKED_AT", 2)
    past = NOW.date() - timedelta(days=5)
    over = [deliver(message(number=f"OVER-{each}", told=told(circle(AWAY, 400.0), ends_on=past))) for each in range(3)]
    holds = deliver(message(number="HOLDS", told=told(circle(AWAY, 150.0))))
    with shared.database.reading() as session:
        found = service.zones_near(session, service.Around(*AWAY, 10.0, NOW.date()))
    assert found.more == 2
    assert holds in {each.order_id for each in found.found}
    assert len({each.order_id for each in found.found} & set(over)) == 1


def test_a_zone_without_a_usable_shape_is_nowhere(shared, deliver):
    broken = replace(zone(), shape=None)
    deliver(message(told=content(conditions=(replace(area_ban(), zone=broken),))))
    assert near(shared.database, HERE, 5_000.0) == ()


def test_what_an_older_schema_held_is_found_by_a_spot_after_the_migration(shared, database_url, deliver):
    order_id = deliver(message(told=told(square(AWAY))))
    older = Database(database_url)
    try:
        migrate(older, "0018")
        migrate(older)
        newer = Database(database_url)
        assert [each.order_id for each in near(newer, AWAY)] == [order_id]
        newer.dispose()
    finally:
        older.dispose()
