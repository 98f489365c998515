"""When the wearer of a story truly was where he may not be, and from when that could be known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.scenarios.receiver import Message
from bench.scenarios.scene import Scene, in_plane_m
from bench.scenarios.story import Sky, Story
from geo.projection import Floats
from geo.shapes import signed_distances_m
from geo.zones import Zone
from registry.monitoring.companions.rules import NEAR_M

_GAP_S = 1


@dataclass(frozen=True, slots=True)
class Visit:
    """A stretch of time, in seconds of the story, in which he truly was against one of the areas."""

    area: int
    from_s: float
    until_s: float

    def meets(self, from_s: float, until_s: float, slack_s: float) -> bool:
        """Whether another stretch touches this one, give or take."""
        return from_s <= self.until_s + slack_s and until_s >= self.from_s - slack_s


def visits(scene: Scene) -> list[Visit]:
    """All of them, in order of time; looked at each second."""
    if scene.hers is not None:
        return _meetings(scene.story, scene.hers)
    places_m = in_plane_m(_spots(scene.story))
    found = []
    for number, zone in ((number, zone) for number, area in enumerate(scene.areas) for zone in area.zones):
        off_m = signed_distances_m([zone.shape] * len(places_m), places_m)
        against = ((off_m <= 0.0) == (zone.kind == "exclusion")) & _held(zone, scene.begins_ms, len(places_m))
        found += [Visit(number, *stretch) for stretch in _stretches(against)]
    return sorted(found, key=lambda visit: visit.from_s)


def _meetings(his: Story, hers: Story) -> list[Visit]:
    """When the two truly were near each other, while both stories last."""
    his_m, hers_m = _spots(his), _spots(hers)
    both = min(len(his_m), len(hers_m))
    away_m = np.hypot(*(his_m[:both] - hers_m[:both]).T)
    return [Visit(0, *stretch) for stretch in _stretches(away_m <= NEAR_M)]


def met_s(visit: Visit, scene: Scene, of_both: Sequence[Sequence[Message]]) -> float:
    """From when it could be known that the two were near: a fix of each had reached the service."""
    return max(
        min((one.arrives_s for one in _fixes(scene, own) if one.at_s >= visit.from_s), default=visit.until_s)
        for own in of_both
    )


def _spots(story: Story) -> Floats:
    """Where he is at each second, as rows of metres east and north."""
    seconds = np.arange(0.0, int(story.seconds) + 1.0)
    turns_s = [0.0, *(leg.until_s for leg in story.legs)]
    corners = [story.legs[0].begin, *(leg.end for leg in story.legs)]
    return np.column_stack([np.interp(seconds, turns_s, [corner[axis] for corner in corners]) for axis in (0, 1)])


def known_s(visit: Visit, scene: Scene, messages: Sequence[Message]) -> float:
    """From when it could be known: the first fix there reached the service, the order did, and his grace was over.

    A place that is told as that of a mast counts for none. Of who was seen only before and after, it is the fix after.
    """
    zone = scene.areas[visit.area].zone()
    fixes = _fixes(scene, messages)
    grace_s = zone.policy.grace_s if zone.kind == "inclusion" else 0.0
    # A visit is rounded to whole seconds: the fix at the end of its last one may be outside already.
    due = [one for one in fixes if visit.from_s + grace_s <= one.at_s < visit.until_s + _GAP_S]
    due = due or [one for one in fixes if one.at_s >= visit.from_s]
    first_s = min((one.arrives_s for one in due), default=visit.until_s)
    return max(first_s, 60.0 * (scene.known_after or 0.0))


def pace_s(visit: Visit, scene: Scene, messages: Sequence[Message]) -> float:
    """How many seconds lay between the fixes that came of a visit, on average; the lost ones did not."""
    if scene.hers is not None:
        return max(scene.device.every_s, scene.her_device.every_s)
    there = [one.at_s for one in _fixes(scene, messages) if visit.from_s <= one.at_s <= visit.until_s]
    return (there[-1] - there[0]) / (len(there) - 1) if len(there) > 1 else scene.device.every_s


def _fixes(scene: Scene, messages: Sequence[Message]) -> list[Message]:
    return [one for one in messages if one.seen is not None and scene.story.leg(one.at_s).sky is not Sky.CELL_ONLY]


def _held(zone: Zone, begins_ms: int, seconds: int) -> np.ndarray:
    if zone.schedule is None and zone.holds[0].from_ms == 0 and zone.holds[0].until_ms is None:
        return np.ones(seconds, dtype=np.bool_)
    return np.array([zone.held(begins_ms + 1000 * at_s) is not None for at_s in range(seconds)])


def _stretches(flags: np.ndarray) -> Iterator[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield float(begin), float(end - 1)
