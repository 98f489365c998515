"""Pings (positieberichten): decoding, checking, and the identity by which a second delivery is recognised."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated

import msgspec

from registry.errors import Fault, Invalid
from registry.monitoring.measures import as_bad_as, known
from registry.monitoring.rules import PingKind

MAX_PINGS = 10_000
FUTURE_LIMIT_MS = 24 * 3600 * 1000
EARLIEST_MS = 946_684_800_000  # 2000-01-01: an older fix comes from a receiver that has lost its clock
MAX_SEQUENCE = 2**53 - 1
MAX_DEVICE_LENGTH = 128
MAX_ALARM_LENGTH = 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MSGPACK = msgspec.msgpack.Encoder()


class Ping(msgspec.Struct, frozen=True, gc=False):
    """One message of a device (positiebericht), checked; what is unknown is None."""

    device: str
    fix_at_ms: int | None
    message_at_ms: int | None
    sequence: int = 0
    kind: PingKind = PingKind.POSITION
    is_null_island: bool = False
    lat_deg: float | None = None
    lon_deg: float | None = None
    accuracy_m: float | None = None
    hdop: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    alarm: str | None = None

    @property
    def valid(self) -> bool:
        """Whether it holds a position that may be judged."""
        return self.lat_deg is not None

    @property
    def at_ms(self) -> int:
        """The instant it is about: of its fix, or else of its message."""
        return self.fix_at_ms if self.fix_at_ms is not None else self.message_at_ms or 0

    @property
    def said_ms(self) -> int:
        """When the device said it: one that is placed no more tells of its last position for hours."""
        return self.at_ms if self.message_at_ms is None else max(self.at_ms, self.message_at_ms)

    @property
    def identity(self) -> tuple[str, int, int, PingKind]:
        """Two pings of one provider with this same key are the same ping."""
        return (self.device, self.at_ms, self.sequence, self.kind)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why the ping at this place in its batch was not taken: the first fault, and all of them."""

    index: int
    faults: tuple[Fault, ...]

    @property
    def code(self) -> str:
        """The stable code of the first fault."""
        return self.faults[0].code or "invalid"

    @property
    def detail(self) -> str:
        """What was wrong and what to do, in English."""
        return self.faults[0].detail

    @property
    def pointer(self) -> str:
        """The place of the first fault in the request."""
        return self.faults[0].pointer


@dataclass(frozen=True, slots=True)
class Batch:
    """What came out of each item of a request, in its order."""

    pings: list[Ping | Rejection]

    @property
    def accepted(self) -> Iterator[tuple[int, Ping]]:
        """The good ones, each with its place in the request."""
        return ((index, ping) for index, ping in enumerate(self.pings) if isinstance(ping, Ping))

    @property
    def rejected(self) -> list[Rejection]:
        """The refused ones."""
        return [ping for ping in self.pings if isinstance(ping, Rejection)]


_CONTENT_FROM = Ping.__struct_fields__.index("lat_deg")


def content_hash(ping: Ping) -> bytes:
    """Tell a duplicate from a conflict: 8 bytes of what a ping says, without the time of its message."""
    content = msgspec.structs.astuple(ping)[_CONTENT_FROM:]
    return blake2b(_MSGPACK.encode(content), digest_size=8).digest()


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Reading(msgspec.Struct, rename="camel", gc=False, forbid_unknown_fields=True):
    """A ping as it was sent, of the right types and otherwise unchecked."""

    device: str = ""
    fix_time: _Instant | None = None
    message_time: _Instant | None = None
    sequence: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQUENCE)] | None = None
    kind: PingKind | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    hdop: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    valid: bool = True
    alarm: str | None = None


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    pings: Annotated[list[Reading], msgspec.Meta(max_length=MAX_PINGS)]


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_FIELD_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(Reading)}
_FAULT_OF_FIELD = {
    "device": ("device_invalid", "Give the device number as text."),
    "fixTime": ("time_invalid", "Write the time as RFC 3339 with an offset, such as 2026-11-20T09:00:00Z."),
    "messageTime": ("time_invalid", "Write the time as RFC 3339 with an offset, such as 2026-11-20T09:00:00Z."),
    "kind": ("kind_unknown", "Use position, status, alarm, all_clear, present or absent."),
    "sequence": ("type_invalid", "Give a whole number from 0."),
    "valid": ("type_invalid", "Give true or false."),
    "alarm": ("type_invalid", "Give the alarm as text."),
}
_NUMBER_FAULT = ("type_invalid", "Give a number.")


def decode_batch(body: bytes, now_ms: int, future_limit_ms: int = FUTURE_LIMIT_MS) -> Batch:
    """Read the body of a batch; a bad ping costs only itself, a bad envelope raises `Invalid`."""
    latest_ms = now_ms + future_limit_ms
    try:
        readings: Sequence[Reading | tuple[Fault, ...]] = _ENVELOPE.decode(body).pings
    except (ValueError, RecursionError):
        readings = [_read(item) for item in _items(body)]
    return Batch([_outcome(index, reading, latest_ms) for index, reading in enumerate(readings)])


