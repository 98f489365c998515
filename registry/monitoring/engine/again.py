"""Judging a wearer again, from the fixes that are stored and the nearest point at which his state is known.

It ends at the first quiet point after what changed: where nothing was under way before and nothing is now, all that
follows comes out as it did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from geo.episode import Change, collect
from geo.episodes import Job, advance_all, expire
from geo.reconcile import reconcile
from geo.track import Fix, TrackState
from geo.zones import Zone
from registry.monitoring.engine import marks, store
from registry.monitoring.engine.known import known, known_since
from registry.monitoring.engine.marks import HOUR_MS, MarkKind
from registry.monitoring.engine.memory import Draft, Span
from registry.monitoring.engine.tracks import NEVER_MS
from registry.monitoring.engine.turn import Turn
from registry.monitoring.engine.wearing import Worn
from registry.monitoring.models import TrackMark
from registry.monitoring.rules import Source


def judge_again(turn: Turn, slot: int, span: Span) -> None:
    """Judge a wearer anew, and lay the outcome beside what was told."""
    draft, session = turn.draft, turn.session
    zones = draft.zones.of_slot(slot)
    keys = {zone.key for zone in zones}
    lost = [episode.start_ms for episode in draft.open_of(slot) if episode.zone_key not in keys]
    span = Span(min([span.from_ms, *lost]), None if lost else span.until_ms)
    draft.save_now.add(slot)
    if not lost and _is_silent_since(turn, slot, span.from_ms):
        return
    base, base_ms = _base(turn, slot, span.from_ms)
    refolded = _refold(turn, slot, base, (span, zones))
    person_id = draft.couplings.persons[slot]
    told = known_since(session, (person_id, Source.TRACKER), (base_ms, refolded.until_ms), base.open)
    found = collect(refolded.changes, base.open)
    marks.forget(session, person_id, base_ms, refolded.until_ms)
    turn.keep_marks(slot, refolded.marks)
    teller = turn.teller(slot, refolded.state if refolded.until_ms is None else draft.state(slot))
    quiet = teller.revisions(reconcile([known(record) for record in told], found), draft.zones.grounds)
    if refolded.until_ms is None:
        draft.tracks.forget(slot)
        draft.judged(slot, refolded.state)
        draft.recent[slot] = () if refolded.was_expired else (refolded.state,)
    state = draft.state(slot)
    draft.quiet[slot] = bool(state.open) and (quiet or draft.is_quiet(slot))
    turn.sound(slot, state, teller)


def _is_silent_since(turn: Turn, slot: int, from_ms: int) -> bool:
    """Say whether nothing of a wearer lies at or after an instant (epoch ms), so that nothing can change."""
    draft = turn.draft
    newest_ms = max((_newest_ms(draft, worn) for worn in draft.couplings.of_slot.get(slot, ())), default=NEVER_MS)
    return max(newest_ms, int(draft.tracks.last_ms[slot]), int(draft.tracks.settled_ms[slot])) < from_ms


def _newest_ms(draft: Draft, worn: Worn) -> int:
    """A time after which no ping of a device can be of who wore it: what it says on another is not of him."""
    newest_ms = draft.newest(worn.device_number)
    return newest_ms if worn.until_ms is None else min(newest_ms, worn.until_ms - 1)


def _base(turn: Turn, slot: int, from_ms: int) -> tuple[TrackState, int]:
    """The latest known state of a wearer before an instant (epoch ms), and from when on what was told may change.

    Without a position before the instant, what was told of the time before it rests on positions that are gone.
    """
    draft = turn.draft
    earlier = [state for state in draft.earlier(slot) if state.last is not None and state.last[0] < from_ms]
    mark = marks.latest(turn.session, draft.couplings.persons[slot], from_ms - 1)
    if earlier and (mark is None or (earlier[-1].last or (0, 0))[0] >= mark.at_ms):
        return _since(earlier[-1], from_ms - 1)
    if mark is None or mark.kind == MarkKind.OVER:
        return _since(_quiet_before(turn, slot, from_ms), from_ms - 1)
    return _since(marks.state_at(mark) or _quiet_before(turn, slot, mark.at_ms + 1), mark.at_ms)


def _since(state: TrackState, otherwise_ms: int) -> tuple[TrackState, int]:
    return state, otherwise_ms if state.last is None else state.last[0]


def _quiet_before(turn: Turn, slot: int, at_ms: int) -> TrackState:
    """The state of a wearer at his last fix before an instant, at which nothing was under way."""
    draft = turn.draft
    found = (store.last_fix(turn.session, one) for one in draft.couplings.stretches(slot, NEVER_MS, at_ms))
    fix = max((one for one in found if one is not None), key=lambda one: one.order, default=None)
    if fix is None:
        return TrackState()
    return TrackState().passed(fix, draft.method.accuracy.sigma_m(fix.accuracy_m, fix.hdop))


@dataclass(frozen=True, slots=True)
class _Refolded:
    """Where judging again ended, until when (None: up to the last fix), and what came out."""

    state: TrackState
    until_ms: int | None
    changes: tuple[Change, ...]
    marks: list[TrackMark]
    was_expired: bool = False


def _refold(turn: Turn, slot: int, base: TrackState, asked: tuple[Span, tuple[Zone, ...]]) -> _Refolded:
    span, zones = asked
    draft, session = turn.draft, turn.session
    person_id, now_ms = draft.couplings.persons[slot], turn.now_ms
    state, changes, kept = base, list[Change](), list[TrackMark]()
    ends = [None] if span.until_ms is None else [span.until_ms + HOUR_MS, None]
    for until_ms in ends:
        for piece in _pieces(_track(turn, slot, state, until_ms)):
            outcome = advance_all([Job(state, piece, zones)], draft.method)[0]
            if outcome.was_under_way:
                kept += marks.marks_of(person_id, state, outcome.state)
            state = outcome.state
            changes += outcome.changes
        if until_ms is not None and state.is_quiet and until_ms < now_ms:
            former = marks.latest(session, person_id, until_ms)
            if former is None or former.kind == MarkKind.OVER:
                return _Refolded(state, until_ms, tuple(changes), kept)
    state, ended = expire(state, zones, now_ms)
    if ended:
        kept.append(marks.ended_at(person_id, max(change.episode.end_ms or 0 for change in ended), state))
    return _Refolded(state, None, (*changes, *ended), kept, was_expired=bool(ended))


def _track(turn: Turn, slot: int, state: TrackState, until_ms: int | None) -> list[Fix]:
    """The stored fixes of a wearer that follow a state, up to an instant."""
    last = state.last or (NEVER_MS, 0)
    end_ms = None if until_ms is None else until_ms + 1
    fixes = store.fixes(turn.session, turn.draft.couplings.stretches(slot, last[0], end_ms))
    return [fix for fix in fixes if (fix.at_ms, fix.sequence) > last]


def _pieces(track: list[Fix]) -> Iterator[list[Fix]]:
    """The fixes of each hour, so that a mark is left at each turn."""
    return (list(piece) for _, piece in groupby(track, key=lambda fix: fix.at_ms // HOUR_MS))
