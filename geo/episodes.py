"""How a track becomes episodes: a pure fold, one fix after the other, for many wearers side by side.

Far from every edge a fix says plainly where he is. Near one it is weighed against the track so far, by
`geo.whereabouts`; what follows from the chance is decided by `geo.standing`. Wearers do not touch one another: they are
taken together only because arithmetic over many is quicker, and each comes out as he would alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from geo.episode import Change, Episode, collect
from geo.errors import TrackError
from geo.fold import Walker, kept
from geo.looking import seen
from geo.policy import METHOD, Method
from geo.standing import closed_in_time
from geo.track import Fix, TrackState
from geo.weighing import weigh
from geo.zones import Zone

__all__ = ["Job", "advance", "advance_all", "collect", "episodes", "expire"]


@dataclass(frozen=True, slots=True)
class Job:
    """A wearer's state, the fixes that follow it in order of `Fix.order`, and all zones that matter to them."""

    state: TrackState
    fixes: Sequence[Fix]
    zones: Sequence[Zone]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a job ends, what changed on the way, and whether anything was under way at any time."""

    state: TrackState
    changes: tuple[Change, ...]
    was_under_way: bool


def advance(
    state: TrackState, fixes: Sequence[Fix], zones: Sequence[Zone], method: Method = METHOD
) -> tuple[TrackState, tuple[Change, ...]]:
    """Judge the fixes that follow a state, in order of `Fix.order`, against all zones of the wearer.

    Every fix lies after the state's last (time, sequence); for a late one, go back to an earlier state. Fixes that
    share time and sequence belong in one call. Every zone with an open episode must be given.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> from geo.zones import Span
    >>> zone = Zone("Z1", 1, "exclusion", CircleShape(Territory.EUROPEAN, 52.09, 5.12, 300.0), (Span(0),))
    >>> track = [Fix(at_s * 1000, 52.094 if at_s < 60 else 52.09, 5.12) for at_s in range(0, 180, 15)]
    >>> state, changes = advance(TrackState(), track, [zone])
    >>> [(str(change.kind), change.episode.start_ms) for change in changes]
    [('opened', 60000), ('confirmed', 60000)]
    """
    outcome = advance_all([Job(state, fixes, zones)], method)[0]
    return outcome.state, outcome.changes


def advance_all(jobs: Sequence[Job], method: Method = METHOD) -> list[Outcome]:
    """Judge many wearers side by side, each as `advance` would."""
    for job in jobs:
        _require_order(job)
        _require_zones(job.state, job.zones)
    sights = seen([(job.state.previous, job.fixes, job.zones) for job in jobs], method)
    walkers = [Walker.of(job.state, job.fixes, job.zones, one) for job, one in zip(jobs, sights, strict=True)]
    going = [walker for walker in walkers if walker.goes_on()]
    while going:
        weigh(going, method)
        for walker in going:
            walker.decide(method)
        going = [walker for walker in going if walker.goes_on()]
    return [
        Outcome(walker.state(job.state), tuple(walker.changes), walker.was_under_way)
        for job, walker in zip(jobs, walkers, strict=True)
    ]


def expire(state: TrackState, zones: Sequence[Zone], now_ms: int) -> tuple[TrackState, tuple[Change, ...]]:
    """Close the open episodes whose zone stopped holding at or before an instant (epoch ms), without awaiting a fix.

    The next fix would have closed them just so; a fix that arrives late, from before that end, calls for an earlier
    state.
    """
    _require_zones(state, zones)
    standings = dict(state.standings)
    changes: list[Change] = []
    for zone in zones:
        if zone.key in standings:
            standings[zone.key], closed = closed_in_time(standings[zone.key], zone, now_ms)
            changes += closed
    if state.sight is None:
        standings = {key: each for key, each in standings.items() if each.episode is not None}
    return replace(state, standings=kept(standings)), tuple(changes)


def episodes(track: Iterable[Fix], zones: Sequence[Zone], method: Method = METHOD) -> tuple[Episode, ...]:
    """All episodes of a whole track, which may be in any order.

    >>> episodes([], [])
    ()
    """
    _, changes = advance(TrackState(), sorted(track, key=lambda fix: fix.order), zones, method)
    return collect(changes)


def _require_order(job: Job) -> None:
    fixes, last = job.fixes, job.state.last
    if not fixes:
        return
    if last is not None and (fixes[0].at_ms, fixes[0].sequence) <= last:
        raise TrackError("late_fix", "a fix does not lie after the state: go back to an earlier one")
    if any(former.order > latter.order for former, latter in zip(fixes, fixes[1:], strict=False)):
        raise TrackError("not_in_order", "the fixes are not in order of time, sequence and position")


def _require_zones(state: TrackState, zones: Sequence[Zone]) -> None:
    keys = [zone.key for zone in zones]
    if len(set(keys)) != len(keys):
        raise TrackError("zone_twice", "a version of a zone is given twice")
    if any(key not in keys for key, standing in state.standings if standing.episode is not None):
        raise TrackError("zone_missing", "a zone with an open episode is not given")
