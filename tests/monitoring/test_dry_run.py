"""Trying zones: on a wearer's history, on a sample, and for what they give away."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.models import AuditEntry
from registry.access.rules import OrganisationKind, Scope
from registry.config import SettingError
from registry.http.fields import format_instant
from registry.monitoring.dry_run.lines import transit_lines
from registry.monitoring.models import EpisodeRecord
from tests.monitoring.chain import Chain, ban
from tests.monitoring.wearers import FAR, INSIDE, circle, stay
from tests.world import NOW, some_id

LAT_M, LON_M = 111_265.0, 68_480.0  # metres in a degree there
PLACE = (52.0950, 5.1500)


@pytest.fixture
def chain(world):
    made = Chain.of(world)
    world.clock.forward(minutes=90)
    return made


def beside(east_m, north_m=0.0, of=PLACE):
    return of[0] + north_m / LAT_M, of[1] + east_m / LON_M


def square(half_m, of=PLACE):
    corners = ((-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m), (-half_m, -half_m))
    return {"type": "Polygon", "coordinates": [[list(beside(*corner, of)[::-1]) for corner in corners]]}


def ask(caller, *shapes, **more):
    kind = more.pop("kind", "exclusion")
    zones = [{"kind": kind, "shape": shape} | more.pop("zone", {}) for shape in shapes]
    answer = caller.post("/v1/zones/dry-run", {"zones": zones} | more)
    assert answer.status_code == 200, answer.text
    return answer.json


def codes(answer):
    return [(one["code"], one["zones"]) for one in answer["warnings"]]


def not_checked(answer):
    return [one["what"] for one in answer["notChecked"]]


def at(place, first, last):
    return stay(place, *range(first * 60, last * 60 + 1, 60), accuracyM=5)


def sample(*stays):
    return [
        {"at": format_instant(NOW + timedelta(minutes=minute)), "lat": place[0], "lon": place[1], "accuracyM": 5}
        for place, first, last in stays
        for minute in range(first, last + 1)
    ]


def test_a_zone_is_tried_on_the_history_of_its_wearer_and_leaves_nothing_behind(chain):
    order_id = chain.wearer(ban(circle(*FAR)))["orderId"]
    chain.send(*at(beside(3000), 0, 5), *at(PLACE, 6, 12), *at(beside(3000), 13, 20), *at(PLACE, 21, 30))
    found = ask(chain.supervisor, square(400), orderId=order_id, days=7)
    assert (found["triedOn"], found["fixes"]) == ("history", 31)
    assert (found["alerts"]["sirens"], found["alerts"]["quiet"]) == (2, 0)
    quiet_elsewhere = ask(chain.supervisor, square(400, beside(8000)), orderId=order_id, days=7)
    assert quiet_elsewhere["alerts"]["sirens"] == 0
    assert (chain.episodes(), chain.alerts()) == ([], [])
    with chain.world.shared.database.reading() as session:
        assert session.scalar(select(EpisodeRecord.id)) is None
        ours = select(AuditEntry.details).where(AuditEntry.object_ref == f"order:{order_id}")
        assert [one.get("on") for one in session.scalars(ours) if one.get("part") == "dry_run"] == ["history"] * 2


def test_a_sample_gives_the_alerts_a_week_with_ring_and_schedule(chain):
    week = [(beside(3000), 0, 10), (beside(700), 11, 20), (PLACE, 21, 30), (beside(3000), 31, 60)]
    ringed = {"warningM": 500}
    found = ask(chain.supervisor, square(400), zone=ringed, sample=sample(*week))
    assert {name: found["alerts"][name] for name in ("sirens", "near", "sirensAWeek")} == {
        "sirens": 1,
        "near": 1,
        "sirensAWeek": 7.0,
    }
    at_night = {"schedule": {"weekly": [{"days": ["mon"], "from": "22:00", "until": "23:00"}]}}
    assert ask(chain.supervisor, square(400), zone=at_night, sample=sample(*week))["alerts"]["sirens"] == 0
    home = ask(chain.supervisor, square(400), kind="inclusion", sample=sample(*week))
    assert (home["alerts"]["sirens"], home["warnings"]) == (2, [])


def test_the_history_is_for_who_supervises_him_and_others_are_told_that_it_was_not_looked_at(chain, world):
    prosecutor = world.caller("OM-MN", OrganisationKind.PROSECUTION)
    order_id = chain.wearer(ban(circle(*FAR)))["orderId"]
    chain.send(*at(PLACE, 6, 12))
    found = ask(prosecutor, square(400), orderId=order_id)
    assert (found["triedOn"], found["alerts"], found["fixes"]) == ("none", None, 0)
    assert "history" in not_checked(found)
    assert ask(prosecutor, square(400), sample=sample((PLACE, 0, 5)))["alerts"]["sirens"] == 1
    stranger = world.caller("RN-OB", OrganisationKind.PROBATION)
    zones = [{"kind": "exclusion", "shape": square(400)}]
    for asked in (order_id, str(some_id())):
        assert stranger.post("/v1/zones/dry-run", {"zones": zones, "orderId": asked}).status_code == 404
    police = world.caller("POL-MN", OrganisationKind.POLICE)
    reader = world.caller("RN-MN", OrganisationKind.PROBATION, Scope.ORDERS_READ)
    assert {each.post("/v1/zones/dry-run", {"zones": zones}).status_code for each in (police, reader)} == {403}


def test_no_answer_holds_a_position_or_an_instant_of_the_wearer(chain):
    order_id = chain.wearer(ban(circle(*FAR)))["orderId"]
    chain.send(*at(beside(3000), 0, 5), *at(beside(33, 44), 6, 12))
    told = json.dumps(ask(chain.supervisor, square(400), orderId=order_id))
    assert "12:06" not in told
    assert str(round(beside(33, 44)[0], 4)) not in told


@pytest.mark.parametrize(("off_m", "near"), [(5_300, True), (5_500, False), (0, True)])
def test_a_banned_area_under_five_kilometres_from_his_home_is_warned_of(chain, off_m, near):
    home = dict(zip(("lat", "lon"), beside(off_m), strict=True))
    found = ask(chain.supervisor, square(400), home=home)
    assert (("near_home", [0]) in codes(found)) is near
    if near:
        [warning] = found["warnings"]
        assert warning["distanceM"] == pytest.approx(max(off_m - 400, 0), abs=20)
    assert "home" not in not_checked(found)
    assert ask(chain.supervisor, square(400), home=home, kind="inclusion")["warnings"] == []
    assert "home" in not_checked(ask(chain.supervisor, square(400)))


def test_a_circle_and_a_small_area_give_an_address_away_and_a_shape_is_offered_that_does_not(chain):
    round_one = circle(*PLACE, 300)
    found = ask(chain.supervisor, round_one, square(30), square(600), sample=sample((PLACE, 0, 5)))
    assert codes(found) == [("circle_tells_centre", [0]), ("small", [1])]
    offered = found["alternatives"][0]
    assert (offered["zones"], offered["insteadOf"], offered["alerts"]["sirens"]) == ([0], "circle_tells_centre", 1)
    lon_deg, lat_deg = offered["shape"]["center"]
    off_m = (((lat_deg - PLACE[0]) * LAT_M) ** 2 + ((lon_deg - PLACE[1]) * LON_M) ** 2) ** 0.5
    assert 60 < off_m < 260
    assert offered["shape"]["radiusM"] == pytest.approx(552, abs=2)
    assert ask(chain.supervisor, round_one)["alternatives"][0]["shape"] == offered["shape"]


def test_several_zones_that_meet_in_one_dwelling_give_it_away_also_with_one_the_order_has(chain):
    own = square(400, beside(-370))
    order_id = chain.wearer(ban(own), ban(square(400, beside(0, 9000)), reference="C2"))["orderId"]
    beyond = square(400, beside(370))
    assert codes(ask(chain.supervisor, beyond)) == []
    assert codes(ask(chain.supervisor, square(400, beside(200)), orderId=order_id)) == []
    [warning] = ask(chain.supervisor, square(400, beside(370, 740)), orderId=order_id)["warnings"]
    assert (warning["code"], warning["zones"]) == ("meet_in_one_dwelling", [0])
    assert warning["areaM2"] == pytest.approx(3600, abs=10)
    three = [square(400, beside(-350, -350)), square(400, beside(350, -350)), square(400, beside(0, 400))]
    assert codes(ask(chain.supervisor, *three)) == [("meet_in_one_dwelling", [0, 1, 2])]


def test_roads_and_railways_are_looked_at_with_a_file_and_otherwise_said_not_to_be(chain, tmp_path, monkeypatch):
    assert "transit_lines" in not_checked(ask(chain.supervisor, square(400)))
    ends = [list(beside(-2000)[::-1]), list(beside(2000)[::-1])]
    aside = [list(beside(-2000, 900)[::-1]), list(beside(2000, 900)[::-1])]
    lines = [("railway", "LineString", ends), ("main_road", "MultiLineString", [aside])]
    features = [
        {"type": "Feature", "properties": {"kind": kind}, "geometry": {"type": form, "coordinates": told}}
        for kind, form, told in lines
    ]
    file = tmp_path / "lines.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    settings = chain.world.shared.settings
    object.__setattr__(settings, "transit_lines_file", file)
    try:
        found = ask(chain.supervisor, square(400), square(1000), square(400, beside(0, 5000)))
    finally:
        object.__setattr__(settings, "transit_lines_file", None)
    assert codes(found) == [("railway", [0]), ("main_road", [1]), ("railway", [1])]
    assert "transit_lines" not in not_checked(found)


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"features": [{"properties": {"kind": "canal"}, "geometry": null}]}', '{"features": [7]}'],
)
def test_a_file_of_lines_that_cannot_be_read_stops_the_start(tmp_path, content):
    file = tmp_path / "lines.geojson"
    file.write_text(content)
    transit_lines.cache_clear()
    with pytest.raises(SettingError, match="TRANSIT_LINES_FILE"):
        transit_lines(file)


def test_every_fault_of_a_question_is_told_at_once_and_at_its_place(chain):
    zones = [
        {"kind": "exclusion", "shape": {"type": "Circle", "center": [5.1, 52.0], "radiusM": -1}},
        {"kind": "exclusion", "shape": {"type": "LineString", "coordinates": [[5.1, 52.0], [5.2, 52.0]]}},
        {"kind": "inclusion", "shape": circle(*INSIDE), "schedule": {"weekly": []}},
    ]
    answer = chain.supervisor.post("/v1/zones/dry-run", {"zones": zones})
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json["errors"]] == [
        "#/zones/0/shape/radiusM",
        "#/zones/1/bufferM",
        "#/zones/2/schedule/weekly",
    ]
    for body in ({"zones": []}, {"zones": zones[:1], "days": 99}, {"zones": zones[2:], "timeZone": "Mars/Phobos"}):
        assert chain.supervisor.post("/v1/zones/dry-run", body).status_code == 400