def parse_json(body: bytes) -> object:
    """Read JSON that may hold NaN or Infinity, as careless senders write them; raises ValueError on anything else."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def epoch_ms(at: datetime) -> int:
    """Count whole milliseconds since 1970, without the rounding of a float."""
    since = at - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def settle(
    reading: Reading, fix_at_ms: int | None, message_at_ms: int | None, latest_ms: int
) -> Ping | tuple[Fault, ...]:
    """Check a reading and make it a ping, or say everything that is wrong with it."""
    lat, lon = reading.lat, reading.lon
    placed = reading.valid and lat is not None and lon is not None and (lat != 0.0 or lon != 0.0)
    if not placed:  # trackers then repeat the time of their last fix: only the time of the message counts
        lat = lon = None
        message_at_ms = message_at_ms if message_at_ms is not None else fix_at_ms
        fix_at_ms = None
    at_ms = fix_at_ms if fix_at_ms is not None else message_at_ms
    faults = _faults(reading, placed, at_ms, latest_ms)
    if faults:
        return tuple(faults)
    kind = reading.kind or PingKind.POSITION
    if reading.alarm and kind is not PingKind.ALL_CLEAR:
        kind = PingKind.ALARM
    return Ping(
        reading.device,
        fix_at_ms,
        message_at_ms,
        reading.sequence or 0,
        PingKind.STATUS if kind is PingKind.POSITION and not placed else kind,
        reading.valid and reading.lat == 0.0 and reading.lon == 0.0,
        lat,
        lon,
        as_bad_as(reading.accuracy_m, 1e7),
        as_bad_as(reading.hdop, 100.0),
        known(reading.speed_mps, 0.0, 1000.0),
        known(reading.course_deg, 0.0, 360.0),
        known(reading.altitude_m, -1000.0, 50_000.0),
        known(reading.battery_pct, 0.0, 100.0),
        reading.alarm or None,
    )


def _outcome(index: int, reading: Reading | tuple[Fault, ...], latest_ms: int) -> Ping | Rejection:
    if isinstance(reading, tuple):
        result: Ping | tuple[Fault, ...] = reading
    else:
        result = settle(reading, _ms(reading.fix_time), _ms(reading.message_time), latest_ms)
    if isinstance(result, Ping):
        return result
    return Rejection(index, tuple(Fault(f"/pings/{index}{f.pointer}", f.detail, f.code) for f in result))


def _faults(reading: Reading, placed: bool, at_ms: int | None, latest_ms: int) -> list[Fault]:
    faults = []
    if not reading.device or reading.device.isspace():
        faults.append(Fault("/device", "Give the device number.", "device_missing"))
    elif len(reading.device) > MAX_DEVICE_LENGTH or not reading.device.isprintable():
        faults.append(Fault("/device", "Give at most 128 printable characters.", "device_invalid"))
    if at_ms is None:
        faults.append(Fault("/fixTime", "Give the time of the fix, or else of the message.", "time_missing"))
    elif at_ms > latest_ms:
        faults.append(Fault("/fixTime", "The time lies too far in the future: check the clock.", "time_in_future"))
    elif at_ms < EARLIEST_MS:
        faults.append(Fault("/fixTime", "The time lies before the year 2000: check the clock.", "time_too_old"))
    faults.extend(_position_faults(reading, placed))
    if reading.kind is PingKind.ALL_CLEAR and not reading.alarm:
        faults.append(Fault("/alarm", "Name the alarm that is over.", "alarm_missing"))
    if reading.alarm and (len(reading.alarm) > MAX_ALARM_LENGTH or not reading.alarm.isprintable()):
        faults.append(Fault("/alarm", "Give at most 64 printable characters.", "alarm_invalid"))
    return faults


def _position_faults(reading: Reading, placed: bool) -> Iterator[Fault]:
    only_a_position = reading.kind in (None, PingKind.POSITION) and not reading.alarm
    wanted = reading.valid and (only_a_position or reading.lat is not None or reading.lon is not None)
    for name, value, most_deg in (("lat", reading.lat, 90.0), ("lon", reading.lon, 180.0)):
        if value is None and wanted:
            yield Fault(f"/{name}", "Give both lat and lon, or send it as kind status.", "position_missing")
        elif placed and value is not None and not -most_deg <= value <= most_deg:
            yield Fault(f"/{name}", f"Give degrees from -{most_deg:g} to {most_deg:g}.", "position_out_of_range")


def _items(body: bytes) -> list[object]:
    try:
        document = parse_json(body)
    except ValueError:
        raise Invalid([Fault("", "Send one JSON object in UTF-8.", "not_json")]) from None
    if not isinstance(document, dict) or not isinstance(document.get("pings"), list):
        raise Invalid([Fault("/pings", "Send an object with a list named pings.", "pings_missing")])
    if unknown := [name for name in document if name != "pings"]:
        raise Invalid([Fault(_pointer(name), "Leave out this field.", "unknown_field") for name in unknown])
    items: list[object] = document["pings"]
    if len(items) > MAX_PINGS:
        raise Invalid([Fault("/pings", f"Send at most {MAX_PINGS} pings at once.", "too_many_pings")])
    return items


def _read(item: object) -> Reading | tuple[Fault, ...]:
    try:
        return msgspec.convert(item, Reading)
    except (ValueError, OverflowError):
        if not isinstance(item, dict):
            return (Fault("", "Send each ping as an object.", "type_invalid"),)
        return tuple(fault for name, value in item.items() for fault in _field_faults(name, value))


def _field_faults(name: str, value: object) -> Iterator[Fault]:
    if name not in _FIELD_TYPES:
        yield Fault(_pointer(name), "Leave out this field.", "unknown_field")
        return
    try:
        msgspec.convert(value, _FIELD_TYPES[name])
    except (ValueError, OverflowError):
        code, detail = _FAULT_OF_FIELD.get(name, _NUMBER_FAULT)
        yield Fault(f"/{name}", detail, code)


def _pointer(name: str) -> str:
    shown = "".join(letter if letter.isprintable() else "?" for letter in name[:40])
    return "/" + shown.replace("~", "~0").replace("/", "~1")


def _ms(at: datetime | None) -> int | None:
    return None if at is None else epoch_ms(at)
