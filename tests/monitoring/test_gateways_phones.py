import pytest

from registry.monitoring.gateways import decode
from registry.monitoring.rules import PingKind
from tests.monitoring.trackers import FIX_MS, FIX_S, LOCATION, PHONE, client, only, owntracks, refused, request


def test_a_message_of_the_traccar_client_is_read_in_metres_and_fractions() -> None:
    result = client(LOCATION)
    ping = only(result)
    assert (result.answer_status, result.answer_body) == (200, b"")
    assert (ping.fix_at_ms, ping.message_at_ms, ping.speed_mps, ping.battery_pct) == (FIX_MS, None, 2.5, 71.0)
    assert (ping.accuracy_m, ping.course_deg, ping.altitude_m) == (8.0, 45.0, 2.0)


def test_the_traccar_client_says_unknown_with_minus_one() -> None:
    coords = {"latitude": 51.92, "longitude": 4.48, "accuracy": 0, "speed": -1, "heading": -1}
    ping = only(client(LOCATION | {"coords": coords, "battery": {"level": -1}}))
    assert (ping.accuracy_m, ping.speed_mps, ping.course_deg, ping.battery_pct) == (None, None, None, None)
    assert ping.valid


def test_the_age_of_a_location_dates_its_message() -> None:
    ping = only(client(LOCATION | {"age": 1500}))
    assert (ping.fix_at_ms, ping.message_at_ms) == (FIX_MS, FIX_MS + 1500)


def test_an_alarm_of_the_traccar_client_comes_in_its_extras() -> None:
    assert only(client(LOCATION | {"extras": {"alarm": "sos"}})).kind is PingKind.ALARM


def test_a_client_that_saved_up_locations_gets_each_judged() -> None:
    result = client([LOCATION, {"coords": {"latitude": 99, "longitude": 4}}, 7, LOCATION | {"timestamp": FIX_S + 9}])
    assert result.answer_status == 200
    assert [ping.at_ms for ping in result.pings] == [FIX_MS, FIX_MS + 9000]
    assert [(rejection.index, rejection.code) for rejection in result.rejections] == [
        (1, "position_out_of_range"),
        (2, "position_missing"),
    ]
    assert client([LOCATION] * 1001).answer_status == 413


def test_a_client_message_without_device_or_cut_short_is_a_bad_request() -> None:
    assert refused(client(LOCATION, None)) == (400, ["device_missing"])
    assert refused(client(LOCATION, True)) == (400, ["device_missing"])
    assert refused(decode("osmand", request(b'{"location":{"coords"'))) == (400, ["not_json"])


def test_a_phone_of_owntracks_becomes_a_position_with_speed_from_kilometres() -> None:
    result = owntracks(PHONE)
    ping = only(result)
    assert (result.answer_status, result.answer_body, result.answer_content_type) == (200, b"[]", "application/json")
    assert (ping.device, ping.fix_at_ms, ping.battery_pct) == ("AB", FIX_MS, 71.0)
    assert ping.speed_mps == pytest.approx(10.0)
    assert (ping.accuracy_m, ping.course_deg, ping.altitude_m) == (8.0, 45.0, 2.0)


def test_what_owntracks_leaves_out_is_unknown() -> None:
    ping = only(owntracks({"_type": "location", "tid": "AB", "lat": 51.92, "lon": 4.48, "tst": FIX_S, "vel": -1}))
    assert (ping.accuracy_m, ping.speed_mps, ping.course_deg, ping.battery_pct) == (None, None, None, None)


def test_a_phone_is_known_by_its_topic_then_its_headers_then_its_initials() -> None:
    topic = PHONE | {"topic": "owntracks/jane/phone"}
    assert only(owntracks(topic, X_Limit_U="other", X_Limit_D="thing")).device == "jane/phone"
    assert only(owntracks(PHONE, x_limit_u="jane", X_LIMIT_D="phone")).device == "jane/phone"
    asked = decode("owntracks", request(PHONE, query="u=jane&d=phone"))
    assert only(asked).device == "jane/phone"
    nameless = {name: value for name, value in PHONE.items() if name != "tid"}
    assert refused(owntracks(nameless)) == (400, ["device_missing"])


@pytest.mark.parametrize("kind", ["lwt", "transition", "waypoint", "status", "card", "steps", None, 5, ["location"]])
def test_owntracks_messages_about_other_things_are_ignored(kind: object) -> None:
    result = owntracks(PHONE | {"_type": kind})
    assert (result.pings, result.rejections, result.answer_status) == ((), (), 200)
    assert result.answer_body == b"[]"


def test_an_empty_body_of_owntracks_is_ignored_and_a_cut_one_is_not() -> None:
    for body in (b"", b" \n"):
        result = decode("owntracks", request(body))
        assert (result.pings, result.rejections, result.answer_status, result.answer_body) == ((), (), 200, b"[]")
    for body in (b'{"_type":"loc', b"[]", b"\xff"):
        result = decode("owntracks", request(body))
        assert refused(result) == (400, ["not_json"])
        assert result.answer_body == b"[]"


def test_an_encrypted_phone_is_not_lost_in_silence() -> None:
    assert refused(owntracks({"_type": "encrypted", "data": "x"})) == (200, ["encrypted"])


def test_a_last_known_position_of_owntracks_is_a_status() -> None:
    assert only(owntracks(PHONE | {"t": "l"})).kind is PingKind.STATUS
    assert only(owntracks(PHONE | {"t": "u"})).kind is PingKind.POSITION


def test_an_empty_battery_of_owntracks_is_an_alarm() -> None:
    assert only(owntracks(PHONE | {"t": "9"})).alarm == "lowBattery"


def test_two_phone_messages_on_one_fix_are_told_apart_by_when_they_were_made() -> None:
    first, second = only(owntracks(PHONE | {"created_at": FIX_S})), only(owntracks(PHONE | {"created_at": FIX_S + 3}))
    assert (first.fix_at_ms, first.sequence) == (FIX_MS, 0)
    assert (second.fix_at_ms, second.sequence) == (FIX_MS, 3000)
