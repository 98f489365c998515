import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from registry.monitoring.gateways import GatewayRequest, GatewayResult, decode
from registry.monitoring.rules import PingKind

DATA = Path(os.environ.get("BB_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
CAPTURED = DATA / "protocols" / "client_requests.jsonl"
RECEIVED_MS = 1_795_165_205_000
FORMATS = {
    "osmand-json": "osmand",
    "osmand-query": "osmand",
    "owntracks": "owntracks",
    "traccar-forward-json": "traccar",
}

pytestmark = pytest.mark.skipif(not CAPTURED.exists(), reason=f"no captured requests in {CAPTURED}: set BB_SHARED_DATA")


def captured() -> list[dict[str, Any]]:
    if not CAPTURED.exists():
        return []
    return [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines() if line.strip()]


def replayed(sent: dict[str, Any]) -> GatewayResult:
    query = parse_qsl(urlsplit(sent["path"]).query, keep_blank_values=True)
    body = b"" if sent["body"] is None else json.dumps(sent["body"]).encode()
    return decode(FORMATS[sent["client"]], GatewayRequest(query, sent["content_type"], body, RECEIVED_MS))


def test_all_captured_requests_are_there() -> None:
    assert len(captured()) == 49
    assert {sent["client"] for sent in captured()} == set(FORMATS)


@pytest.mark.parametrize("sent", captured(), ids=lambda sent: f"{sent['client']}:{sent['expect']}")
def test_a_captured_request_gets_the_answer_its_client_expects(sent: dict[str, Any]) -> None:
    result = replayed(sent)
    assert result.answer_body == (b"[]" if sent["client"] == "owntracks" else b"")
    if sent["expect"] == "verifyNull":
        assert (result.answer_status, result.pings) == (400, ())
        return
    assert result.answer_status == 200
    assert result.rejections == ()
    assert len(result.pings) == (0 if sent["expect"] == "ignore" else 1)
    if sent["expect"] == "verifyNotNull":
        assert [ping.kind for ping in result.pings] == [PingKind.STATUS]
    elif result.pings:
        assert result.pings[0].valid


@pytest.mark.parametrize("sent", captured(), ids=lambda sent: f"{sent['client']}:{sent['expect']}")
def test_a_captured_request_keeps_its_place_its_device_and_its_battery(sent: dict[str, Any]) -> None:
    pings = [ping for ping in replayed(sent).pings if ping.valid]
    for ping in pings:
        assert (ping.lat_deg, ping.lon_deg) == _place(sent)
        assert ping.device
        assert ping.accuracy_m is None or ping.accuracy_m > 0
        assert ping.battery_pct is None or 0 <= ping.battery_pct <= 100


def test_the_captured_alarm_of_a_removed_band_is_an_alarm() -> None:
    alarms = [ping.alarm for sent in captured() for ping in replayed(sent).pings if ping.kind is PingKind.ALARM]
    assert alarms == ["removing"]


def test_the_captured_times_are_read_in_every_notation() -> None:
    queries = [sent for sent in captured() if sent["client"] == "osmand-query" and sent["expect"] != "verifyNull"]
    assert [replayed(sent).pings[0].at_ms for sent in queries] == [_time_ms(sent) for sent in queries]
    assert len({len(str(_timestamp(sent))) for sent in queries}) == 5


def _timestamp(sent: dict[str, Any]) -> str | None:
    return dict(parse_qsl(urlsplit(sent["path"]).query)).get("timestamp")


def _time_ms(sent: dict[str, Any]) -> int:
    written = _timestamp(sent)
    if written is None:
        return RECEIVED_MS
    if written.isdigit():
        return int(written.ljust(13, "0"))
    at = datetime.strptime(written.replace("T", " ").rstrip("Z"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return int(at.timestamp()) * 1000


def _place(sent: dict[str, Any]) -> tuple[float, float]:
    if sent["client"] == "osmand-query":
        named = dict(parse_qsl(urlsplit(sent["path"]).query))
        lat, lon = named["location"].split(",") if "location" in named else (named["lat"], named["lon"])
        return float(lat), float(lon)
    body = sent["body"]
    if sent["client"] == "owntracks":
        return body["lat"], body["lon"]
    place = body["location"]["coords"] if sent["client"] == "osmand-json" else body["position"]
    return place["latitude"], place["longitude"]
