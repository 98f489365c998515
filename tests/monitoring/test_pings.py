import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Invalid
from registry.monitoring.pings import MAX_PINGS, Batch, Ping, Rejection, content_hash, decode_batch
from registry.monitoring.rules import PingKind

NOW_MS = 1_795_165_200_000  # 2026-11-20T09:00:00Z
HOUR_MS = 3_600_000
GOOD = {"device": "EB-1", "fixTime": "2026-11-20T09:00:00.250Z", "lat": 52.09, "lon": 5.12}


def decoded(*items: object) -> Batch:
    return decode_batch(json.dumps({"pings": list(items)}).encode(), NOW_MS)


def only(*items: object) -> Ping:
    [ping] = decoded(*items).pings
    assert isinstance(ping, Ping)
    return ping


def refusal(item: object) -> Rejection:
    good, bad, last = decoded(GOOD, item, GOOD).pings
    assert isinstance(good, Ping)
    assert isinstance(last, Ping)
    assert isinstance(bad, Rejection)
    assert bad.index == 1
    return bad


def codes(item: object) -> list[tuple[str, str | None]]:
    return [(fault.pointer.removeprefix("/pings/1"), fault.code) for fault in refusal(item).faults]


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_full_ping_keeps_every_field() -> None:
    ping = only(
        GOOD
        | {"messageTime": "2026-11-20T10:00:05+01:00", "sequence": 7, "kind": "position", "accuracyM": 12.5}
        | {"hdop": 1.1, "speedMps": 1.4, "courseDeg": 270, "altitudeM": -3, "batteryPct": 88}
    )
    assert ping == Ping(
        device="EB-1",
        fix_at_ms=NOW_MS + 250,
        message_at_ms=NOW_MS + 5000,
        sequence=7,
        kind=PingKind.POSITION,
        lat_deg=52.09,
        lon_deg=5.12,
        accuracy_m=12.5,
        hdop=1.1,
        speed_mps=1.4,
        course_deg=270.0,
        altitude_m=-3.0,
        battery_pct=88.0,
    )
    assert ping.valid
    assert ping.identity == ("EB-1", NOW_MS + 250, 7, PingKind.POSITION)


def test_one_instant_written_in_two_offsets_is_one_identity() -> None:
    amsterdam = only(GOOD | {"fixTime": "2026-11-20T10:00:00.250+01:00"})
    assert amsterdam.identity == only(GOOD).identity
    assert content_hash(amsterdam) == content_hash(only(GOOD))


def test_other_content_has_another_hash_and_another_message_time_has_not() -> None:
    hashes = {
        content_hash(only(GOOD | change))
        for change in ({}, {"lat": 52.0901}, {"accuracyM": 5}, {"batteryPct": 5}, {"alarm": "removing"})
    }
    assert len(hashes) == 5
    assert {len(each) for each in hashes} == {8}
    assert content_hash(only(GOOD | {"messageTime": "2026-11-20T09:05:00Z"})) == content_hash(only(GOOD))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (without("device"), [("/device", "device_missing")]),
        (GOOD | {"device": "  "}, [("/device", "device_missing")]),
        (GOOD | {"device": "x" * 129}, [("/device", "device_invalid")]),
        (GOOD | {"device": "a\nb"}, [("/device", "device_invalid")]),
        (GOOD | {"device": "\ud800"}, [("/device", "device_invalid")]),
        (GOOD | {"device": 17}, [("/device", "device_invalid")]),
        (without("fixTime"), [("/fixTime", "time_missing")]),
        (GOOD | {"fixTime": "2026-11-20T09:00:00"}, [("/fixTime", "time_invalid")]),
        (GOOD | {"fixTime": "yesterday"}, [("/fixTime", "time_invalid")]),
        (GOOD | {"fixTime": 1795165200}, [("/fixTime", "time_invalid")]),
        (GOOD | {"messageTime": "2026-11-20"}, [("/messageTime", "time_invalid")]),
        (GOOD | {"fixTime": "2026-11-21T09:00:01Z"}, [("/fixTime", "time_in_future")]),
        (GOOD | {"fixTime": "1980-01-06T00:00:00Z"}, [("/fixTime", "time_too_old")]),
        (GOOD | {"fixTime": "0001-01-01T00:00:00+14:00"}, [("/fixTime", "time_too_old")]),
        (GOOD | {"lat": 90.001}, [("/lat", "position_out_of_range")]),
        (GOOD | {"lon": -180.001}, [("/lon", "position_out_of_range")]),
        (GOOD | {"lat": math.nan}, [("/lat", "position_out_of_range")]),
        (GOOD | {"lon": math.inf}, [("/lon", "position_out_of_range")]),
        (GOOD | {"lat": 10**400}, [("/lat", "type_invalid")]),
        (GOOD | {"lat": "52.09"}, [("/lat", "type_invalid")]),
        (GOOD | {"lat": True}, [("/lat", "type_invalid")]),
        (GOOD | {"lat": None}, [("/lat", "position_missing")]),
        (without("lon"), [("/lon", "position_missing")]),
        (without("lon") | {"kind": "status"}, [("/lon", "position_missing")]),
        (GOOD | {"kind": "fix"}, [("/kind", "kind_unknown")]),
        (GOOD | {"sequence": -1}, [("/sequence", "type_invalid")]),
        (GOOD | {"sequence": 1.5}, [("/sequence", "type_invalid")]),
        (GOOD | {"alarm": "x" * 65}, [("/alarm", "alarm_invalid")]),
        (GOOD | {"valid": "no"}, [("/valid", "type_invalid")]),
        (GOOD | {"hdop": [1]}, [("/hdop", "type_invalid")]),
        (GOOD | {"colour/of~x": 1}, [("/colour~1of~0x", "unknown_field")]),
        ("ping", [("", "type_invalid")]),
        (None, [("", "type_invalid")]),
    ],
)
def test_a_bad_ping_is_refused_with_its_reason_and_costs_no_other(
    item: object, expected: list[tuple[str, str]]
) -> None:
    assert codes(item) == expected
    assert refusal(item).detail


