"""A scenario: a ban or a duty, the story of a wearer, the device on him, and what the control room must hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from bench.scenarios.home_unit import HomeUnit
from bench.scenarios.receiver import Receiver
from bench.scenarios.story import Spot, Story
from geo.projection import Floats, Territory
from geo.schedule import Schedule
from geo.wire import shape_from_geojson
from geo.zones import Span, Zone

TIME_ZONE = "Europe/Amsterdam"
_MIDDLE_RD_M = (136_000.0, 456_000.0)

Word = Literal["siren", "quiet", "late"]


@dataclass(frozen=True)
class Area:
    """A condition with an area; `wire` is its shape in metres from the middle, as an order message bears it."""

    kind: Literal["exclusion", "inclusion"]
    wire: dict[str, Any]
    buffer_m: float = 0.0
    warning_m: float = 0.0
    schedule: dict[str, Any] | None = None
    starts_on: str | None = None
    ends_on: str | None = None

    def when(self, **schedule: Any) -> "Area":
        """The same, at times of the week or save for exceptions."""
        return replace(self, schedule=schedule)

    def with_ring(self, warning_m: float) -> "Area":
        """The same, with a ring of so many metres around it in which he is warned of quietly."""
        return replace(self, warning_m=warning_m)

    def until(self, day: str) -> "Area":
        """The same, up to and including a day."""
        return replace(self, ends_on=day)

    def condition(self, number: int) -> dict[str, Any]:
        """The condition as a message tells it."""
        zone = {"kind": self.kind, "shape": self.wire, "crs": "CRS84", "bufferM": self.buffer_m}
        duty = self.kind == "inclusion"
        told: dict[str, Any] = {
            "reference": f"C{number}",
            "type": "location_duty" if duty else "area_ban",
            "text": "Thuis zijn op de aangegeven tijden." if duty else "Niet komen in het gebied op de kaart.",
            "protects": ["P1"],
            "electronicMonitoring": True,
            "zone": zone | ({"warningM": self.warning_m} if self.warning_m else {}),
        }
        optional = {"schedule": self.schedule, "startsOn": self.starts_on, "endsOn": self.ends_on}
        return told | {name: value for name, value in optional.items() if value is not None}

    @property
    def zones(self) -> list[Zone]:
        """The area as geometry judges it, and its ring, which holds the area too."""
        return [self.zone(), self.zone(self.warning_m)] if self.warning_m else [self.zone()]

    def zone(self, wider_m: float = 0.0) -> Zone:
        """The area as geometry judges it."""
        schedule = None if self.schedule is None else Schedule.from_wire(self.schedule, TIME_ZONE)
        holds = Span(_day_ms(self.starts_on) or 0, _day_ms(self.ends_on, days=1))
        shape = shape_from_geojson(self.wire, buffer_m=self.buffer_m + wider_m)
        return Zone("area", 1, self.kind, shape, (holds,), schedule)


@dataclass(frozen=True)
class Scene:
    """One scenario. `hears` has a word for each time that he is where he may not be, or in its ring, in order of time:

    - `siren`: a stay, told loudly and in time;
    - `quiet`: there, but past at once, or in the ring around it: recorded, and never the siren;
    - `late`: a stay that was learnt of when it was long over: told as found late, and never the siren.

    `of_device` has the class of each call about the device itself. The order is known from `known_after` minutes of the
    story on, from before it where that is None.

    With a story of `hers` it is about the protected person instead, who carries a device of her own: each time that the
    two are within `NEAR_M` has a word.
    """

    name: str
    areas: Sequence[Area]
    story: Story
    hears: Sequence[Word] = ()
    device: Receiver | HomeUnit = field(default_factory=Receiver)
    begins_at: str = "2026-11-24T14:00"
    known_after: float | None = None
    of_device: Sequence[str] = ()
    hers: Story | None = None
    her_device: Receiver = field(default_factory=Receiver)

    @property
    def by_home_unit(self) -> bool:
        """Whether it is the unit in his home that tells of him."""
        return isinstance(self.device, HomeUnit)

    @property
    def begins_ms(self) -> int:
        """When the story begins, in epoch ms."""
        return round(datetime.fromisoformat(self.begins_at).replace(tzinfo=ZoneInfo(TIME_ZONE)).timestamp() * 1000)


def banned(radius_m: float = 250.0, at: Spot = (0.0, 0.0)) -> Area:
    """He may not come within so many metres of a spot."""
    return Area("exclusion", _circle(radius_m, at))


def banned_box(west_m: float, south_m: float, east_m: float, north_m: float) -> Area:
    """He may not come into a rectangle."""
    return banned_shape((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m))


def banned_shape(*corners: Spot) -> Area:
    """He may not come into a polygon."""
    ring = [_lon_lat(corner) for corner in (*corners, corners[0])]
    return Area("exclusion", {"type": "Polygon", "coordinates": [ring]})


def banned_road(wide_m: float, *corners: Spot) -> Area:
    """He may not come within so many metres of a line."""
    wire = {"type": "LineString", "coordinates": [_lon_lat(corner) for corner in corners]}
    return Area("exclusion", wire, buffer_m=wide_m)


def must_be_home(radius_m: float = 60.0, at: Spot = (0.0, 0.0)) -> Area:
    """He must be within so many metres of a spot."""
    return Area("inclusion", _circle(radius_m, at))


def degrees(spot: Spot) -> tuple[float, float]:
    """Latitude and longitude of a spot of a scene, in degrees."""
    return Territory.EUROPEAN.plane.to_degrees(_MIDDLE_RD_M[0] + spot[0], _MIDDLE_RD_M[1] + spot[1])


def in_plane_m(spots: Floats) -> Floats:
    """Rows of metres east and north of the middle of a scene, in the plane of the European part."""
    return spots + np.array(_MIDDLE_RD_M)


def _circle(radius_m: float, at: Spot) -> dict[str, Any]:
    return {"type": "Circle", "center": _lon_lat(at), "radiusM": radius_m}


def _lon_lat(spot: Spot) -> list[float]:
    lat_deg, lon_deg = degrees(spot)
    return [round(lon_deg, 7), round(lat_deg, 7)]


def _day_ms(day: str | None, days: int = 0) -> int | None:
    if day is None:
        return None
    begun = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(TIME_ZONE))
    return round((begun + timedelta(days=days)).timestamp() * 1000)
