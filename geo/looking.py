"""Where the fixes of many tracks lie to the zones of each, all at once: distances to edges, and lines that cross.

The first item of each track is the last fix before it, so that a line and a change of side can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geo.crossing import Crossing, crossing
from geo.policy import Method
from geo.projection import Floats
from geo.shapes import AreaShape, signed_distances_m
from geo.spans import Span
from geo.track import Fix, Previous
from geo.zones import Zone

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Track = tuple[Previous | None, Sequence[Fix], Sequence[Zone]]

_LAT_M, _LON_M, _POLEWARD_DEG = 110_500.0, 111_000.0, 0.2
_FOREVER_MS = 2**62
_NOWHERE = Previous(-1, np.nan, np.nan, 0.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """One track seen against its zones; lists have one item a fix, after one for the fix before them.

    `distances_m` has a list for each zone, in metres to the edge, negative inside and infinite where it is far, and
    `holds` says whether the zone held then, its schedule aside: before it does it plays no part, so that one learnt
    later can be judged from there. `lines` holds the lines that cross a zone, by place of the zone and of the fix at
    their end. For a wearer of whom nothing is under way only the fixes at the places in `matters` can change anything.
    """

    fixes: list[Previous]
    reaches_m: list[float]
    distances_m: list[list[float]]
    holds: list[list[bool]]
    lines: dict[tuple[int, int], Crossing] = field(default_factory=dict)
    matters: list[int] = field(default_factory=list)


def seen(tracks: Sequence[Track], method: Method) -> list[Seen]:
    """See each track, which comes as the fix before it, its fixes in order, and its zones."""
    columns = _columns(tracks, method)
    distances_m = _distances_m(columns)
    holds = _holds(columns)
    crossing_rows = _crossing_rows(columns, distances_m, method)
    matters = _matters(columns, distances_m, holds, crossing_rows)
    found = []
    for number, items in enumerate(columns.tracks):
        zones = len(tracks[number][2])
        pairs = slice(int(columns.first_pair[number]), int(columns.first_pair[number]) + len(items) * zones)
        off_m, held = distances_m[pairs].reshape(len(items), zones), holds[pairs].reshape(len(items), zones)
        reaches_m = columns.reaches_m[columns.first_item[number] :][: len(items)].tolist()
        places = np.nonzero(matters[columns.first_item[number] :][: len(items)])[0].tolist()
        found.append(Seen(items, reaches_m, off_m.T.tolist(), held.T.tolist(), {}, places))
    for row in crossing_rows.tolist():
        _add_line(found, columns, row)
    return found


def reaches_m(sigmas_m: Floats, near_m: float) -> Floats:
    """How near to an edge a fix must be to be weighed, in metres."""
    return np.asarray(near_m + 4.0 * sigmas_m, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Items are fixes, and the one before each track; pairs are an item with each zone of its track, item by item."""

    tracks: list[list[Previous]]
    at_ms: Ints
    places_deg: Floats
    reaches_m: Floats
    zones: list[Zone]
    boxes: Floats
    item: Ints
    zone: Ints
    track_of_item: Ints
    first_item: Ints
    first_pair: Ints
    zones_of_track: Ints


def _columns(tracks: Sequence[Track], method: Method) -> _Columns:
    read = [_with_sigma(before, fixes, method) for before, fixes, _ in tracks]
    items = [item for track in read for item in track]
    zones = [zone for _, _, of_track in tracks for zone in of_track]
    size = np.array([len(track) for track in read], dtype=np.int64)
    count = np.array([len(of_track) for _, _, of_track in tracks], dtype=np.int64)
    track_of_item = np.repeat(np.arange(len(read)), size)
    pairs = count[track_of_item]
    item = np.repeat(np.arange(len(items)), pairs)
    first_pair_of_item, first_zone = np.cumsum(pairs) - pairs, np.cumsum(count) - count
    return _Columns(
        tracks=read,
        at_ms=np.array([one.at_ms for one in items], dtype=np.int64),
        places_deg=np.array([(one.lat_deg, one.lon_deg) for one in items], dtype=np.float64).reshape(-1, 2),
        reaches_m=reaches_m(np.array([one.sigma_m for one in items], dtype=np.float64), method.near_m),
        zones=zones,
        boxes=np.array([zone.shape.bounds_deg for zone in zones], dtype=np.float64).reshape(-1, 4),
        item=item,
        zone=np.arange(len(item)) - first_pair_of_item[item] + first_zone[track_of_item[item]],
        track_of_item=track_of_item,
        first_item=np.cumsum(size) - size,
        first_pair=np.cumsum(size * count) - size * count,
        zones_of_track=count,
    )


def _with_sigma(before: Previous | None, fixes: Sequence[Fix], method: Method) -> list[Previous]:
    sigma_m = method.accuracy.sigma_m
    read = [Previous(fix.at_ms, fix.lat_deg, fix.lon_deg, sigma_m(fix.accuracy_m, fix.hdop)) for fix in fixes]
    return [before or _NOWHERE, *read]


