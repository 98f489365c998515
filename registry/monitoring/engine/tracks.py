"""How far each wearer was judged, as columns by slot."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.projection import Floats
from geo.track import Previous, TrackState

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NEVER_MS = -1


@dataclass(slots=True)
class Tracks:
    """How far each wearer was judged, by slot: his last fix, whether anything is under way, and until when it last was.

    A place that is NaN is not known here yet, though there may be a last fix. `fixed_ms` is his newest fix,
    also while he is yet to be judged again; `stuck` counts fixes on end that told one place while he moved.
    """

    last_ms: Integers
    last_sequence: Integers
    lat_deg: Floats
    lon_deg: Floats
    sigma_m: Floats
    settled_ms: Integers
    fixed_ms: Integers
    stuck: Integers
    watched: Flags

    @classmethod
    def empty(cls, slots: int) -> "Tracks":
        """Return the tracks of wearers of whom nothing is known."""
        return cls(
            np.full(slots, NEVER_MS, dtype=np.int64),
            np.zeros(slots, dtype=np.int64),
            np.full(slots, np.nan),
            np.full(slots, np.nan),
            np.full(slots, np.nan),
            np.full(slots, NEVER_MS, dtype=np.int64),
            np.full(slots, NEVER_MS, dtype=np.int64),
            np.zeros(slots, dtype=np.int64),
            np.zeros(slots, dtype=np.bool_),
        )

    def copy(self, slots: int) -> "Tracks":
        """Return a copy with room for this many wearers."""
        wider = Tracks.empty(slots)
        for name in self.__slots__:
            mine = getattr(self, name)
            getattr(wider, name)[: len(mine)] = mine
        return wider

    def quiet_state(self, slot: int) -> TrackState:
        """Return the state of a wearer of whom nothing but the last fix matters."""
        last_ms = int(self.last_ms[slot])
        if last_ms == NEVER_MS:
            return TrackState()
        place = (float(self.lat_deg[slot]), float(self.lon_deg[slot]), float(self.sigma_m[slot]))
        previous = None if np.isnan(place[0]) else Previous(last_ms, *place)
        return TrackState((last_ms, int(self.last_sequence[slot])), previous)

    def take(self, slot: int, state: TrackState) -> None:
        """Take in how far a wearer was judged."""
        if state.last is not None:
            self.last_ms[slot], self.last_sequence[slot] = state.last
        if state.previous is not None:
            previous = state.previous
            self.lat_deg[slot], self.lon_deg[slot] = previous.lat_deg, previous.lon_deg
            self.sigma_m[slot] = previous.sigma_m
        if self.watched[slot] and state.last is not None:
            self.settled_ms[slot] = max(int(self.settled_ms[slot]), state.last[0])
        self.watched[slot] = not state.is_quiet

    def forget(self, slot: int) -> None:
        """Know nothing of a wearer's track any more."""
        self.last_ms[slot], self.last_sequence[slot], self.watched[slot] = NEVER_MS, 0, False
        self.lat_deg[slot] = self.lon_deg[slot] = self.sigma_m[slot] = np.nan
