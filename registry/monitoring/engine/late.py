"""Which fixes that come late could change anything, so that their wearers must be judged again."""

import numpy as np
from sqlalchemy.orm import Session

from geo.fleet import Moves
from geo.looking import reaches_m
from geo.track import Fix
from registry.monitoring.engine import store
from registry.monitoring.engine.memory import NEVER_MS, Again, Draft, Span, add_span
from registry.monitoring.engine.sorting import Fixes


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
    around = [neighbours(session, draft, int(slot), int(at)) for slot, at in zip(some.slots, some.at_ms, strict=True)]
    nobody = np.zeros(len(draft.tracks.watched), dtype=np.bool_)
    for side in (0, 1):
        other_deg = np.array([_place(pair[side]) for pair in around], dtype=np.float64).reshape(-1, 2)
        fixes, _ = draft.zones.fleet.pairs(Moves(some.slots, some.places_deg, other_deg, reach_m), nobody)
        result[places[fixes]] = True
    return result


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
