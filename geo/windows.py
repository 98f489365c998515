"""Judging a batch of many wearers: only the windows in which something may matter are walked through fix by fix."""

from collections.abc import Callable
from dataclasses import dataclass

from geo.columns import Fixes
from geo.episode import Change
from geo.episodes import Job, advance_all
from geo.fleet import Flags, Fleet, Moves, Window
from geo.looking import reaches_m
from geo.policy import Method
from geo.projection import Floats
from geo.track import TrackState

StateOf = Callable[[int], TrackState]


@dataclass(frozen=True, slots=True)
class Judged:
    """A wearer's state before his window and after his last fix, what changed, and whether anything was under way."""

    before: TrackState
    state: TrackState
    changes: tuple[Change, ...]
    was_under_way: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Fixes in order of slot and track that follow all that was judged; `before_deg` is the place before each."""

    fixes: Fixes
    before_deg: Floats
    fleet: Fleet
    watched: Flags
    method: Method

    def windows(self) -> dict[int, Window]:
        """By slot: the stretch of fixes that may matter; see `Fleet.looks`."""
        sigmas_m = self.method.accuracy.sigmas_m(self.fixes.accuracies_m, self.fixes.hdops)
        near_m = reaches_m(sigmas_m, self.method.near_m)
        return self.fleet.looks(Moves(self.fixes.slots, self.fixes.places_deg, self.before_deg, near_m), self.watched)


def judge(batch: Batch, state_of: StateOf) -> dict[int, Judged]:
    """Judge a batch, each wearer as `advance` would with all his fixes and zones; `state_of` gives his state by slot.

    A wearer who is not named only passed: nothing but his last fix is to be kept.
    """
    fixes, ends = batch.fixes, batch.fixes.ends() + 1
    windows = {slot: _whole(fixes, window) for slot, window in batch.windows().items()}
    ended = dict(zip(fixes.slots[ends - 1].tolist(), ends.tolist(), strict=True))
    jobs = {slot: _job(batch, state_of(slot), window) for slot, window in windows.items()}
    outcomes = dict(zip(jobs, advance_all(list(jobs.values()), batch.method), strict=True))
    # Who is in the clear at the end of his window stays so to his last fix; with others every fix matters.
    going_on = [slot for slot, outcome in outcomes.items() if not outcome.state.is_quiet]
    rest = {
        slot: Job(outcomes[slot].state, fixes.track(windows[slot].end, ended[slot]), batch.fleet.zones_of(slot))
        for slot in going_on
        if windows[slot].end < ended[slot]
    }
    further = dict(zip(rest, advance_all(list(rest.values()), batch.method), strict=True))
    found = {}
    for slot, outcome in outcomes.items():
        state, changes = outcome.state, outcome.changes
        if slot in further:
            state, changes = further[slot].state, (*changes, *further[slot].changes)
        elif windows[slot].end < ended[slot]:
            state = _passed(batch, state, ended[slot] - 1)
        found[slot] = Judged(jobs[slot].state, state, changes, outcome.was_under_way)
    return found


def _whole(fixes: Fixes, window: Window) -> Window:
    """The window with those that share slot, time and sequence with its ends: they belong in one call."""
    begin, end = window.begin, window.end
    while begin > 0 and _tied(fixes, begin):
        begin -= 1
    while end < len(fixes) and _tied(fixes, end):
        end += 1
    return Window(begin, end, window.zones)


def _tied(fixes: Fixes, place: int) -> bool:
    """Whether a fix shares all three with the one before it."""
    columns = (fixes.at_ms, fixes.slots, fixes.sequences)
    return all(column[place] == column[place - 1] for column in columns)


def _job(batch: Batch, state: TrackState, window: Window) -> Job:
    """What is to be judged of a wearer, who only passed through the fixes before it."""
    before = window.begin - 1
    if before >= 0 and batch.fixes.slots[before] == batch.fixes.slots[window.begin]:
        state = _passed(batch, state, before)
    return Job(state, batch.fixes.track(window.begin, window.end), window.zones)


def _passed(batch: Batch, state: TrackState, place: int) -> TrackState:
    [fix] = batch.fixes.track(place, place + 1)
    return state.passed(fix, batch.method.accuracy.sigma_m(fix.accuracy_m, fix.hdop))
