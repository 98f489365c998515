"""The fast path for many wearers: which of a batch's fixes need an exact look at which zones.

It only ever leaves out pairs that cannot change anything: a position outside the box of an exclusion zone of a wearer
without an open episode. What remains is judged by `geo.episodes`, so the outcome is that of the plain path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from geo.projection import Floats
from geo.zones import Zone

Ints = npt.NDArray[np.intp]
Slots = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

_EVERYWHERE = (-np.inf, -np.inf, np.inf, np.inf)


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
    >>> slots, watched = np.array([0, 0, 1]), np.zeros(2, dtype=bool)
    >>> fleet.pairs(slots, np.array([52.09, 52.2, 52.09]), np.array([5.12, 5.12, 5.12]), watched)
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

    def pairs(self, slots: Slots, lats_deg: Floats, lons_deg: Floats, watched: Flags) -> tuple[Ints, Ints]:
        """The (fix, zone row) pairs of a batch that need an exact look, as two arrays in order of fix.

        The three arrays have one item a fix; `watched` has one flag a slot: the wearer has an open episode. A wearer's
        exclusion zones are left out by their box; his inclusion zones never, and nothing is when he is watched.
        """
        fixes, rows = self._all_pairs(slots)
        boxes = self._boxes[rows]
        lats, lons = lats_deg[fixes], lons_deg[fixes]
        near = (boxes[:, 0] <= lats) & (lats <= boxes[:, 2]) & (boxes[:, 1] <= lons) & (lons <= boxes[:, 3])
        kept = near | watched[slots][fixes]
        return fixes[kept], rows[kept]

    def looks(self, slots: Slots, lats_deg: Floats, lons_deg: Floats, watched: Flags) -> dict[int, tuple[Zone, ...]]:
        """By slot: the zones that `advance` must be given for all of that wearer's fixes in the batch.

        A wearer who is not named needs no look: `TrackState.passed` with his last fix is his new state.
        """
        fixes, rows = self.pairs(slots, lats_deg, lons_deg, watched)
        found: dict[int, dict[int, None]] = {}
        for slot, row in zip(slots[fixes].tolist(), rows.tolist(), strict=True):
            found.setdefault(slot, {})[row] = None
        return {slot: tuple(self._zones[row] for row in sorted(of_slot)) for slot, of_slot in found.items()}

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