def test_every_fault_of_a_ping_is_named_at_once() -> None:
    assert codes({"device": 1, "fixTime": "x", "lat": [], "kind": "k", "rest": 1}) == [
        ("/device", "device_invalid"),
        ("/fixTime", "time_invalid"),
        ("/lat", "type_invalid"),
        ("/kind", "kind_unknown"),
        ("/rest", "unknown_field"),
    ]
    assert codes({"lat": 91, "lon": 181}) == [
        ("/device", "device_missing"),
        ("/fixTime", "time_missing"),
        ("/lat", "position_out_of_range"),
        ("/lon", "position_out_of_range"),
    ]


def test_a_refusal_repeats_nothing_that_was_sent() -> None:
    texts = [fault.detail for fault in refusal(GOOD | {"device": "SECRET\n", "alarm": "SECRET" * 20}).faults]
    assert len(texts) == 2
    assert "SECRET" not in " ".join(texts)


@pytest.mark.parametrize("change", [{"lat": 0, "lon": 0.0}, {"valid": False}, {"valid": False, "lat": None, "lon": 9}])
def test_a_ping_without_usable_position_becomes_a_status(change: dict[str, object]) -> None:
    ping = only(GOOD | {"batteryPct": 9} | change)
    assert (ping.kind, ping.valid, ping.lat_deg, ping.lon_deg) == (PingKind.STATUS, False, None, None)
    assert (ping.fix_at_ms, ping.message_at_ms, ping.battery_pct) == (None, NOW_MS + 250, 9.0)


def test_a_position_on_the_equator_or_the_meridian_is_a_position() -> None:
    assert only(GOOD | {"lat": 0}).valid
    assert only(GOOD | {"lon": 0}).valid


