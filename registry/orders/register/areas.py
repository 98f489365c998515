"""The geometry of a zone as it is sealed, and as it is judged."""

from __future__ import annotations

import struct
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import shapely

from geo.extents import NO_END, packed
from geo.packing import from_bytes, to_bytes
from geo.schedule import Schedule
from geo.shapes import AreaShape, Shape
from geo.wire import shape_from_geojson, shape_to_geojson
from registry.db import search_hash
from registry.db.bulk import Row
from registry.db.sealing import seal, unseal_each
from registry.orders.models import ZoneRecord
from registry.orders.register.content import ConditionContent, ZoneContent

Document = dict[str, Any]

# An area takes some 100 bytes a vertex, and as much as forty vertices beside them.
_MOST_VERTICES, _VERTICES_BESIDE = 1_500_000, 40


@dataclass(frozen=True, slots=True)
class Area:
    """What positions are held against; `schedule` is None when it holds always, or its times could not be read.

    `ring` is the shape with its warning ring, where it has one: who is in it is near the zone, or in it.
    """

    shape: Shape
    schedule: Schedule | None
    ring: Shape | None = None


def document_of(condition: ConditionContent, zone: ZoneContent, time_zone: str) -> Document:
    """The geometry as delivered; of a circle around an address also the circle that was found for it."""
    found = zone.shape is not None and zone.address is not None
    told = {
        "shape": zone.wire,
        "crs": zone.crs,
        "buffer_m": zone.buffer_m,
        "judged": shape_to_geojson(zone.shape) if zone.shape is not None and found else None,
        "usable": zone.shape is not None,
        "schedule": condition.raw.get("schedule") if condition.schedule is not None else None,
        "time_zone": time_zone,
    }
    # Told only where there is one: the likeness of a zone without it stays what it was.
    return told | {"warning_m": zone.warning_m} if zone.warning_m else told


def likeness_of(condition: ConditionContent, zone: ZoneContent, document: Document) -> bytes:
    """A hash that is equal when a later version tells the same zone of the same condition again."""
    told = [condition.reference, zone.kind, document]
    return search_hash("zone", orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode())


EXTENT_PLACE = "zone_place.extent_sealed."


def extent_row(zone_id: bytes, shape: Shape, ends_on: date | None) -> Row:
    """The row by which a zone is found by a spot; a zone whose ban is over by its dates stands behind the others."""
    extent = packed(shape, NO_END if ends_on is None else ends_on.toordinal())
    return zone_id, seal(extent, EXTENT_PLACE + zone_id.hex())


def area_of(document: Document) -> Area | None:
    """The area to judge by; None when the shape could not be read."""
    if not document["usable"]:
        return None
    schedule, warning_m = document["schedule"], document.get("warning_m", 0.0)
    return Area(
        _shape_of(document),
        Schedule.from_wire(schedule, document["time_zone"]) if schedule is not None else None,
        _shape_of(document, warning_m) if warning_m else None,
    )


def _shape_of(document: Document, wider_m: float = 0.0) -> Shape:
    told = drawn(document, rings=False)
    return shape_from_geojson(told["shape"], told["crs"], told["bufferM"] + wider_m)


def drawn(document: Document, *, rings: bool) -> Document:
    """What the shape that is judged, or with `rings` its warning ring, is drawn from, with its schedule as told.

    Drawn again from it a shape comes out the same, to the last bit.
    """
    wider_m = document.get("warning_m", 0.0) if rings else 0.0
    found = document["judged"] is not None
    return {
        "shape": document["judged" if found else "shape"],
        "crs": "CRS84" if found else document["crs"],
        "bufferM": (0.0 if found else document["buffer_m"]) + wider_m,
        "schedule": document["schedule"],
        "timeZone": document["time_zone"],
    }


_JUDGED_PLACE = "zone.judged_sealed."
_LENGTHS = struct.Struct("<II")


