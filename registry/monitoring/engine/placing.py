"""Where wearers are in memory: their last places, and which of their new fixes need a look."""

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from geo.columns import Fixes
from geo.windows import Batch
from registry.monitoring.engine import store
from registry.monitoring.engine.memory import Draft
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.rules import VAGUE_SIGMA_M


def fill_places(session: Session, draft: Draft, slots: npt.NDArray[np.int64]) -> None:
    """Look up where these wearers were last, where a restart has made that unknown."""
    tracks = draft.tracks
    unknown = slots[np.isnan(tracks.lat_deg[slots]) & (tracks.last_ms[slots] != NEVER_MS)]
    for slot in unknown.tolist():
        last = (int(tracks.last_ms[slot]), int(tracks.last_sequence[slot]))
        for worn in draft.couplings.of_slot.get(slot, ()):
            row = store.place_of(session, worn.device_number, last) if worn.at(last[0]) else None
            if row is not None:
                tracks.lat_deg[slot], tracks.lon_deg[slot] = row[0], row[1]
                tracks.sigma_m[slot] = draft.method.accuracy.sigma_m(row[2], row[3])
    # A restart takes the last position for one that told where he was.
    is_taken = (tracks.fixed_ms[slots] == tracks.last_ms[slots]) & (tracks.last_ms[slots] != NEVER_MS)
    for slot in slots[is_taken & (tracks.sigma_m[slots] >= VAGUE_SIGMA_M)].tolist():
        tracks.fixed_ms[slot] = _seen_ms(session, draft, slot, int(tracks.last_ms[slot]))


def _seen_ms(session: Session, draft: Draft, slot: int, until_ms: int) -> int:
    """When a position last told where a wearer was, before one that did not."""
    stretches = draft.couplings.stretches(slot, NEVER_MS, until_ms)
    found = (store.last_fix(session, one, is_sharp=True) for one in stretches)
    return max((fix.at_ms for fix in found if fix is not None), default=NEVER_MS)


def batch_of(draft: Draft, fixes: Fixes) -> Batch:
    """Return fixes, which are in order, as a batch to judge."""
    tracks = draft.tracks
    last_deg = np.column_stack((tracks.lat_deg[fixes.slots], tracks.lon_deg[fixes.slots]))
    return Batch(fixes, fixes.befores_deg(last_deg), draft.zones.fleet, tracks.watched, draft.method)


def pass_on(draft: Draft, fixes: Fixes) -> None:
    """Take in each wearer's last fix, of fixes in order."""
    ends = fixes.ends()
    tracks, slots = draft.tracks, fixes.slots[ends]
    tracks.last_ms[slots], tracks.last_sequence[slots] = fixes.at_ms[ends], fixes.sequences[ends]
    tracks.lat_deg[slots], tracks.lon_deg[slots] = fixes.places_deg[ends, 0], fixes.places_deg[ends, 1]
    tracks.sigma_m[slots] = draft.method.accuracy.sigmas_m(fixes.accuracies_m[ends], fixes.hdops[ends])
    draft.touched.update(slots.tolist())
