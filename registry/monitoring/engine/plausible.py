"""Positions that no person makes: jumps faster than anything he can board, and one place told again while he moves.

They are judged all the same, for what a device says may be true, and whoever forges a position must not hide a breach
by it; but a human is called. Configuration: no source sets the limits.
"""

import numpy as np
import numpy.typing as npt

from geo.columns import Fixes
from registry.monitoring.engine.memory import Draft
from registry.monitoring.signals.rules import Sign, SignalKind

_FASTEST_MPS = 150.0  # a train at full speed does 83 m/s here, and an aircraft is no place of a wearer of a monitor
_LEAST_JUMP_M = 5_000.0  # a fix by the cell of a telephone lies this far off and proves nothing
_SIGMAS = 3.0
_LONGEST_S = 3_600.0
_MOVING_MPS = 3.0
_SAME_PLACES = 4
_M_PER_DEG = 111_320.0

Places = npt.NDArray[np.float64]


def implausible(draft: Draft, fixes: Fixes) -> list[Sign]:
    """Return the signs of positions, in the order of tracks and after all that was judged, that no person makes."""
    if not len(fixes):
        return []
    tracks = draft.tracks
    before_deg = np.column_stack((tracks.lat_deg[fixes.slots], tracks.lon_deg[fixes.slots]))
    before_ms, sigma_m = tracks.last_ms[fixes.slots].copy(), tracks.sigma_m[fixes.slots].copy()
    sigmas_m = draft.method.accuracy.sigmas_m(fixes.accuracies_m, fixes.hdops)
    goes_on = np.nonzero(fixes.slots[1:] == fixes.slots[:-1])[0] + 1
    before_deg[goes_on], before_ms[goes_on] = fixes.places_deg[goes_on - 1], fixes.at_ms[goes_on - 1]
    sigma_m[goes_on] = sigmas_m[goes_on - 1]
    jumped = _jumped(_apart_m(before_deg, fixes.places_deg), (fixes.at_ms - before_ms) / 1000.0, sigma_m + sigmas_m)
    stuck = _stuck(draft, before_deg, fixes)
    found = (_sign(draft, fixes, place) for place in np.nonzero(jumped | stuck)[0].tolist())
    return [sign for sign in found if sign is not None]


def _apart_m(before_deg: Places, places_deg: Places) -> Places:
    """Metres between places, on a plane: over the distances that matter here the error is of no account."""
    narrow = np.cos(np.radians(places_deg[:, 0]))
    by_deg = places_deg - before_deg
    return np.asarray(np.hypot(by_deg[:, 0], by_deg[:, 1] * narrow) * _M_PER_DEG)


def _jumped(apart_m: Places, passed_s: Places, sigmas_m: Places) -> npt.NDArray[np.bool_]:
    """Unknown places before are NaN, and no jump."""
    surely_m = apart_m - _SIGMAS * sigmas_m
    return np.asarray((surely_m > _LEAST_JUMP_M) & (passed_s < _LONGEST_S) & (surely_m > _FASTEST_MPS * passed_s))


def _stuck(draft: Draft, before_deg: Places, fixes: Fixes) -> npt.NDArray[np.bool_]:
    """The same place to the last digit in so many fixes on end, each with the speed of somebody who moves."""
    same = np.asarray((before_deg == fixes.places_deg).all(axis=1) & (fixes.speeds_mps >= _MOVING_MPS))
    found, stuck = np.zeros_like(same), draft.tracks.stuck
    for place in np.nonzero(same | (stuck[fixes.slots] > 0))[0].tolist():
        slot = int(fixes.slots[place])
        stuck[slot] = stuck[slot] + 1 if same[place] else 0
        found[place] = stuck[slot] >= _SAME_PLACES
    return found


def _sign(draft: Draft, fixes: Fixes, place: int) -> Sign | None:
    """Of a wearer with two devices the one may be at home while the other travels: that is no jump."""
    slot, at_ms = int(fixes.slots[place]), int(fixes.at_ms[place])
    numbers = [worn.device_number for worn in draft.couplings.of_slot[slot] if worn.at(at_ms)]
    if len(numbers) != 1:
        return None
    return Sign(numbers[0], at_ms, int(fixes.sequences[place]), at_ms, {SignalKind.IMPLAUSIBLE: True}, None, at_ms)
