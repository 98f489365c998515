"""What trackers of other makers send over HTTP, and the answer that each of those clients expects.

A phone keeps a message, and what came after it, until the answer is 2xx. So what is readable but refused is answered
200 and handed back as a rejection; 400 is for what a second try may bring over whole, and for what names no device.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from registry.errors import Fault, NotFound
from registry.monitoring import pings as incoming
from registry.monitoring.pings import Ping, Reading, Rejection
from registry.monitoring.rules import PingKind

MAX_BODY_BYTES = 1_048_576
MAX_PARAMETERS = 200
MAX_LOCATIONS = 1_000

_MPS_PER_KNOT = 1852 / 3600
_MPS_PER_KMH = 1 / 3.6
_UNREADABLE_MS = -1
_SECONDS_UNTIL = 10**11  # a larger number counts milliseconds
_LAST_KNOWN_TRIGGERS = ("l", "L")
_ALARM_OF_TRIGGER = {"9": "lowBattery", "e": "powerCut"}


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """A request as it came in: the query decoded into pairs, the rest untouched."""

    query: Sequence[tuple[str, str]]
    content_type: str | None
    body: bytes
    received_at_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)
    future_limit_ms: int = incoming.FUTURE_LIMIT_MS


@dataclass(frozen=True, slots=True)
class GatewayResult:
    """The pings of a request, what was refused, and the answer to give; a pointer names the field of the ping."""

    pings: tuple[Ping, ...]
    rejections: tuple[Rejection, ...]
    answer_status: int
    answer_body: bytes = b""
    answer_content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Heard:
    """A reading with its times, as yet unchecked."""

    reading: Reading
    fix_at_ms: int
    message_at_ms: int | None


class _Refusal(Exception):
    """The whole request is of no use."""

    def __init__(self, code: str, detail: str, status: int = 400) -> None:
        super().__init__(code)
        self.result = GatewayResult((), (Rejection(0, (Fault("", detail, code),)),), status)


def decode(format: str, request: GatewayRequest) -> GatewayResult:
    """Read a request of one of the FORMATS; bad input is answered, and never raises."""
    if format not in FORMATS:
        raise NotFound("There is no gateway for this format.")
    try:
        if len(request.body) > MAX_BODY_BYTES:
            raise _Refusal("body_too_large", f"Send at most {MAX_BODY_BYTES} bytes.", 413)
        result = FORMATS[format](request)
    except _Refusal as refusal:
        result = refusal.result
    if format == "owntracks":  # the apps read every answer as a list of messages to them
        return replace(result, answer_body=b"[]", answer_content_type="application/json")
    return result


def _traccar(request: GatewayRequest) -> GatewayResult:
    message = _json_object(request.body)
    position = _object(message.get("position"))
    number = _device(_object(message.get("device")).get("uniqueId"))
    attributes = _object(position.get("attributes"))
    message_at_ms = _instant_ms(position.get("deviceTime")) or _instant_ms(position.get("serverTime"))
    reading = Reading(
        device=number,
        lat=_degrees(position.get("latitude")),
        lon=_degrees(position.get("longitude")),
        accuracy_m=_number(position.get("accuracy")),
        hdop=_number(attributes.get("hdop")),
        speed_mps=_number(position.get("speed"), _MPS_PER_KNOT),
        course_deg=_number(position.get("course")),
        altitude_m=_number(position.get("altitude")),
        battery_pct=_number(attributes.get("batteryLevel")),
        valid=position.get("valid") is not False and position.get("outdated") is not True,
        alarm=_alarm(attributes.get("alarm")),
    )
    fix_at_ms = _instant_ms(position.get("fixTime")) or message_at_ms or request.received_at_ms
    return _settled([_Heard(reading, fix_at_ms, message_at_ms)], request)


def _osmand(request: GatewayRequest) -> GatewayResult:
    if "json" in (request.content_type or "").lower() and request.body:
        return _osmand_json(request)
    last = {name: value for name, value in request.query or _form(request.body) if value}
    number = _device(last.get("deviceid") or last.get("id"))
    at_ms = _instant_ms(last.get("timestamp")) or request.received_at_ms
    return _settled([_Heard(_osmand_reading(number, last), at_ms, None)], request)


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise _Refusal("too_many_parameters", f"Send at most {MAX_PARAMETERS} parameters.") from None


def _osmand_reading(number: str, last: Mapping[str, str]) -> Reading:
    lat, lon = last.get("lat"), last.get("lon")
    if location := last.get("location"):
        lat, _, lon = location.partition(",")
    return Reading(
        device=number,
        kind=PingKind.STATUS if lat is None and lon is None else None,
        lat=_degrees(lat),
        lon=_degrees(lon),
        accuracy_m=_number(last.get("accuracy", last.get("hacc"))),
        hdop=_number(last.get("hdop")),
        speed_mps=_number(last.get("speed"), _MPS_PER_KNOT),
        course_deg=_number(last.get("bearing", last.get("heading"))),
        altitude_m=_number(last.get("altitude")),
        battery_pct=_number(last.get("batt")),
        valid=last.get("valid", "true").lower() in ("true", "1"),
        alarm=_alarm(last.get("alarm")),
    )


def _osmand_json(request: GatewayRequest) -> GatewayResult:
    message = _json_object(request.body)
    number = _device(message.get("device_id"))
    location = message.get("location")
    locations = location if isinstance(location, list) else [location]
    if len(locations) > MAX_LOCATIONS:
        raise _Refusal("too_many_pings", f"Send at most {MAX_LOCATIONS} locations at once.", 413)
    return _settled([_osmand_location(number, _object(each), request.received_at_ms) for each in locations], request)


def _osmand_location(number: str, location: Mapping[str, object], received_at_ms: int) -> _Heard:
    coords, battery = _object(location.get("coords")), _object(location.get("battery"))
    reading = Reading(
        device=number,
        lat=_degrees(coords.get("latitude")),
        lon=_degrees(coords.get("longitude")),
        accuracy_m=_number(coords.get("accuracy")),
        speed_mps=_number(coords.get("speed")),
        course_deg=_number(coords.get("heading")),
        altitude_m=_number(coords.get("altitude")),
        battery_pct=_number(battery.get("level"), 100.0),
        alarm=_alarm(_object(location.get("extras")).get("alarm")),
    )
    fix_at_ms = _instant_ms(location.get("timestamp")) or received_at_ms
    age_ms = _number(location.get("age")) or 0.0
    aged = 0.0 < age_ms <= incoming.MAX_SEQUENCE and fix_at_ms != _UNREADABLE_MS
    return _Heard(reading, fix_at_ms, fix_at_ms + int(age_ms) if aged else None)


def _owntracks(request: GatewayRequest) -> GatewayResult:
    message = _json_object(request.body) if request.body.strip() else {}
    if message.get("_type") == "encrypted":
        raise _Refusal("encrypted", "Switch off the payload encryption of this client.", 200)
    if message.get("_type") != "location":
        return GatewayResult((), (), 200)
    number = _device(_owntracks_name(message, request))
    fix_at_ms = _instant_ms(message.get("tst")) or request.received_at_ms
    message_at_ms = _instant_ms(message.get("created_at")) or _instant_ms(message.get("sent"))
    return _settled([_Heard(_owntracks_reading(number, message), fix_at_ms, message_at_ms)], request)


def _owntracks_reading(number: str, message: Mapping[str, object]) -> Reading:
    trigger = _text(message.get("t"))
    return Reading(
        device=number,
        lat=_degrees(message.get("lat")),
        lon=_degrees(message.get("lon")),
        accuracy_m=_number(message.get("acc")),
        speed_mps=_number(message.get("vel"), _MPS_PER_KMH),
        course_deg=_number(message.get("cog")),
        altitude_m=_number(message.get("alt")),
        battery_pct=_number(message.get("batt")),
        valid=trigger not in _LAST_KNOWN_TRIGGERS,
        alarm=_ALARM_OF_TRIGGER.get(trigger),
    )


def _owntracks_name(message: Mapping[str, object], request: GatewayRequest) -> str:
    """The topic is base/user/device; headers and query carry the same two names, and a bare client its initials."""
    if topic := [part for part in _text(message.get("topic")).split("/") if part]:
        return "/".join(topic[-2:])
    headers, named = {name.lower(): value for name, value in request.headers.items()}, dict(request.query)
    user, device = headers.get("x-limit-u") or named.get("u"), headers.get("x-limit-d") or named.get("d")
    return "/".join(part.strip() for part in (user, device) if part) or _text(message.get("tid"))


def _settled(heard: Iterable[_Heard], request: GatewayRequest) -> GatewayResult:
    latest_ms = request.received_at_ms + request.future_limit_ms
    outcomes = [_ping(each, latest_ms) for each in heard]
    refused = ((index, faults) for index, faults in enumerate(outcomes) if not isinstance(faults, Ping))
    return GatewayResult(
        tuple(ping for ping in outcomes if isinstance(ping, Ping)),
        tuple(Rejection(index, faults) for index, faults in refused),
        200,
    )


def _ping(heard: _Heard, latest_ms: int) -> Ping | tuple[Fault, ...]:
    """Settle a reading of a client that counts no messages: the delay since the fix tells two on one fix apart."""
    fix_at_ms = heard.fix_at_ms if heard.fix_at_ms != _UNREADABLE_MS else None
    message_at_ms = heard.message_at_ms if heard.message_at_ms != _UNREADABLE_MS else None
    if fix_at_ms is None and message_at_ms is None:
        return (Fault("/fixTime", "The time cannot be read: send epoch seconds or ISO 8601.", "time_invalid"),)
    if fix_at_ms is not None and message_at_ms is not None:
        heard.reading.sequence = min(max(0, message_at_ms - fix_at_ms), incoming.MAX_SEQUENCE)
    return incoming.settle(heard.reading, fix_at_ms, message_at_ms, latest_ms)


def _json_object(body: bytes) -> Mapping[str, object]:
    try:
        document = incoming.parse_json(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _Refusal("not_json", "Send one JSON object in UTF-8.")
    return document


def _device(value: object) -> str:
    if number := _text(value):
        return number
    raise _Refusal("device_missing", "The message names no device: set its identifier in the client.")


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _alarm(value: object) -> str | None:
    """An alarm that cannot be read is still an alarm."""
    if value is True:
        return "general"
    text = _text(value)[: incoming.MAX_ALARM_LENGTH]
    if text.lower() in ("", "0", "false", "none"):
        return None
    return text if text.isprintable() else "general"


def _number(value: object, factor: float = 1.0) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or "_" in str(value):
        return None
    try:
        number = float(value) * factor
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(value: object) -> float | None:
    """None where nothing was sent; what cannot be read stays unreadable, so that the ping is refused."""
    return math.nan if value is not None and _number(value) is None else _number(value)


def _instant_ms(value: object) -> int | None:
    """Read epoch seconds or milliseconds, or a date with a time, in UTC where it names no offset; None if absent."""
    if value is None or value == "":
        return None
    if (number := _number(value)) is not None:
        at_ms = number * 1000 if abs(number) < _SECONDS_UNTIL else number
        return round(at_ms) if 0 < at_ms <= incoming.MAX_SEQUENCE else _UNREADABLE_MS
    try:
        at = datetime.fromisoformat(_text(value))
    except ValueError:
        return _UNREADABLE_MS
    at_ms = incoming.epoch_ms(at if at.tzinfo else at.replace(tzinfo=UTC))
    return at_ms if at_ms > 0 else _UNREADABLE_MS


FORMATS: Mapping[str, Callable[[GatewayRequest], GatewayResult]] = {
    "traccar": _traccar,
    "osmand": _osmand,
    "owntracks": _owntracks,
}
