"""Every kind of zone from the message of the CJIB to what the supervisor hears: rings, corridors, parts and holes."""

import pytest
from sqlalchemy import select

from registry.monitoring.engine.judge import Judge
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.chain import Chain, ban
from tests.monitoring.wearers import INSIDE, circle, stay
from tests.world import NOW

LAT_M, LON_M = 111_265.0, 68_480.0  # metres in a degree there


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    world.clock.forward(minutes=20)
    return made


def place(east_m, north_m=0.0):
    return INSIDE[0] + north_m / LAT_M, INSIDE[1] + east_m / LON_M


def at(where, first, last):
    return stay(where, *range(first * 60, last * 60 + 1, 60), accuracyM=5)


def zone(shape, **more):
    return ban(zone={"kind": "exclusion", "shape": shape, "crs": "CRS84", "bufferM": 0} | more)


def positions(*spots):
    return [list(place(*spot)[::-1]) for spot in spots]


def square(half_m, east_m=0.0):
    corners = ((-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m), (-half_m, -half_m))
    return positions(*((east_m + x_m, y_m) for x_m, y_m in corners))


def kinds(chain):
    return [(one["zoneKind"], one["verdict"], one["endedAt"] is None) for one in chain.episodes()]


def test_who_comes_near_is_told_of_quietly_and_only_who_goes_in_by_the_siren(chain):
    chain.wearer(zone(circle(*INSIDE), warningM=500))
    chain.send(*at(place(1500), 0, 3), *at(place(500), 4, 8))
    assert chain.alerts() == [("zone_near", 3, "Drager is dicht bij een verboden gebied")]
    assert (chain.breaches(), kinds(chain)) == ([], [("warning", "confirmed", True)])
    chain.send(*at(place(0), 9, 12))
    assert [alert[:2] for alert in chain.alerts()] == [("zone_near", 3), ("zone_breach", 1)]
    assert len(chain.breaches()) == 1
    chain.send(*at(place(500), 13, 15), *at(place(1500), 16, 18))
    assert kinds(chain) == [("warning", "confirmed", False), ("exclusion", "confirmed", False)]
    assert len({one["zoneId"] for one in chain.episodes()}) == 1
    assert len(chain.breaches()) == 1


def test_a_ring_that_is_learnt_later_calls_for_no_siren_however_long_he_stays(chain):
    chain.wearer(zone(circle(*INSIDE)))
    chain.send(*at(place(500), 0, 20))
    assert chain.alerts() == []
    chain.order(zone(circle(*INSIDE), warningM=500), kind="correction", correctsVersion=1)
    chain.world.shared.get(Judge).tick()
    chain.world.clock.forward(minutes=20)
    chain.send(*at(place(500), 31, 36))
    assert [alert[:2] for alert in chain.alerts()] == [("zone_near", 3)]
    assert chain.breaches() == []


def test_a_ring_holds_with_the_schedule_of_its_zone(chain):
    windows = {"weekly": [{"days": ["mon"], "from": "13:10", "until": "17:00"}]}  # NOW is 13:00 on a Monday
    chain.wearer(zone(circle(*INSIDE), warningM=500) | {"schedule": windows})
    chain.send(*at(place(500), 0, 20))
    [near] = chain.episodes()
    assert (near["cause"], near["startedAt"]) == ("window_opened", "2026-11-23T12:10:00Z")


@pytest.mark.parametrize(
    ("shape", "width_m", "inside", "outside"),
    [
        ({"type": "LineString", "coordinates": positions((-800, 0), (800, 0))}, 100, [(0, 0), (500, 0)], [(0, 400)]),
        (
            {"type": "MultiPolygon", "coordinates": [[square(900), square(450)], [square(400, 3000)]]},
            0,
            [(675, 0), (3000, 0)],
            [(0, 0), (1950, 0)],
        ),
        ({"type": "Polygon", "coordinates": [square(300)]}, 200, [(400, 0)], [(800, 0)]),
    ],
    ids=["corridor", "parts with a hole", "widened"],
)
def test_a_stay_is_found_in_each_part_and_nowhere_beside_it(chain, shape, width_m, inside, outside):
    chain.world.clock.forward(minutes=60)
    chain.wearer(zone(shape, bufferM=width_m))
    minute = 0
    for spot in (*outside, *outside):
        chain.send(*at(place(*spot), minute, minute + 2))
        minute += 12  # so long that no line is drawn from one to the other
    assert (chain.alerts(), chain.episodes()) == ([], [])
    for spot in inside:
        chain.send(*at(place(*spot), minute, minute + 4), *at(place(*outside[0]), minute + 5, minute + 7))
        minute += 8
    assert [(one["cause"], one["verdict"]) for one in chain.episodes()] == [("entered", "confirmed")] * len(inside)
    assert all(one["breachId"] for one in chain.episodes())


def test_a_corridor_on_bonaire_is_judged_in_its_own_metres_and_time(chain):
    spot = (12.15, -68.27)
    line = {"type": "LineString", "coordinates": [[-68.28, 12.15], [-68.26, 12.15]]}
    chain.wearer(zone(line, bufferM=60))
    north_m = 110_600.0
    chain.send(*at((spot[0] + 150 / north_m, spot[1]), 0, 5))
    assert chain.episodes() == []
    chain.send(*at((spot[0] + 20 / north_m, spot[1]), 6, 10))
    assert [one["verdict"] for one in chain.episodes()] == ["confirmed"]


def test_the_shape_and_the_ring_are_shown_to_who_may_see_them(chain):
    row = chain.wearer(zone({"type": "LineString", "coordinates": positions((0, 0), (9, 9))}, bufferM=30, warningM=70))
    [shown] = chain.supervisor.get(f"/v1/orders/{row['orderId']}").json["conditions"]
    geometry = shown["zone"]["geometry"]
    assert (geometry["shape"]["type"], geometry["bufferM"], geometry["warningM"]) == ("LineString", 30, 70)


def test_what_the_ring_of_another_zone_says_is_no_episode_of_this_one(chain):
    chain.wearer(zone(circle(*INSIDE), warningM=500), ban(circle(*place(3000))) | {"reference": "C2"})
    chain.send(*at(place(500), 0, 5), *at(place(3000), 6, 12))
    with chain.world.shared.database.reading() as session:
        found = session.execute(select(EpisodeRecord.zone_kind, EpisodeRecord.start_ms)).all()
    minutes = [(kind, (at_ms - round(NOW.timestamp() * 1000)) / 60_000) for kind, at_ms in found]
    assert sorted(minutes) == [("exclusion", 6), ("warning", 0)]
