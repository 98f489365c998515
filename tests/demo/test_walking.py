import threading
from datetime import UTC, datetime, timedelta

import pytest

from geo.wire import shape_from_geojson
from registry.demo.caller import Caller, Unreachable
from registry.demo.loading import load
from registry.demo.showing import scene
from registry.demo.walking import Walk
from registry.demo.wearers import WEARERS

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def inside(wearer, elapsed_s):
    return shape_from_geojson(wearer.shape).covers(*wearer.place_at(elapsed_s))


def test_the_first_wearer_goes_in_well_within_a_minute_and_nobody_starts_inside():
    assert not any(inside(wearer, 0.0) for wearer in WEARERS)
    assert min(at for at in range(0, 60, 2) if inside(WEARERS[0], at)) < 40


@pytest.mark.parametrize("wearer", WEARERS, ids=lambda wearer: wearer.id)
def test_a_wearer_walks_no_faster_than_he_can(wearer):
    (lat, lon), (later_lat, later_lon) = wearer.place_at(100.0), wearer.place_at(102.0)
    assert abs(later_lat - lat) * 111_320 + abs(later_lon - lon) * 69_000 < 40


def test_while_the_service_is_away_positions_are_kept_and_go_out_in_order_when_it_is_back(served):
    load(served.url, served.credentials, served.first_on)
    away = Walk(Caller("http://127.0.0.1:9", None, None))
    now = served.shared.clock.now()
    for step in range(30):
        away.see(step * 2.0, now - timedelta(seconds=60 - 2 * step))
    away.pass_on(threading.Event())
    assert away.kept == 30 * len(WEARERS)
    with pytest.raises(Unreachable):
        away._provider.get("/healthz")
    away._provider = served.by["DVO"]
    away.pass_on(threading.Event())
    assert away.kept == 0
    with served.shared.database.reading() as session:
        state = scene().state(session, now)
    assert {wearer["state"] for wearer in state["wearers"]} == {"inside", "outside"}
    assert [alert["who"] for alert in state["alerts"]] == ["drager A"]


def test_no_more_is_kept_than_half_an_hour(served):
    away = Walk(served.by["DVO"])
    for step in range(1000):
        away.see(0.0, NOW + timedelta(seconds=2 * step))
    assert away.kept == 900 * len(WEARERS)
