"""A map of an episode without any map behind it: the zones, the track, how exact each position is, north, and a scale.

Drawn in the metric plane in which it was judged, so that what lies inside on the map was judged inside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from geo.overlap import outline
from geo.projection import Territory
from geo.spans import instant
from geo.zones import Zone
from registry.console.evidence.drawing import Area, Dot, Drawing, Line, Point, Words
from registry.console.evidence.legend import BLUE, GREY, STYLES, add_legend
from registry.monitoring.evidence.members import Told
from registry.monitoring.evidence.rules import Case, KeptFix, Use

WIDTH, HEIGHT = 1000.0, 880.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 20.0, 52.0, 980.0, 700.0
_FRAME = shapely.box(_LEFT, _TOP, _RIGHT, _BOTTOM)
_BESIDE_MS = 5 * 60_000
_LEAST_M = 150.0
_WHOLE_ZONE_TIMES, _WHOLE_ZONE_M = 8.0, 2_500.0
_MOST_MARKS = 400
_STATED_RADIUS = 1.51  # the radius that holds 68 % is so many standard deviations on each axis
_LOCAL = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class View:
    """The part of a plane that the frame shows: its middle (m), and units of the drawing a metre of the plane."""

    territory: Territory
    middle: Point
    units_a_m: float

    def at(self, x_m: float, y_m: float) -> Point:
        """Where a place of the plane stands on the drawing."""
        middle_x, middle_y = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
        return (
            middle_x + (x_m - self.middle[0]) * self.units_a_m,
            middle_y - (y_m - self.middle[1]) * self.units_a_m,
        )

    def of(self, shape: shapely.geometry.base.BaseGeometry) -> shapely.geometry.base.BaseGeometry:
        """A shape of the plane on the drawing, as far as the frame shows it."""
        middle = np.array([(_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2])
        scale = np.array([self.units_a_m, -self.units_a_m])
        return shapely.intersection(shapely.transform(shape, lambda xy: middle + (xy - self.middle) * scale), _FRAME)

    def place(self, fix: KeptFix) -> Point:
        """Where a position stands in the plane (m)."""
        return self.territory.plane.to_plane_m(fix.lat_deg or 0.0, fix.lon_deg or 0.0)

    @property
    def metre(self) -> float:
        """Units of the drawing a true metre, in the middle."""
        return self.units_a_m * self.territory.plane.scale_at(*self.territory.plane.to_degrees(*self.middle))


def map_of(told: Told, case: Case) -> Drawing:
    """Draw the case of an episode."""
    main = next((zone for zone in case.zones if zone.id == told.found.zone_id), case.zones[0])
    placed = [one for one in case.fixes if one.lat_deg is not None and one.lon_deg is not None]
    near = [one for one in placed if _is_near(told, case, one)] or placed
    view = _view(main, near)
    drawing = Drawing(WIDTH, HEIGHT, _title(told, case))
    for zone in sorted(case.zones, key=lambda zone: zone.id == main.id):
        _add_zone(drawing, view, zone, STYLES[_style(zone, main, told)])
    _add_track(drawing, view, [one for one in placed if one.use is not Use.UNUSED])
    _add_circles(drawing, view, case, _some([one for one in near if one.use is Use.USED]))
    _add_marks(drawing, view, told, placed)
    _add_frame(drawing, view)
    add_legend(drawing, {_style(zone, main, told) for zone in case.zones}, any(one.use is Use.UNUSED for one in placed))
    return drawing


def _is_near(told: Told, case: Case, one: KeptFix) -> bool:
    end_ms = case.judged_at_ms if told.found.end_ms is None else told.found.end_ms
    return one.use is not Use.UNUSED and told.found.start_ms - _BESIDE_MS <= one.at_ms <= end_ms + _BESIDE_MS


def _view(main: Zone, near: Sequence[KeptFix]) -> View:
    territory = main.shape.territory
    places = [territory.plane.to_plane_m(one.lat_deg or 0.0, one.lon_deg or 0.0) for one in near]
    box = shapely.MultiPoint(places).bounds if places else outline(main.shape).bounds
    size_m = max(box[2] - box[0], box[3] - box[1], _LEAST_M)
    zone_box = outline(main.shape).bounds
    zone_m = max(zone_box[2] - zone_box[0], zone_box[3] - zone_box[1])
    if zone_m <= max(_WHOLE_ZONE_TIMES * size_m, _WHOLE_ZONE_M):
        box = shapely.union(shapely.box(*box), shapely.box(*zone_box)).bounds
    wide_m, high_m = max(box[2] - box[0], _LEAST_M), max(box[3] - box[1], _LEAST_M)
    units_a_m = 0.86 * min((_RIGHT - _LEFT) / wide_m, (_BOTTOM - _TOP) / high_m)
    return View(territory, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), units_a_m)


def _style(zone: Zone, main: Zone, told: Told) -> str:
    if zone.id != main.id:
        return "other"
    return str(told.record.get("zoneKind", zone.kind))


def _add_zone(drawing: Drawing, view: View, zone: Zone, style: tuple[str, float, str]) -> None:
    colour, opacity, _ = style
    if zone.shape.territory is not view.territory:
        return
    for part in shapely.get_parts(view.of(outline(zone.shape))).tolist():
        if isinstance(part, Polygon) and not part.is_empty:
            rings = [list(ring.coords) for ring in (part.exterior, *part.interiors)]
            drawing.items.append(Area(rings, colour, opacity))
    border = view.of(shapely.boundary(outline(zone.shape)))
    drawing.items += [Line(points, colour, 2.5) for points in _lines(border)]


def _lines(shape: shapely.geometry.base.BaseGeometry) -> Iterable[list[Point]]:
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    for part in shapely.get_parts(merged).tolist():
        if isinstance(part, LineString) and part.length > 0:
            yield [(x, y) for x, y in part.coords]


def _add_track(drawing: Drawing, view: View, fixes: Sequence[KeptFix]) -> None:
    places = [view.place(one) for one in sorted(fixes, key=lambda one: one.fix.order)]
    if len(set(places)) > 1:
        drawing.items += [Line(points, BLUE, 1.2) for points in _lines(view.of(LineString(places)))]


def _add_circles(drawing: Drawing, view: View, case: Case, fixes: Sequence[KeptFix]) -> None:
    for one in fixes:
        sigma_m = case.method.accuracy.sigma_m(one.accuracy_m, one.hdop)
        radius_m = sigma_m * _STATED_RADIUS * view.territory.plane.scale_at(one.lat_deg or 0.0, one.lon_deg or 0.0)
        circle = shapely.Point(view.place(one)).buffer(radius_m, quad_segs=16).exterior
        drawing.items += [Line(points, GREY, 0.6) for points in _lines(view.of(circle))]


def _some(fixes: Sequence[KeptFix]) -> list[KeptFix]:
    """At most so many of them, evenly over the list."""
    every = max(1, math.ceil(len(fixes) / _MOST_MARKS))
    return list(fixes[::every])


def _add_marks(drawing: Drawing, view: View, told: Told, placed: Sequence[KeptFix]) -> None:
    shown = [one for one in placed if _FRAME.covers(shapely.Point(view.at(*view.place(one))))]
    during = [one for one in shown if one.use is Use.USED and _is_during(told, one)]
    for one in _some([one for one in shown if one.use is not Use.UNUSED and not _is_during(told, one)]):
        drawing.items.append(Dot(view.at(*view.place(one)), 3.5, "#ffffff", BLUE))
    for one in _some(during):
        drawing.items.append(Dot(view.at(*view.place(one)), 4.5, BLUE, "#ffffff", 1.0))
    for one in shown:
        if one.use is Use.UNUSED:
            x, y = view.at(*view.place(one))
            drawing.items += [Line([(x - 5, y - 5), (x + 5, y + 5)], "#1b2733", 1.8)]
            drawing.items += [Line([(x - 5, y + 5), (x + 5, y - 5)], "#1b2733", 1.8)]
    if during:
        _add_label(drawing, view, during[0], ("begin", -64.0))
        if told.found.end_ms is not None and during[-1] is not during[0]:
            _add_label(drawing, view, during[-1], ("laatste positie", 64.0))


def _is_during(told: Told, one: KeptFix) -> bool:
    return one.at_ms >= told.found.start_ms and (told.found.end_ms is None or one.at_ms < told.found.end_ms)


def _add_label(drawing: Drawing, view: View, one: KeptFix, named: tuple[str, float]) -> None:
    """Name a position, with a line from it to its name, so that no other is covered."""
    (word, up), (x, y) = named, view.at(*view.place(one))
    if not _TOP + 80 < y - up < _BOTTOM - 20:
        up = -up
    text = f"{word} {local(one.at_ms):%H:%M:%S}"
    wide = 7.8 * len(text) + 8
    left, base = min(max(x - wide / 2, _LEFT + 4), _RIGHT - wide - 4), y - up
    patch = [(left, base - 16), (left + wide, base - 16), (left + wide, base + 5), (left, base + 5)]
    reach = base + 5 if up > 0 else base - 16
    drawing.items += [Line([(x, y), (x, reach)], "#1b2733", 1.0), Area([patch], "#ffffff", 0.85)]
    drawing.items.append(Words((left + 4, base), text, 14, bold=True))


def local(at_ms: int) -> datetime:
    """An instant on the clock of the European Netherlands."""
    return instant(at_ms).astimezone(_LOCAL)


def _title(told: Told, case: Case) -> str:
    begun, end_ms = local(told.found.start_ms), told.found.end_ms
    until = "duurt voort" if end_ms is None else f"tot {local(end_ms):%d-%m-%Y %H:%M:%S}"
    return f"Bevel {told.record['orderNumber']}: {begun:%d-%m-%Y %H:%M:%S} {until}"


def _add_frame(drawing: Drawing, view: View) -> None:
    corners = [(_LEFT, _TOP), (_RIGHT, _TOP), (_RIGHT, _BOTTOM), (_LEFT, _BOTTOM), (_LEFT, _TOP)]
    drawing.items += [Line(corners, "#1b2733", 1.5), Words((_LEFT, 36), drawing.title, 21, bold=True)]
    _add_north(drawing, view)
    _add_scale(drawing, view)


def _add_north(drawing: Drawing, view: View) -> None:
    """An arrow that points where north is on this map: in the plane it is not quite upwards."""
    lat_deg, lon_deg = view.territory.plane.to_degrees(*view.middle)
    x_m, y_m = view.territory.plane.to_plane_m(lat_deg + 0.001, lon_deg)
    turn = math.atan2(x_m - view.middle[0], y_m - view.middle[1])
    x, y = _RIGHT - 38, _TOP + 52

    def turned(right: float, up: float) -> Point:
        return x + right * math.cos(turn) + up * math.sin(turn), y + right * math.sin(turn) - up * math.cos(turn)

    back = [(x - 26, _TOP + 6), (x + 26, _TOP + 6), (x + 26, y + 38), (x - 26, y + 38)]
    arrow = [turned(0, 26), turned(11, -20), turned(0, -11), turned(-11, -20)]
    drawing.items += [Area([back], "#ffffff", 0.85), Area([arrow], "#1b2733", 1.0)]
    drawing.items.append(Words((x, y + 34), "N", 16, "middle", bold=True))


def scale_m(longest_m: float) -> float:
    """The longest of 1, 2 and 5 times a power of ten that is no longer than this.

    >>> scale_m(730.0), scale_m(99.0)
    (500.0, 50.0)
    """
    power = 10.0 ** math.floor(math.log10(longest_m))
    return max(times * power for times in (1.0, 2.0, 5.0) if times * power <= longest_m)


def _add_scale(drawing: Drawing, view: View) -> None:
    length_m = scale_m(220.0 / view.metre)
    wide = length_m * view.metre
    x, y = _LEFT + 18, _BOTTOM - 20
    back = [(x - 10, y - 34), (x + wide + 64, y - 34), (x + wide + 64, y + 12), (x - 10, y + 12)]
    half = [(x, y - 5), (x + wide / 2, y - 5), (x + wide / 2, y), (x, y)]
    drawing.items += [Area([back], "#ffffff", 0.85), Area([half], "#1b2733", 1.0)]
    drawing.items.append(Line([(x, y - 5), (x + wide, y - 5), (x + wide, y), (x, y), (x, y - 5)], "#1b2733", 1.2))
    told = f"{length_m:.0f} m" if length_m < 1000 else f"{length_m / 1000:.0f} km"
    drawing.items += [Words((x, y - 12), "0", 14, "middle"), Words((x + wide, y - 12), told, 14, "middle")]