def test_a_repeated_last_fix_keeps_the_time_of_its_own_message() -> None:
    ping = only(GOOD | {"valid": False, "messageTime": "2026-11-20T09:30:00Z"})
    assert ping.identity == ("EB-1", NOW_MS + HOUR_MS // 2, 0, PingKind.STATUS)


def test_a_position_that_only_has_a_message_time_is_known_by_that() -> None:
    ping = only(without("fixTime") | {"messageTime": "2026-11-20T09:00:00Z"})
    assert (ping.fix_at_ms, ping.at_ms, ping.kind) == (None, NOW_MS, PingKind.POSITION)


def test_an_alarm_is_an_alarm_with_or_without_position() -> None:
    removed = only(GOOD | {"alarm": "removing"})
    assert (removed.kind, removed.alarm, removed.valid) == (PingKind.ALARM, "removing", True)
    blind = only({"device": "EB-1", "messageTime": "2026-11-20T09:00:00Z", "alarm": "removing"})
    assert (blind.kind, blind.valid) == (PingKind.ALARM, False)
    assert only(GOOD | {"kind": "status", "alarm": "lowBattery"}).kind is PingKind.ALARM
    assert only(GOOD | {"alarm": ""}).kind is PingKind.POSITION


@pytest.mark.parametrize("name", ["accuracyM", "hdop", "speedMps", "courseDeg", "batteryPct"])
@pytest.mark.parametrize("value", [-1, math.nan, -math.inf, None])
def test_an_impossible_measure_is_unknown_and_costs_no_position(name: str, value: float | None) -> None:
    assert only(GOOD | {name: value}) == only(GOOD)


def test_an_accuracy_of_zero_is_unknown_but_a_speed_of_zero_is_standing_still() -> None:
    ping = only(GOOD | {"accuracyM": 0, "hdop": 0.0, "speedMps": 0, "courseDeg": 0, "altitudeM": 0})
    assert (ping.accuracy_m, ping.hdop) == (None, None)
    assert (ping.speed_mps, ping.course_deg, ping.altitude_m) == (0.0, 0.0, 0.0)


def test_the_limit_on_the_future_can_be_set_and_a_late_fix_is_welcome() -> None:
    body = json.dumps({"pings": [GOOD]}).encode()
    assert decode_batch(body, NOW_MS - HOUR_MS, HOUR_MS).rejected[0].code == "time_in_future"
    assert not decode_batch(body, NOW_MS + 400 * 24 * HOUR_MS, HOUR_MS).rejected


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"", "", "not_json"),
        (b"nonsense", "", "not_json"),
        (b'{"pings":[', "", "not_json"),
        (b'{"pings":[{"device":"EB-1"', "", "not_json"),
        (b"\xff\xfe\x00", "", "not_json"),
        (b"[" * 200_000, "", "not_json"),
        (b'{"pings":[' + b"1" * 5000 + b"]}", "", "not_json"),
        (b"[]", "/pings", "pings_missing"),
        (b"{}", "/pings", "pings_missing"),
        (b'{"pings":{}}', "/pings", "pings_missing"),
        (b'{"pings":null}', "/pings", "pings_missing"),
        (b'{"pings":[],"more":1}', "/more", "unknown_field"),
        (b'{"pings":[' + b"1," * MAX_PINGS + b"1]}", "/pings", "too_many_pings"),
    ],
)
def test_a_bad_envelope_is_refused_as_a_whole(body: bytes, pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode_batch(body, NOW_MS)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [(pointer, code)]


def test_an_empty_batch_is_empty_and_a_full_one_is_taken() -> None:
    assert decoded().pings == []
    full = decoded(*[GOOD] * MAX_PINGS)
    assert len(list(full.accepted)) == MAX_PINGS
    assert not full.rejected


def test_a_list_of_refusals_and_pings_keeps_the_order_of_the_request() -> None:
    batch = decoded(GOOD, 1, GOOD | {"sequence": 2}, GOOD | {"lat": 91})
    assert [index for index, _ in batch.accepted] == [0, 2]
    assert [rejection.index for rejection in batch.rejected] == [1, 3]
    assert batch.rejected[1].pointer == "/pings/3/lat"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from([*GOOD, "messageTime", "sequence", "kind", "accuracyM", "speedMps", "valid", "alarm", "x"])
TIMES = st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
NEARLY = st.dictionaries(NAMES, JSON | TIMES | st.floats(-200, 200), max_size=8).map(lambda odd: GOOD | odd)


@given(st.lists(NEARLY | JSON, max_size=4))
def test_whatever_the_items_hold_each_gets_its_own_outcome(items: list[object]) -> None:
    batch = decoded(*items)
    assert len(batch.pings) == len(items)
    for ping in batch.pings:
        if isinstance(ping, Ping):
            assert_sound(ping)
        else:
            assert ping.detail.isascii()
            json.dumps(ping.pointer).encode("utf-8")


@given(st.lists(NEARLY | JSON, max_size=3))
def test_a_ping_is_judged_the_same_in_any_company(items: list[object]) -> None:
    together = decoded(*items, 1).pings[:-1]
    alone = [decoded(item).pings[0] for item in items]
    assert [_free_of_place(ping) for ping in together] == [_free_of_place(ping) for ping in alone]


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda middle: b'{"pings":[{"lat":' + middle + b"}]}"))
def test_any_bytes_are_a_batch_or_invalid(body: bytes) -> None:
    try:
        decode_batch(body, NOW_MS)
    except Invalid as error:
        assert error.faults


def assert_sound(ping: Ping) -> None:
    assert ping.device.strip()
    assert 0 < ping.at_ms <= NOW_MS + 24 * HOUR_MS
    assert (ping.lat_deg is None) == (ping.lon_deg is None)
    if ping.lat_deg is not None and ping.lon_deg is not None:
        assert abs(ping.lat_deg) <= 90
        assert abs(ping.lon_deg) <= 180
    assert ping.kind is not PingKind.POSITION or ping.valid
    measures = msgspec.structs.asdict(ping).values()
    assert all(math.isfinite(value) for value in measures if isinstance(value, float))
    assert len(content_hash(ping)) == 8


def _free_of_place(ping: Ping | Rejection) -> object:
    return ping if isinstance(ping, Ping) else [(f.code, f.pointer.split("/")[3:]) for f in ping.faults]
