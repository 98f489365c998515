"""The bans and duties of an order, with the areas and times that a machine can follow."""

from __future__ import annotations

from dataclasses import replace

from geo.errors import GeometryError, ScheduleError
from geo.schedule import Schedule
from geo.shapes import Shape
from geo.wire import shape_from_geojson
from registry.intake.parsing.exceptions import exceptions
from registry.intake.parsing.parties import address, own_reference
from registry.intake.parsing.reader import LONGEST_TEXT, Reader
from registry.orders.register.content import ConditionContent, PostalAddress, Raw, ZoneContent, ZoneKind
from registry.orders.rules import ConditionType

MOST_BUFFER_M = 10_000
MOST_DISTANCE_M = 1_000_000
_DEFAULT_CRS = "CRS84"

_DUTCH_TYPES = {
    "contactverbod": ConditionType.CONTACT_BAN,
    "locatieverbod": ConditionType.LOCATION_BAN,
    "gebiedsverbod": ConditionType.AREA_BAN,
    "straatverbod": ConditionType.AREA_BAN,
    "locatiegebod": ConditionType.LOCATION_DUTY,
    "vestigingsverbod": ConditionType.SETTLEMENT_BAN,
    "verhuisplicht": ConditionType.MOVING_DUTY,
    "afstandsverbod": ConditionType.APPROACH_BAN,
}
_TYPES = {each.value: each for each in ConditionType} | _DUTCH_TYPES
_GEOMETRY_CODES = {
    "outside_territory": "geometry_out_of_bounds",
    "outside_rd": "geometry_out_of_bounds",
    "axes_swapped": "geometry_axes_swapped",
    "looks_like_rd": "geometry_crs_wrong",
    "looks_like_degrees": "geometry_crs_wrong",
    "crs_unknown": "geometry_crs_wrong",
    "too_large": "geometry_too_large",
    "too_many_vertices": "geometry_too_detailed",
    "not_valid": "geometry_invalid",
    "ring_too_short": "geometry_ring_open",
    "ring_not_closed": "geometry_ring_open",
    "line_too_short": "geometry_invalid",
    "width_missing": "geometry_line_without_width",
}
_ZONE_KINDS: dict[str | None, ZoneKind] = {"exclusion": "exclusion", "inclusion": "inclusion"}


def conditions(order: Reader, time_zone: str) -> tuple[ConditionContent, ...]:
    """Each entry of the list becomes a condition, so that none is hidden and places in the list keep their number."""
    taken: set[str] = set()
    value = order.raw("conditions")
    if value is None:
        return ()
    if not isinstance(value, list):
        order.warn("wrong_type", "conditions")
    items = value if isinstance(value, list) else [value]
    return tuple(_item(order, number, item, (taken, time_zone)) for number, item in enumerate(items))


def _item(order: Reader, number: int, item: object, context: tuple[set[str], str]) -> ConditionContent:
    taken, time_zone = context
    place = f"conditions/{number}"
    if isinstance(item, dict):
        return _condition(Reader(item, order.at(place), order.findings), taken, time_zone)
    order.warn("wrong_type", place)
    wrapped = Reader({"text": item if isinstance(item, str) else None}, order.at(place), order.findings)
    return _condition(wrapped, taken, time_zone)


def _condition(reader: Reader, taken: set[str], time_zone: str) -> ConditionContent:
    kind = _type(reader)
    wire = reader.raw("schedule")
    schedule, unreadable = _schedule(reader, wire, time_zone)
    read = ConditionContent(
        reference=own_reference(reader, "C", taken),
        type=kind,
        text=reader.text("text", longest=LONGEST_TEXT),
        protects=tuple(dict.fromkeys(text for text, _ in reader.texts("protects"))),
        starts_on=reader.day("startsOn"),
        ends_on=reader.day("endsOn"),
        electronic_monitoring=reader.flag("electronicMonitoring"),
        distance_m=reader.number("distanceM", 0, MOST_DISTANCE_M),
        zone=_zone(reader, kind),
        schedule=schedule,
        schedule_unreadable=unreadable,
        exceptions=exceptions(reader, time_zone),
        raw=reader.value,
    )
    reader.close()
    return read


def _type(reader: Reader) -> ConditionType:
    text = reader.text("type")
    found = _TYPES.get("_".join((text or "").casefold().replace("-", " ").split()))
    if found is None:
        reader.warn("condition_type_unknown", "type")
    return found or ConditionType.OTHER


def _schedule(reader: Reader, wire: object, time_zone: str) -> tuple[Schedule | None, bool]:
    if wire is None:
        return None, False
    try:
        return Schedule.from_wire(wire, time_zone), False
    except ScheduleError as error:
        reader.warn("schedule_unreadable", "schedule" + error.path, error.code)
        return None, True


def _zone(condition: Reader, kind: ConditionType) -> ZoneContent | None:
    reader = condition.child("zone")
    if reader is None:
        return None
    shape = reader.child("shape")
    zone_kind, crs = _zone_kind(reader, kind), reader.text("crs") or _DEFAULT_CRS
    buffer_m = reader.number("bufferM", 0, MOST_BUFFER_M) or 0.0
    warning_m = reader.number("warningM", 0, MOST_BUFFER_M) or 0.0
    reader.close()
    if shape is None:
        return None
    spot, radius_m = _address_circle(shape)
    read = ZoneContent(
        kind=zone_kind,
        crs=crs,
        buffer_m=buffer_m,
        wire=shape.value,
        shape=None if spot else _shape(shape, crs, buffer_m),
        address=spot,
        radius_m=radius_m,
        warning_m=warning_m,
    )
    return read if _can_warn(reader, read) else replace(read, warning_m=0.0)


def _can_warn(reader: Reader, zone: ZoneContent) -> bool:
    """Whether the ring around a zone can be judged; it may lie around a banned one only, and not be too wide."""
    if zone.warning_m and zone.kind != "exclusion":
        reader.warn("zone_warning_not_followed", "warningM", zone.kind)
        return False
    if zone.warning_m and zone.shape is not None:
        try:
            shape_from_geojson(dict(zone.wire), zone.crs, zone.buffer_m + zone.warning_m)
        except GeometryError as error:
            reader.warn("zone_warning_not_followed", "warningM", error.code)
            return False
    return True


def _zone_kind(reader: Reader, kind: ConditionType) -> ZoneKind:
    found = _ZONE_KINDS.get((reader.text("kind") or "").casefold())
    if found is None:
        reader.warn("zone_kind_replaced", "kind")
    return found or ("inclusion" if kind is ConditionType.LOCATION_DUTY else "exclusion")


def _address_circle(shape: Reader) -> tuple[PostalAddress | None, float | None]:
    if shape.raw("type") != "Circle" or shape.raw("center") is not None:
        return None, None
    given = shape.child("address")
    if given is None:
        return None, None
    shape.warn("zone_address_only", "address")
    return address(given), shape.number("radiusM", 0, MOST_DISTANCE_M)


def _shape(shape: Reader, crs: str, buffer_m: float) -> Shape | None:
    wire: Raw = shape.value
    try:
        return shape_from_geojson(dict(wire), crs, buffer_m)
    except GeometryError as error:
        code = _GEOMETRY_CODES.get(error.code, "geometry_unreadable")
        if error.path == "/bufferM":
            shape.findings.add(code, shape.pointer.removesuffix("/shape") + error.path, error.code)
            return None
        shape.findings.add(code, shape.pointer + error.path, error.code)
        return None
