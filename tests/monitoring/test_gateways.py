import math
from urllib.parse import urlencode

import pytest

from registry.monitoring.gateways import decode
from registry.monitoring.pings import content_hash
from registry.monitoring.rules import PingKind
from tests.monitoring.trackers import (
    FIX_MS,
    FIX_S,
    FORWARD_POSITION,
    RECEIVED_MS,
    Json,
    only,
    osmand,
    refused,
    request,
    traccar,
)


def test_a_traccar_forward_becomes_a_position_with_speed_from_knots() -> None:
    ping = only(traccar(FORWARD_POSITION))
    assert (ping.device, ping.fix_at_ms, ping.message_at_ms, ping.sequence) == ("EB-1", FIX_MS, FIX_MS, 0)
    assert (ping.lat_deg, ping.lon_deg, ping.accuracy_m, ping.hdop) == (51.92, 4.48, 8.0, 0.9)
    assert ping.speed_mps == pytest.approx(5.1444, abs=1e-4)
    assert (ping.course_deg, ping.altitude_m, ping.battery_pct) == (45.0, 2.0, 71.0)
    assert ping.kind is PingKind.POSITION


def test_traccar_leaves_accuracy_unknown_when_it_says_zero() -> None:
    ping = only(traccar(FORWARD_POSITION | {"accuracy": 0.0, "attributes": {"hdop": 0.0}}))
    assert (ping.accuracy_m, ping.hdop) == (None, None)


@pytest.mark.parametrize("alarm", ["removing", "tampering", "removing,lowBattery"])
def test_a_traccar_alarm_keeps_its_position(alarm: str) -> None:
    ping = only(traccar(FORWARD_POSITION | {"attributes": {"alarm": alarm}}))
    assert (ping.kind, ping.alarm, ping.valid) == (PingKind.ALARM, alarm, True)


@pytest.mark.parametrize("change", [{"valid": False}, {"outdated": True}, {"latitude": 0.0, "longitude": 0.0}])
def test_a_last_known_position_of_traccar_is_a_status_at_the_time_of_its_message(change: Json) -> None:
    stale = {"fixTime": "1970-01-01T00:00:00.000+00:00", "deviceTime": "2026-11-20T09:00:02+0000"}
    ping = only(traccar(FORWARD_POSITION | stale | change))
    assert (ping.kind, ping.valid, ping.fix_at_ms) == (PingKind.STATUS, False, None)
    assert ping.message_at_ms == FIX_MS + 2000


def test_two_alarms_on_one_fix_are_two_and_a_forward_sent_again_is_one() -> None:
    removing = FORWARD_POSITION | {"attributes": {"alarm": "removing"}, "deviceTime": "2026-11-20T09:00:01Z"}
    battery = FORWARD_POSITION | {"attributes": {"alarm": "lowBattery"}, "deviceTime": "2026-11-20T09:00:02Z"}
    first, second, again = only(traccar(removing)), only(traccar(battery)), only(traccar(removing))
    assert first.identity != second.identity
    assert (first.identity, content_hash(first)) == (again.identity, content_hash(again))


@pytest.mark.parametrize(
    ("times", "at_ms"),
    [
        ({"fixTime": FIX_MS}, FIX_MS),
        ({"fixTime": None}, FIX_MS),
        ({"fixTime": None, "deviceTime": None}, FIX_MS + 4500),
        ({"fixTime": None, "deviceTime": None, "serverTime": None}, RECEIVED_MS),
    ],
)
def test_traccar_falls_back_from_one_time_to_the_next(times: Json, at_ms: int) -> None:
    assert only(traccar(FORWARD_POSITION | times)).at_ms == at_ms


def test_traccar_maps_written_as_lists_are_read_as_empty() -> None:
    assert only(traccar(FORWARD_POSITION | {"attributes": []}, {"uniqueId": 42, "attributes": []})).device == "42"


def test_a_forward_without_device_or_json_asks_for_a_second_try() -> None:
    assert refused(traccar(FORWARD_POSITION, {"name": "x"})) == (400, ["device_missing"])
    assert refused(decode("traccar", request(b'{"position":{'))) == (400, ["not_json"])
    assert refused(decode("traccar", request(b""))) == (400, ["not_json"])


def test_a_readable_forward_that_is_refused_is_answered_all_the_same() -> None:
    assert refused(traccar(FORWARD_POSITION | {"latitude": 91.0})) == (200, ["position_out_of_range"])
    assert refused(traccar(FORWARD_POSITION | {"latitude": math.nan})) == (200, ["position_out_of_range"])
    assert refused(traccar({})) == (200, ["position_missing"])
    assert refused(traccar(FORWARD_POSITION | {"fixTime": "soon", "deviceTime": "x"})) == (200, ["time_invalid"])
    assert refused(traccar(FORWARD_POSITION | {"fixTime": "2027-11-20T09:00:00Z"})) == (200, ["time_in_future"])


