"""The fast path for many wearers: which of a batch's fixes need an exact look at which zones.

It only ever leaves out pairs that cannot change anything: a fix far from the box of a forbidden zone, at the end of a
line that does not meet that box, of a wearer of whom nothing is under way. What remains is judged by `geo.episodes`, so
the outcome is that of the plain path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from geo.looking import lines_meet_boxes, near_boxes
from geo.projection import Floats
from geo.zones import Zone

Ints = npt.NDArray[np.intp]
Slots = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

_EVERYWHERE = (-np.inf, -np.inf, np.inf, np.inf)


@dataclass(frozen=True, slots=True)
class Moves:
    """Fixes of many wearers in order of slot and track, item for item.

    Places are rows of (latitude, longitude) in degrees; `before_deg` is the fix before, NaN where there is none, and
    `reaches_m` how near to an edge each fix must be to be weighed (see `geo.looking.reaches_m`).
    """

    slots: Slots
    places_deg: Floats
    before_deg: Floats
    reaches_m: Floats


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of a wearer's fixes, by their places in the batch, that may matter, and the zones near them."""

    begin: int
    end: int
    zones: tuple[Zone, ...]


@dataclass(frozen=True, eq=False)
class Fleet:
    """The zones of many wearers, each wearer known by a slot (0, 1, 2, ...). Immutable: replacing gives a new fleet.

    Rows of one slot lie together, from `_first[slot]` on; rows of a replaced slot stay behind unused until half of all
    rows are, and the next replacement then builds anew.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> from geo.zones import Span
    >>> zone = Zone("Z1", 1, "exclusion", CircleShape(Territory.EUROPEAN, 52.09, 5.12, 200.0), (Span(0),))
    >>> fleet = Fleet.build([[zone], []])
    >>> places_deg = np.array([[52.09, 5.12], [52.2, 5.12], [52.09, 5.12]])
    >>> moves = Moves(np.array([0, 0, 1]), places_deg, np.full((3, 2), np.nan), np.full(3, 300.0))
    >>> fleet.pairs(moves, np.zeros(2, dtype=bool))
    (array([0]), array([0]))
    >>> [zone.id for zone in fleet.zones_of(0)]
    ['Z1']
    """

    _zones: tuple[Zone, ...]
    _boxes: Floats
    _first: Ints
    _count: Ints

    @classmethod
    def build(cls, zones_by_slot: Sequence[Sequence[Zone]]) -> "Fleet":
        """A fleet of one wearer per item, in order of slot."""
        zones = tuple(chain.from_iterable(zones_by_slot))
        count = np.array([len(of_one) for of_one in zones_by_slot], dtype=np.intp)
        return cls(zones, _boxes_of(zones), np.cumsum(count) - count, count)

    def __len__(self) -> int:
        return len(self._count)

    def zones_of(self, slot: int) -> tuple[Zone, ...]:
        """All zones of the wearer in a slot."""
        first = int(self._first[slot])
        return self._zones[first : first + int(self._count[slot])]

    def zone(self, row: int) -> Zone:
        """The zone of a row, as `pairs` names it."""
        return self._zones[row]

    def replaced(self, slot: int, zones: Sequence[Zone]) -> "Fleet":
        """The fleet with other zones for one wearer; a slot beyond the last adds wearers, those between without zones.

        >>> len(Fleet.build([]).replaced(2, []))
        3
        """
        if len(self._zones) > 64 and 2 * int(self._count.sum()) < len(self._zones):
            return Fleet.build([self.zones_of(at) for at in range(len(self))]).replaced(slot, zones)
        added = max(slot + 1 - len(self), 0)
        first = np.concatenate([self._first, np.zeros(added, dtype=np.intp)])
        count = np.concatenate([self._count, np.zeros(added, dtype=np.intp)])
        first[slot], count[slot] = len(self._zones), len(zones)
        return Fleet((*self._zones, *zones), np.concatenate([self._boxes, _boxes_of(zones)]), first, count)

    def pairs(self, moves: Moves, watched: Flags) -> tuple[Ints, Ints]:
        """The (fix, zone row) pairs of a batch that need an exact look, as two arrays in order of fix.

        `watched` has one flag a slot: something is under way with that wearer, so that every fix matters. A zone in
        which he must be is never left out.
        """
        fixes, rows = self._all_pairs(moves.slots)
        boxes = self._boxes[rows]
        kept = near_boxes(moves.places_deg[fixes], boxes, moves.reaches_m[fixes])
        kept |= lines_meet_boxes(moves.before_deg[fixes], moves.places_deg[fixes], boxes)
        kept |= watched[moves.slots][fixes]
        return fixes[kept], rows[kept]

    def looks(self, moves: Moves, watched: Flags) -> dict[int, Window]:
        """By slot: which of that wearer's fixes `advance` must be given, and the zones to hold them against.

        A wearer who is not named needs no look: `TrackState.passed` with his last fix is his new state. So is it with
        the fixes before a window, and with those after it if nothing is under way at its end.
        """
        fixes, rows = self.pairs(moves, watched)
        slots = moves.slots[fixes]
        found: dict[int, Window] = {}
        if not len(fixes):
            return found
        begins = np.flatnonzero(np.append(True, slots[1:] != slots[:-1]))
        ends = np.append(begins[1:], len(fixes))
        for slot, begin, end in zip(slots[begins].tolist(), begins.tolist(), ends.tolist(), strict=True):
            near = sorted(set(rows[begin:end].tolist()))
            zones = tuple(self._zones[row] for row in near)
            found[slot] = Window(int(fixes[begin]), int(fixes[end - 1]) + 1, zones)
        return found

    def _all_pairs(self, slots: Slots) -> tuple[Ints, Ints]:
        """Every fix with every zone of its wearer."""
        count = self._count[slots]
        fixes = np.repeat(np.arange(len(slots), dtype=np.intp), count)
        begun = np.cumsum(count) - count
        rows = np.arange(len(fixes), dtype=np.intp) + np.repeat(self._first[slots] - begun, count)
        return fixes, rows


def _boxes_of(zones: Sequence[Zone]) -> Floats:
    boxes = [_EVERYWHERE if zone.kind == "inclusion" else zone.shape.bounds_deg for zone in zones]
    return np.array(boxes, dtype=np.float64).reshape(len(boxes), 4)
