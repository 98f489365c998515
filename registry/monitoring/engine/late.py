"""Which fixes that come late could change anything, so that their wearers must be judged again."""

import numpy as np
from sqlalchemy.orm import Session

from geo.columns import Fixes
from geo.fleet import Moves
from geo.looking import reaches_m
from geo.projection import Floats as Places
from geo.track import Fix
from registry.monitoring.engine import store
from registry.monitoring.engine.memory import Again, Draft, Span, add_span
from registry.monitoring.engine.tracks import NEVER_MS

_PIECE_MS = 3_600_000
_MANY = 32


def late_spans(session: Session, draft: Draft, late: Fixes) -> Again:
    """Return what to judge again for fixes, stored already, that lie before the last one judged of their wearers.

    Something was under way with him then, the fix is near an edge, or one of the two lines that it makes meets a zone.
    """
    found: Again = {}
    if not len(late):
        return found
    tracks = draft.tracks
    under_way = tracks.watched[late.slots] | (late.at_ms <= tracks.settled_ms[late.slots])
    matters = under_way | _near_or_crossing(session, draft, late, ~under_way)
    for place in np.nonzero(matters)[0].tolist():
        at_ms = int(late.at_ms[place])
        add_span(found, int(late.slots[place]), Span(at_ms, at_ms))
    return found


def _near_or_crossing(session: Session, draft: Draft, late: Fixes, asked: np.ndarray) -> np.ndarray:
    result = np.zeros(len(late), dtype=np.bool_)
    places = np.nonzero(asked)[0]
    if not len(places):
        return result
    some = late.taken(places)
    sigmas_m = draft.method.accuracy.sigmas_m(some.accuracies_m, some.hdops)
    reach_m = reaches_m(sigmas_m, draft.method.near_m)
    before_deg, after_deg = _around(session, draft, some)
    nobody = np.zeros(len(draft.tracks.watched), dtype=np.bool_)
    for other_deg in (before_deg, after_deg):
        fixes, _ = draft.zones.fleet.pairs(Moves(some.slots, some.places_deg, other_deg, reach_m), nobody)
        result[places[fixes]] = True
    return result


def _around(session: Session, draft: Draft, some: Fixes) -> tuple[Places, Places]:
    """Where each wearer was before and after each of these fixes, in degrees; NaN where that is not near enough.

    What lies close together in time is read at once: one look at the pings of a bucket costs as much as some thirty.
    """
    before_deg, after_deg = np.full_like(some.places_deg, np.nan), np.full_like(some.places_deg, np.nan)
    pieces = some.at_ms // _PIECE_MS
    for piece in np.unique(pieces).tolist():
        places = np.nonzero(pieces == piece)[0]
        if len(places) >= _MANY:
            before_deg[places], after_deg[places] = _read_around(session, draft, some.taken(places))
            continue
        for place in places.tolist():
            pair = neighbours(session, draft, int(some.slots[place]), int(some.at_ms[place]))
            before_deg[place], after_deg[place] = map(_place, pair)
    return before_deg, after_deg


def _read_around(session: Session, draft: Draft, some: Fixes) -> tuple[Places, Places]:
    couplings, reach_ms = draft.couplings, draft.method.line_ms
    slots = np.unique(some.slots).tolist()
    numbers = {worn.device_number for slot in slots for worn in couplings.of_slot[slot]}
    between_ms = (int(some.at_ms.min()) - reach_ms, int(some.at_ms.max()) + reach_ms + 1)
    tracks: dict[int, list[Fix]] = {slot: [] for slot in slots}
    for number, fix in store.placed_between(session, numbers, between_ms):
        slot = couplings.slot_at(number, fix.at_ms)
        if slot in tracks:
            tracks[slot].append(fix)
    before_deg, after_deg = np.full_like(some.places_deg, np.nan), np.full_like(some.places_deg, np.nan)
    for slot, track in tracks.items():
        track.sort(key=lambda fix: fix.order)
        times, own = np.array([fix.at_ms for fix in track], dtype=np.int64), np.nonzero(some.slots == slot)[0]
        lasts, firsts = np.searchsorted(times, some.at_ms[own]) - 1, np.searchsorted(times, some.at_ms[own], "right")
        for place, last, first in zip(own.tolist(), lasts.tolist(), firsts.tolist(), strict=True):
            at_ms = int(some.at_ms[place])
            if last >= 0 and track[last].at_ms >= at_ms - reach_ms:
                before_deg[place] = _place(track[last])
            if first < len(track) and track[first].at_ms <= at_ms + reach_ms:
                after_deg[place] = _place(track[first])
    return before_deg, after_deg


def neighbours(session: Session, draft: Draft, slot: int, at_ms: int) -> tuple[Fix | None, Fix | None]:
    """Return the fixes of a wearer before and after an instant (epoch ms), near enough to draw a line to."""
    reach_ms = draft.method.line_ms
    before = (
        store.last_fix(session, one) for one in draft.couplings.stretches(slot, max(at_ms - reach_ms, NEVER_MS), at_ms)
    )
    after = (store.first_fix(session, one) for one in draft.couplings.stretches(slot, at_ms + 1, at_ms + reach_ms + 1))
    return (
        max((fix for fix in before if fix is not None), key=lambda fix: fix.order, default=None),
        min((fix for fix in after if fix is not None), key=lambda fix: fix.order, default=None),
    )


def _place(fix: Fix | None) -> tuple[float, float]:
    return (np.nan, np.nan) if fix is None else (fix.lat_deg, fix.lon_deg)