def test_an_osmand_query_becomes_a_position_with_speed_from_knots() -> None:
    result = osmand(f"id=EB-1&lat=51.92&lon=4.48&timestamp={FIX_S}&speed=10&bearing=45&altitude=2&hdop=0.9&batt=71")
    ping = only(result)
    assert (result.answer_status, result.answer_body) == (200, b"")
    assert (ping.device, ping.fix_at_ms, ping.message_at_ms) == ("EB-1", FIX_MS, None)
    assert ping.speed_mps == pytest.approx(5.1444, abs=1e-4)
    assert (ping.course_deg, ping.altitude_m, ping.hdop, ping.battery_pct) == (45.0, 2.0, 0.9, 71.0)


@pytest.mark.parametrize(
    ("timestamp", "at_ms"),
    [
        (str(FIX_S), FIX_MS),
        (str(FIX_MS + 7), FIX_MS + 7),
        ("2026-11-20T09:00:00Z", FIX_MS),
        ("2026-11-20T10:00:00.007+01:00", FIX_MS + 7),
        ("2026-11-20T09:00:00", FIX_MS),
        ("2026-11-20 09:00:00", FIX_MS),
        ("", RECEIVED_MS),
    ],
)
def test_every_way_in_which_osmand_writes_a_time_is_read(timestamp: str, at_ms: int) -> None:
    assert only(osmand(f"id=EB-1&lat=51.92&lon=4.48&timestamp={timestamp}")).fix_at_ms == at_ms


def test_a_time_that_cannot_be_read_is_not_taken_for_now() -> None:
    for timestamp in ("soon", "-5", "nan", "1e300", "1_795_165_200"):
        assert refused(osmand(f"id=EB-1&lat=51.92&lon=4.48&timestamp={timestamp}")) == (200, ["time_invalid"])


def test_osmand_names_for_the_same_thing_are_read_alike() -> None:
    one = osmand(f"deviceid=EB-1&location=51.92,4.48&timestamp={FIX_S}&heading=45&hacc=8")
    assert only(one) == only(osmand(f"id=EB-1&lat=51.92&lon=4.48&timestamp={FIX_S}&bearing=45&accuracy=8"))


def test_a_form_is_read_as_a_query() -> None:
    form = {"id": "EB-1", "lat": "51.92", "lon": "4.48", "timestamp": "2026-11-20 09:00:00"}
    posted = decode("osmand", request(urlencode(form).encode(), kind="application/x-www-form-urlencoded"))
    assert only(posted) == only(osmand(f"id=EB-1&lat=51.92&lon=4.48&timestamp={FIX_S}"))


def test_of_a_repeated_osmand_parameter_the_last_counts() -> None:
    assert only(osmand("id=A&id=B&lat=1&lat=51.92&lon=4.48")).identity == ("B", RECEIVED_MS, 0, PingKind.POSITION)


def test_cells_and_networks_alone_are_a_status() -> None:
    ping = only(osmand(f"id=EB-1&timestamp={FIX_S}&cell=204,08,16,2224&wifi=00-14-22-01-23-45,-80&batt=12"))
    assert (ping.kind, ping.valid, ping.at_ms, ping.battery_pct) == (PingKind.STATUS, False, FIX_MS, 12.0)


def test_an_osmand_query_may_say_that_its_position_is_not_valid() -> None:
    for word, kind in (("false", "status"), ("0", "status"), ("true", "position"), ("1", "position")):
        assert only(osmand(f"id=EB-1&lat=51.92&lon=4.48&valid={word}")).kind == kind


def test_an_osmand_alarm_is_an_alarm() -> None:
    assert only(osmand("id=EB-1&lat=51.92&lon=4.48&alarm=tampering")).kind is PingKind.ALARM
    assert only(osmand("id=EB-1&alarm=sos")).alarm == "sos"
    assert only(osmand("id=EB-1&lat=51.92&lon=4.48&alarm=false")).kind is PingKind.POSITION
    assert only(osmand("id=EB-1&lat=51.92&lon=4.48&alarm=\x07")).alarm == "general"


@pytest.mark.parametrize("query", [f"timestamp={FIX_S}&lat=51.92&lon=4.48", "id=&lat=1&lon=2", "id= "])
def test_an_osmand_message_without_device_is_a_bad_request(query: str) -> None:
    assert refused(osmand(query)) == (400, ["device_missing"])


def test_an_osmand_position_that_cannot_be_read_is_refused_and_blocks_no_queue() -> None:
    for place in ("lat=north&lon=4.48", "lat=51.92", "location=here", "lat=nan&lon=4", "lat=91&lon=4", "lat=1_0&lon=4"):
        status, codes = refused(osmand(f"id=EB-1&{place}"))
        assert status == 200
        assert set(codes) <= {"position_out_of_range", "position_missing"}
        assert codes


def test_a_form_of_countless_parameters_is_refused() -> None:
    assert refused(decode("osmand", request(b"id=1&" * 300, kind=None))) == (400, ["too_many_parameters"])