def judged_form(zone_id: UUID, zone: ZoneContent, document: Document) -> bytes | None:
    """The area to judge by, drawn once and sealed, so that very many are read at once; None without a shape."""
    if zone.shape is None:
        return None
    scheduled, warning_m = document["schedule"] is not None, document.get("warning_m", 0.0)
    times = orjson.dumps([document["schedule"], document["time_zone"]]) if scheduled else b""
    shape = to_bytes(zone.shape)
    ring = to_bytes(_shape_of(document, warning_m)) if warning_m else b""
    return seal(_LENGTHS.pack(len(times), len(shape)) + times + shape + ring, f"{_JUDGED_PLACE}{zone_id.hex}")


def _opened(forms: Sequence[tuple[UUID, bytes]]) -> tuple[list[bytes], list[int], list[int]]:
    """What `judged_form` sealed of each zone, and where in it the shape begins and ends."""
    places = [f"{_JUDGED_PLACE}{zone_id.hex}".encode() for zone_id, _ in forms]
    opened = unseal_each((sealed for _, sealed in forms), places)
    cuts = [_LENGTHS.unpack_from(form) for form in opened]
    begins = [_LENGTHS.size + times for times, _ in cuts]
    return opened, begins, [begin + shape for begin, (_, shape) in zip(begins, cuts, strict=True)]


def shapes_from(forms: Sequence[tuple[UUID, bytes]]) -> dict[UUID, Shape]:
    """The shapes alone of zones, for who asks where they lie and not when they hold; without those to be drawn anew."""
    cut = zip(*_opened(forms), strict=True)
    shapes = from_bytes([form[begin:end] for form, begin, end in cut])
    return {zone_id: shape for (zone_id, _), shape in zip(forms, shapes, strict=True) if shape is not None}


def areas_from(forms: Sequence[tuple[UUID, bytes]]) -> dict[UUID, Area]:
    """The areas of zones, each with what `judged_form` made of it; without those that must be drawn anew."""
    opened, begins, ends = _opened(forms)
    shapes = from_bytes([form[begin:end] for form, begin, end in zip(opened, begins, ends, strict=True)])
    ringed = [place for place, form in enumerate(opened) if len(form) > ends[place]]
    rings = dict(zip(ringed, from_bytes([opened[place][ends[place] :] for place in ringed]), strict=True))
    found: dict[UUID, Area] = {}
    for place, ((zone_id, _), shape) in enumerate(zip(forms, shapes, strict=True)):
        if shape is None:
            continue
        times = opened[place][_LENGTHS.size : begins[place]]
        schedule = Schedule.from_wire(*orjson.loads(times)) if times else None
        found[zone_id] = Area(shape, schedule, rings.get(place))
    return found


class Areas:
    """The areas read last, by the id of their record: a record never changes, and reading one takes long.

    They are let go, the longest unused first, once they have more vertices together than `most_vertices`.
    """

    def __init__(self, most_vertices: int = _MOST_VERTICES) -> None:
        self._most_vertices = most_vertices
        self._turn = threading.Lock()
        self._areas: OrderedDict[UUID, Area | None] = OrderedDict()
        self._vertices = 0

    def __contains__(self, zone_id: UUID) -> bool:
        return zone_id in self._areas

    def area(self, zone_id: UUID, sealed: bytes | None) -> Area | None:
        with self._turn:
            if zone_id in self._areas:
                self._areas.move_to_end(zone_id)
                return self._areas[zone_id]
        if sealed is None:
            raise KeyError(zone_id)
        area = area_of(ZoneRecord.geometry.open(zone_id, sealed))
        with self._turn:
            if zone_id not in self._areas:
                self._areas[zone_id] = area
                self._vertices += _vertices_of(area)
            while self._vertices > self._most_vertices and len(self._areas) > 1:
                _, forgotten = self._areas.popitem(last=False)
                self._vertices -= _vertices_of(forgotten)
        return area


def _vertices_of(area: Area | None) -> int:
    shapes = (area.shape, area.ring) if area else ()
    edged = [shape.area for shape in shapes if isinstance(shape, AreaShape)]
    return _VERTICES_BESIDE + sum(int(shapely.get_num_coordinates(each)) for each in edged)


areas = Areas()
