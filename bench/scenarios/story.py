"""The story of a wearer, in the words of a monitoring officer, and where it puts him at each second.

Places are metres to the east and north of the middle of the scene. A story is a chain: `begins(-600, 0).rests(10)
.walks_to(0, 0).under(Sky.UNDERGROUND).rests(20)`; times are minutes, and what he is under lasts until it changes.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum

Spot = tuple[float, float]

WALKING_MPS, RUNNING_MPS, CYCLING_MPS = 1.4, 3.0, 5.0
IN_TOWN_MPS, LORRIES_MPS, MOTORWAY_MPS, TRAIN_MPS = 11.0, 25.0, 33.0, 36.0


class Sky(StrEnum):
    """What stands between the receiver and its satellites, or between the device and its network."""

    OPEN = "open"
    CANYON = "canyon"
    """high walls: twice the error, and jumps by reflection"""
    INDOORS = "indoors"
    """twice the error, and two fixes in five are lost"""
    UNDERGROUND = "underground"
    """messages without a position"""
    CELL_ONLY = "cell only"
    """no satellites: the place of the nearest mast, hundreds of metres off"""
    SILENT = "silent"
    """band in foil, or an empty battery: nothing at all is sent"""
    OFFLINE = "offline"
    """no network: fixes are kept, and sent together when it is back"""


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the story in seconds from its beginning: from one spot to another, at an even speed."""

    from_s: float
    until_s: float
    begin: Spot
    end: Spot
    sky: Sky

    def spot(self, at_s: float) -> Spot:
        """Where he is on it."""
        share = 0.0 if self.until_s == self.from_s else (at_s - self.from_s) / (self.until_s - self.from_s)
        share = min(max(share, 0.0), 1.0)
        return (
            self.begin[0] + share * (self.end[0] - self.begin[0]),
            self.begin[1] + share * (self.end[1] - self.begin[1]),
        )

    @property
    def speed_mps(self) -> float:
        """How fast he goes on it."""
        return math.dist(self.begin, self.end) / max(self.until_s - self.from_s, 1e-9)


@dataclass(frozen=True, slots=True)
class Story:
    """Where somebody was, and what his device was under.

    >>> story = begins(-140, 0).rests(1).walks_to(0, 0)
    >>> story.seconds, story.leg(110.0).spot(110.0)
    (160.0, (-70.0, 0.0))
    """

    here: Spot
    sky: Sky = Sky.OPEN
    legs: tuple[Leg, ...] = ()
    said: tuple[tuple[float, str], ...] = ()

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.legs[-1].until_s if self.legs else 0.0

    def leg(self, at_s: float) -> Leg:
        """The stretch in which a second of the story lies."""
        return self.legs[min(bisect_right([leg.from_s for leg in self.legs], at_s), len(self.legs)) - 1]

    def _goes_on(self, end: Spot, seconds: float) -> "Story":
        leg = Leg(self.seconds, self.seconds + seconds, self.here, end, self.sky)
        return replace(self, here=end, legs=(*self.legs, leg))

    def _goes_to(self, east_m: float, north_m: float, speed_mps: float) -> "Story":
        end = (float(east_m), float(north_m))
        return self._goes_on(end, math.dist(self.here, end) / speed_mps)

    def rests(self, minutes: float) -> "Story":
        """He stays where he is."""
        return self._goes_on(self.here, minutes * 60.0)

    def walks_to(self, east_m: float, north_m: float) -> "Story":
        """At 5 km/h."""
        return self._goes_to(east_m, north_m, WALKING_MPS)

    def runs_to(self, east_m: float, north_m: float) -> "Story":
        """At 11 km/h."""
        return self._goes_to(east_m, north_m, RUNNING_MPS)

    def cycles_to(self, east_m: float, north_m: float) -> "Story":
        """At 18 km/h."""
        return self._goes_to(east_m, north_m, CYCLING_MPS)

    def drives_to(self, east_m: float, north_m: float) -> "Story":
        """Through town, at 40 km/h."""
        return self._goes_to(east_m, north_m, IN_TOWN_MPS)

    def speeds_to(self, east_m: float, north_m: float) -> "Story":
        """On the motorway, at 120 km/h."""
        return self._goes_to(east_m, north_m, MOTORWAY_MPS)

    def cruises_to(self, east_m: float, north_m: float) -> "Story":
        """On the motorway, behind the lorries, at 90 km/h."""
        return self._goes_to(east_m, north_m, LORRIES_MPS)

    def takes_the_train_to(self, east_m: float, north_m: float) -> "Story":
        """At 130 km/h."""
        return self._goes_to(east_m, north_m, TRAIN_MPS)

    def and_the_device_says(self, alarm: str) -> "Story":
        """At this moment the device itself sends an alarm, such as `strap`."""
        return replace(self, said=(*self.said, (self.seconds, alarm)))

    def under(self, sky: Sky) -> "Story":
        """From now on the device is under this."""
        return replace(self, sky=sky)


def begins(east_m: float, north_m: float = 0.0, sky: Sky = Sky.OPEN) -> Story:
    """A story that begins at this spot."""
    return Story((float(east_m), float(north_m)), sky)
