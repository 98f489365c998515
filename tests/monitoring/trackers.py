"""Requests as trackers send them, invented here, and what came out of them."""

import json

from registry.monitoring.gateways import GatewayRequest, GatewayResult, decode
from registry.monitoring.pings import Ping

RECEIVED_MS = 1_795_165_205_000  # 2026-11-20T09:00:05Z
FIX_MS = 1_795_165_200_000
FIX_S = FIX_MS // 1000

Json = dict[str, object]

FORWARD_POSITION: Json = {
    "id": 0,
    "attributes": {"batteryLevel": 71, "hdop": 0.9, "motion": True},
    "deviceTime": "2026-11-20T09:00:00.000+00:00",
    "fixTime": "2026-11-20T09:00:00.000+00:00",
    "serverTime": "2026-11-20T09:00:04.500+00:00",
    "valid": True,
    "latitude": 51.92,
    "longitude": 4.48,
    "altitude": 2.0,
    "speed": 10.0,
    "course": 45.0,
    "accuracy": 8.0,
}
LOCATION: Json = {
    "timestamp": "2026-11-20T09:00:00.000Z",
    "coords": {"latitude": 51.92, "longitude": 4.48, "accuracy": 8, "speed": 2.5, "heading": 45, "altitude": 2},
    "battery": {"level": 0.71, "is_charging": False},
    "extras": {},
}
PHONE: Json = {
    "_type": "location",
    "tid": "AB",
    "lat": 51.92,
    "lon": 4.48,
    "tst": FIX_S,
    "acc": 8,
    "vel": 36,
    "cog": 45,
    "alt": 2,
    "batt": 71,
}


def request(
    body: object = b"", query: str | None = None, kind: str | None = "application/json", **headers: str
) -> GatewayRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = [tuple(pair.split("=", 1)) for pair in query.split("&")] if query else []
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GatewayRequest([(name, value) for name, value in pairs], kind, raw, RECEIVED_MS, named)


def traccar(position: Json, device: object = None) -> GatewayResult:
    return decode("traccar", request({"position": position, "device": device or {"uniqueId": "EB-1"}}))


def osmand(query: str) -> GatewayResult:
    return decode("osmand", request(query=query, kind=None))


def client(location: object, device: object = "EB-1") -> GatewayResult:
    return decode("osmand", request({"location": location, "device_id": device}))


def owntracks(message: object, **headers: str) -> GatewayResult:
    return decode("owntracks", request(message, **headers))


def only(result: GatewayResult) -> Ping:
    assert result.answer_status == 200
    assert result.rejections == ()
    [ping] = result.pings
    return ping


def refused(result: GatewayResult) -> tuple[int, list[str]]:
    assert result.pings == ()
    return result.answer_status, [rejection.code for rejection in result.rejections]
