import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import NotFound
from registry.monitoring.gateways import FORMATS, MAX_BODY_BYTES, GatewayRequest, GatewayResult, decode
from registry.monitoring.pings import content_hash
from registry.monitoring.rules import PingKind
from tests.monitoring.trackers import (
    FORWARD_POSITION,
    LOCATION,
    PHONE,
    RECEIVED_MS,
    Json,
    client,
    owntracks,
    refused,
    request,
)


def test_an_unknown_format_is_not_found() -> None:
    with pytest.raises(NotFound):
        decode("gpx", request())


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_a_body_too_large_is_answered_so(format: str) -> None:
    assert refused(decode(format, request(b" " * (MAX_BODY_BYTES + 1)))) == (413, ["body_too_large"])


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_json_nested_too_deeply_is_answered_as_unreadable(format: str) -> None:
    assert refused(decode(format, request(b"[" * 100_000))) == (400, ["not_json"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
TEXT = st.text(max_size=12) | st.sampled_from(["nan", "-1", "1e999", "2026-11-20", "9" * 5000, "-inf", "0x1", "1,2,3"])
NAMES = [
    "id",
    "lat",
    "lon",
    "timestamp",
    "location",
    "speed",
    "heading",
    "hacc",
    "valid",
    "alarm",
    "batt",
    "cell",
    "hdop",
]


def odd(like: Json) -> st.SearchStrategy[Json]:
    return st.dictionaries(st.sampled_from(sorted(like)), JSON | TEXT, max_size=5).map(lambda change: like | change)


@given(odd(FORWARD_POSITION), odd({"uniqueId": "EB-1"}))
def test_any_traccar_forward_is_answered(position: Json, device: Json) -> None:
    answered_soundly(decode("traccar", request({"position": position, "device": device})))


@given(odd(LOCATION | {"age": 1}), JSON | st.just("EB-1"))
def test_any_message_of_the_traccar_client_is_answered(location: Json, device: object) -> None:
    answered_soundly(client(location, device))


@given(odd(PHONE | {"topic": "a/b/c", "created_at": 1, "t": "u"}))
def test_any_message_of_owntracks_is_answered(message: Json) -> None:
    result = owntracks(message)
    answered_soundly(result)
    assert result.answer_body == b"[]"


@given(st.lists(st.tuples(st.sampled_from(NAMES), TEXT), max_size=8))
def test_any_osmand_query_is_answered(pairs: list[tuple[str, str]]) -> None:
    answered_soundly(decode("osmand", GatewayRequest([("id", "EB-1"), *pairs], None, b"", RECEIVED_MS)))


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=50), st.sampled_from([None, "application/json", "x"]))
def test_any_bytes_are_answered(format: str, body: bytes, kind: str | None) -> None:
    answered_soundly(decode(format, request(body, kind=kind)))


def answered_soundly(result: GatewayResult) -> None:
    assert result.answer_status in (200, 400, 413)
    assert result.answer_status == 200 or (result.rejections and not result.pings)
    for ping in result.pings:
        assert ping.device.isprintable()
        assert ping.kind is not PingKind.POSITION or ping.valid
        assert ping.lat_deg is None or abs(ping.lat_deg) <= 90
        assert 0 <= ping.sequence < 2**53
        assert len(content_hash(ping)) == 8