def near_boxes(places_deg: Floats, boxes: Floats, within_m: Floats) -> Flags:
    """Whether each place (degrees) lies within so many metres of its own box, or perhaps a little further off."""
    lats_deg, lons_deg = places_deg[:, 0], places_deg[:, 1]
    lat_by_deg = within_m / _LAT_M
    lon_by_deg = within_m / (_LON_M * np.cos(np.radians(np.minimum(np.abs(lats_deg) + _POLEWARD_DEG, 89.9))))
    return np.asarray(
        (lats_deg >= boxes[:, 0] - lat_by_deg)
        & (lats_deg <= boxes[:, 2] + lat_by_deg)
        & (lons_deg >= boxes[:, 1] - lon_by_deg)
        & (lons_deg <= boxes[:, 3] + lon_by_deg)
    )


def lines_meet_boxes(begins_deg: Floats, ends_deg: Floats, boxes: Floats) -> Flags:
    """Whether the box around each line (degrees) meets its own box."""
    low, high = np.minimum(begins_deg, ends_deg), np.maximum(begins_deg, ends_deg)
    return np.asarray(
        (low[:, 0] <= boxes[:, 2])
        & (high[:, 0] >= boxes[:, 0])
        & (low[:, 1] <= boxes[:, 3])
        & (high[:, 1] >= boxes[:, 1])
    )


def _distances_m(columns: _Columns) -> Floats:
    """Metres to the edge for each pair; infinite for what lies outside the reach of the zone's box."""
    found = np.full(len(columns.item), np.inf)
    boxes = columns.boxes[columns.zone]
    rows = np.nonzero(near_boxes(columns.places_deg[columns.item], boxes, columns.reaches_m[columns.item]))[0]
    shapes = [columns.zones[place].shape for place in columns.zone[rows].tolist()]
    for territory in {shape.territory for shape in shapes}:
        own = [place for place, shape in enumerate(shapes) if shape.territory is territory]
        places_m = territory.plane.all_to_plane_m(columns.places_deg[columns.item[rows[own]]])
        found[rows[own]] = signed_distances_m([shapes[place] for place in own], places_m)
    return found


def _holds(columns: _Columns) -> Flags:
    """Whether the zone of each pair held at the time of its fix."""
    at_ms = columns.at_ms[columns.item]
    found = np.zeros(len(at_ms), dtype=np.bool_)
    most = max((len(zone.holds) for zone in columns.zones), default=0)
    for place in range(most):
        spans = [zone.holds[place] if place < len(zone.holds) else Span(0, 0) for zone in columns.zones]
        from_ms = np.array([span.from_ms for span in spans], dtype=np.int64)[columns.zone]
        until_ms = np.array([_FOREVER_MS if span.until_ms is None else span.until_ms for span in spans], dtype=np.int64)
        found |= (at_ms >= from_ms) & (at_ms < until_ms[columns.zone])
    return found


def _crossing_rows(columns: _Columns, distances_m: Floats, method: Method) -> Ints:
    """The pairs whose fix, and the one before it, lie outside a forbidden zone that the line between them meets."""
    banned = np.array([zone.kind == "exclusion" for zone in columns.zones], dtype=np.bool_)
    first = columns.item == columns.first_item[columns.track_of_item[columns.item]]
    rows = np.nonzero(banned[columns.zone] & ~first & (distances_m > 0.0))[0]
    former = rows - columns.zones_of_track[columns.track_of_item[columns.item[rows]]]
    after_ms = columns.at_ms[columns.item[rows]] - columns.at_ms[columns.item[former]]
    ends, begins = columns.places_deg[columns.item[rows]], columns.places_deg[columns.item[former]]
    meets = lines_meet_boxes(begins, ends, columns.boxes[columns.zone[rows]])
    rows = rows[meets & (distances_m[former] > 0.0) & (after_ms > 0) & (after_ms <= method.line_ms)]
    found = [row for row in rows.tolist() if _meets(columns, row)]
    return np.array(found, dtype=np.int64)


def _ends_m(columns: _Columns, row: int) -> tuple[tuple[float, float], tuple[float, float]]:
    plane = columns.zones[int(columns.zone[row])].shape.territory.plane
    item = int(columns.item[row])
    begin, end = (plane.to_plane_m(*columns.places_deg[place].tolist()) for place in (item - 1, item))
    return begin, end


def _meets(columns: _Columns, row: int) -> bool:
    shape = columns.zones[int(columns.zone[row])].shape
    if isinstance(shape, AreaShape):
        return bool(shapely.intersects(shape.prepared, shapely.LineString(_ends_m(columns, row))))
    return crossing(shape, *_ends_m(columns, row)) is not None


def _add_line(found: list[Seen], columns: _Columns, row: int) -> None:
    track = int(columns.track_of_item[columns.item[row]])
    met = crossing(columns.zones[int(columns.zone[row])].shape, *_ends_m(columns, row))
    if met is not None:
        item = int(columns.item[row] - columns.first_item[track])
        zone = (row - int(columns.first_pair[track])) % int(columns.zones_of_track[track])
        found[track].lines[(zone, item)] = met


def _matters(columns: _Columns, distances_m: Floats, holds: Flags, crossing_rows: Ints) -> Flags:
    """Items near an edge or on the wrong side of it, or at the end of a line that crosses; never the one before."""
    banned = np.array([zone.kind == "exclusion" for zone in columns.zones], dtype=np.bool_)[columns.zone]
    within_m = columns.reaches_m[columns.item]
    counts = holds & np.where(banned, distances_m <= within_m, distances_m >= -within_m)
    matters = np.zeros(len(columns.at_ms), dtype=np.bool_)
    matters[columns.item[counts]] = True
    matters[columns.item[crossing_rows]] = True
    matters[columns.first_item] = False
    return matters
