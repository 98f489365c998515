"""The fixes of many wearers as columns: what arithmetic over all of them at once takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.projection import Floats
from geo.track import Fix

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


@dataclass(slots=True)
class Fixes:
    """The positions to judge, as columns; item for item one wearer's slot, time, sequence, place and quality.

    NaN stands for what the device did not tell.
    """

    slots: Ints
    at_ms: Ints
    sequences: Ints
    places_deg: Floats
    accuracies_m: Floats
    hdops: Floats
    speeds_mps: Floats

    def __len__(self) -> int:
        return len(self.slots)

    def taken(self, places: Places) -> "Fixes":
        """Return some of them, in this order."""
        return Fixes(*(getattr(self, name)[places] for name in self.__slots__))

    def in_order(self) -> "Fixes":
        """Return them by slot, and then in the order of a track."""
        lats_deg, lons_deg = self.places_deg[:, 0], self.places_deg[:, 1]
        return self.taken(np.lexsort((lons_deg, lats_deg, self.sequences, self.at_ms, self.slots)))

    def ends(self) -> Places:
        """The places of each wearer's last fix, of fixes in order."""
        return np.nonzero(np.append(self.slots[1:] != self.slots[:-1], True))[0] if len(self) else np.zeros(0, np.intp)

    def befores_deg(self, first_deg: Floats) -> Floats:
        """The place before each, of fixes in order; before a wearer's first that of its row here."""
        found = first_deg.copy()
        goes_on = np.nonzero(self.slots[1:] == self.slots[:-1])[0] + 1
        found[goes_on] = self.places_deg[goes_on - 1]
        return found

    def track(self, begin: int, end: int) -> list[Fix]:
        """Those from one place until another, as a track takes them."""
        columns = (
            self.at_ms, self.places_deg[:, 0], self.places_deg[:, 1], self.accuracies_m, self.sequences, self.hdops,
            self.speeds_mps,
        )  # fmt: skip
        return [
            Fix(at_ms, lat_deg, lon_deg, _told(accuracy_m), sequence, _told(hdop), _told(speed_mps))
            for at_ms, lat_deg, lon_deg, accuracy_m, sequence, hdop, speed_mps in zip(
                *(column[begin:end].tolist() for column in columns), strict=True
            )
        ]


def _told(value: float) -> float | None:
    return None if value != value else value  # NaN differs from itself


def fixes_of(placed: Sequence[tuple[int, Fix]]) -> Fixes:
    """Return positions with the slots of their wearers as columns."""

    def column(name: str, kind: type = float) -> Any:
        return np.array([getattr(fix, name) for _, fix in placed], dtype=kind)

    places_deg = np.array([(fix.lat_deg, fix.lon_deg) for _, fix in placed], dtype=np.float64).reshape(-1, 2)
    slots = np.array([slot for slot, _ in placed], dtype=np.int64)
    return Fixes(
        slots, column("at_ms", np.int64), column("sequence", np.int64), places_deg, column("accuracy_m"),
        column("hdop"), column("speed_mps"),
    )  # fmt: skip
