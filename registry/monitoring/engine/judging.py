"""The second half of judging: which wearers' fixes need a look, what they change, and who must be judged again.

Fixes that follow a wearer's track are judged from memory, all wearers side by side. A late one that could change
anything, and a zone or coupling learnt later, call for judging that wearer again from the fixes that are stored.
"""

import numpy as np
import numpy.typing as npt

from geo import windows
from geo.columns import Fixes
from geo.episodes import expire
from geo.track import TrackState
from registry.monitoring.engine import marks
from registry.monitoring.engine.again import judge_again
from registry.monitoring.engine.blindness import see, see_again
from registry.monitoring.engine.late import late_spans
from registry.monitoring.engine.memory import Again, Draft, Span, add_span
from registry.monitoring.engine.placing import batch_of, fill_places, pass_on
from registry.monitoring.engine.plausible import implausible
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.signals.rules import Sign

Flags = npt.NDArray[np.bool_]

_KEPT_EARLIER = 32
_EARLIER_APART_MS = 30_000


def judge(turn: Turn, fixes: Fixes, again: Again) -> list[Sign]:
    """Judge stored fixes that are new, and those wearers again who call for it; return what no person makes."""
    signs: list[Sign] = []
    again = _within_reach(turn, again)
    if turn.draft.couplings is not turn.draft.memory.couplings:
        see_again(turn, again)
    if len(fixes):
        fixes = fixes.in_order()
        see(turn, fixes)
        fill_places(turn.session, turn.draft, np.unique(fixes.slots))
        follows = _follows(turn.draft, fixes)
        signs = implausible(turn.draft, fixes.taken(np.nonzero(follows)[0]))
        for slot, span in late_spans(turn.session, turn.draft, fixes.taken(np.nonzero(~follows)[0])).items():
            add_span(again, slot, span)
        fixes_again = fixes.taken(np.nonzero(np.isin(fixes.slots, list(again)))[0])
        for slot, at_ms in zip(fixes_again.slots.tolist(), fixes_again.at_ms.tolist(), strict=True):
            add_span(again, slot, Span(at_ms, at_ms))
        _advance(turn, fixes.taken(np.nonzero(follows & ~np.isin(fixes.slots, list(again)))[0]))
    for slot, span in _within_reach(turn, again).items():
        judge_again(turn, slot, span)
    return signs


def _within_reach(turn: Turn, again: Again) -> Again:
    """Leave out what lies before the time that is judged again: of that time not all positions need be there any more.

    Blind time is found anew within it only, for the same reason.
    """
    oldest_ms = turn.oldest_ms
    return {
        slot: Span(max(span.from_ms, oldest_ms), span.until_ms)
        for slot, span in again.items()
        if span.until_ms is None or span.until_ms >= oldest_ms
    }


def expire_all(turn: Turn) -> None:
    """Close the episodes whose zone has stopped holding."""
    draft = turn.draft
    for slot in np.nonzero(draft.tracks.watched)[0].tolist():
        before = draft.state(slot)
        if not before.open:
            continue
        state, changes = expire(before, draft.zones.of_slot(slot), turn.now_ms)
        if changes:
            turn.tell(slot, state, changes)
            ended_ms = max(change.episode.end_ms or 0 for change in changes)
            turn.keep_marks(slot, [marks.ended_at(draft.couplings.persons[slot], ended_ms, state)])


def _follows(draft: Draft, fixes: Fixes) -> Flags:
    """Which fixes lie after all that was judged of their wearer."""
    tracks, slots = draft.tracks, fixes.slots
    last_ms = tracks.last_ms[slots]
    after = (fixes.at_ms > last_ms) | ((fixes.at_ms == last_ms) & (fixes.sequences > tracks.last_sequence[slots]))
    return np.asarray(after & (fixes.at_ms >= tracks.settled_ms[slots]))


def _advance(turn: Turn, fixes: Fixes) -> None:
    """Judge the fixes of wearers who are not judged again; most are far from any zone, and only pass."""
    draft = turn.draft
    if not len(fixes):
        return
    judged = windows.judge(batch_of(draft, fixes), draft.state)
    pass_on(draft, fixes)
    for slot, found in judged.items():
        turn.tell(slot, found.state, found.changes)
        if found.was_under_way:
            turn.keep_marks(slot, marks.marks_of(draft.couplings.persons[slot], found.before, found.state))
            _remember(draft, slot, found.before, found.state)


def _remember(draft: Draft, slot: int, before: TrackState, after: TrackState) -> None:
    known = draft.earlier(slot) or (before,)
    known_ms = NEVER_MS if known[-1].last is None else known[-1].last[0]
    if after.last is not None and after.last[0] - known_ms >= _EARLIER_APART_MS:
        known = (*known[-_KEPT_EARLIER:], after)
    draft.recent[slot] = known
