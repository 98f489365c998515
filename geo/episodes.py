"""How a track becomes episodes: a pure fold, one fix after the other.

The rule: a position against a zone that holds opens an episode; the first fix that is not ends it at that fix's time; a
zone that stops holding before that ends it at its own end. Nothing is judged between fixes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from geo.errors import TrackError
from geo.track import Fix
from geo.zones import Zone, ZoneKey


class Cause(StrEnum):
    """Why an episode began."""

    ENTERED = "entered"
    INSIDE_AT_START = "inside_at_start"
    OUTSIDE_REQUIRED = "outside_required"


class EndCause(StrEnum):
    """Why an episode ended: by the wearer (left, returned), or because the zone no longer held."""

    LEFT = "left"
    RETURNED = "returned"
    ZONE_ENDED = "zone_ended"
    SCHEDULE_PAUSED = "schedule_paused"


class Verdict(StrEnum):
    """What the system says of an episode; a human decides further."""

    SUSPECTED = "suspected"


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of time in epoch ms against one version of a zone; without an end while it lasts."""

    zone_id: str
    zone_version: int
    start_ms: int
    end_ms: int | None
    cause: Cause
    verdict: Verdict = Verdict.SUSPECTED
    end_cause: EndCause | None = None

    @property
    def zone_key(self) -> ZoneKey:
        """Id and version of the zone."""
        return (self.zone_id, self.zone_version)

    @property
    def order(self) -> tuple[int, str, int]:
        """The order in which episodes are listed: start, then zone."""
        return (self.start_ms, self.zone_id, self.zone_version)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Episode":
        """Read what `to_dict` wrote."""
        end_ms, end_cause = document["end_ms"], document["end_cause"]
        return cls(
            str(document["zone_id"]),
            int(str(document["zone_version"])),
            int(str(document["start_ms"])),
            None if end_ms is None else int(str(end_ms)),
            Cause(str(document["cause"])),
            Verdict(str(document["verdict"])),
            None if end_cause is None else EndCause(str(end_cause)),
        )

    def to_dict(self) -> dict[str, object]:
        """Plain values that fit in JSON.

        >>> episode = Episode("Z1", 1, 0, 9, Cause.ENTERED, end_cause=EndCause.LEFT)
        >>> Episode.from_dict(episode.to_dict()) == episode
        True
        """
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


class ChangeKind(StrEnum):
    """What happened to an episode."""

    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """An episode that began or ended."""

    kind: ChangeKind
    episode: Episode


@dataclass(frozen=True, slots=True)
class TrackState:
    """How far a wearer's track has been judged, and the episodes open there: all that a checkpoint needs.

    It holds no position. `last` is (epoch ms, sequence) of the last fix judged.
    """

    last: tuple[int, int] | None = None
    open: tuple[Episode, ...] = ()

    def passed(self, fix: Fix) -> "TrackState":
        """The state after a fix of which it is known that it changes nothing.

        >>> TrackState().passed(Fix(5, 52.0, 5.0, sequence=2)).last
        (5, 2)
        """
        return replace(self, last=(fix.at_ms, fix.sequence))

    def to_dict(self) -> dict[str, object]:
        """Plain values that fit in JSON."""
        return {
            "last": None if self.last is None else list(self.last),
            "open": [episode.to_dict() for episode in self.open],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "TrackState":
        """Read what `to_dict` wrote.

        >>> state = TrackState((5, 0), (Episode("Z1", 1, 5, None, Cause.ENTERED),))
        >>> TrackState.from_dict(state.to_dict()) == state
        True
        """
        last, episodes_open = document["last"], document["open"]
        if not isinstance(episodes_open, Sequence) or not (last is None or isinstance(last, Sequence)):
            raise TrackError("state_unreadable", "this is no state of a track")
        return cls(
            None if last is None else (int(last[0]), int(last[1])),
            tuple(Episode.from_dict(episode) for episode in episodes_open),
        )


def advance(state: TrackState, fixes: Sequence[Fix], zones: Sequence[Zone]) -> tuple[TrackState, tuple[Change, ...]]:
    """Judge the fixes that follow a state, in order of `Fix.order`, against all zones of the wearer.

    Every fix lies after the state's last (time, sequence); for a late one, go back to an earlier state. Fixes that
    share time and sequence belong in one call. Every zone with an open episode must be given.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> from geo.zones import Span
    >>> zone = Zone("Z1", 1, "exclusion", CircleShape(Territory.EUROPEAN, 52.09, 5.12, 200.0), (Span(0),))
    >>> state, changes = advance(TrackState(), [Fix(1000, 52.2, 5.12), Fix(2000, 52.09, 5.12)], [zone])
    >>> [(str(change.kind), change.episode.start_ms, str(change.episode.cause)) for change in changes]
    [('opened', 2000, 'entered')]
    >>> advance(state, [Fix(3000, 52.2, 5.12)], [zone])[0].open
    ()
    """
    _require_order(state, fixes)
    _require_zones(state, zones)
    open_now = {episode.zone_key: episode for episode in state.open}
    last = state.last
    changes: list[Change] = []
    for fix in fixes:
        for zone in zones:
            changes += _judge(zone, open_now, fix, None if last is None else last[0])
        last = (fix.at_ms, fix.sequence)
    return TrackState(last, _in_order(open_now.values())), tuple(changes)


def expire(state: TrackState, zones: Sequence[Zone], now_ms: int) -> tuple[TrackState, tuple[Change, ...]]:
    """Close the open episodes whose zone stopped holding at or before an instant (epoch ms), without awaiting a fix.

    The next fix would have closed them just so; a fix that arrives late, from before that end, calls for an earlier
    state.
    """
    _require_zones(state, zones)
    open_now = {episode.zone_key: episode for episode in state.open}
    changes = [change for zone in zones for change in _close_if_ended(zone, open_now, now_ms)]
    return replace(state, open=_in_order(open_now.values())), tuple(changes)


def episodes(track: Iterable[Fix], zones: Sequence[Zone]) -> tuple[Episode, ...]:
    """All episodes of a whole track, which may be in any order.

    >>> episodes([], [])
    ()
    """
    _, changes = advance(TrackState(), sorted(track, key=lambda fix: fix.order), zones)
    return collect(changes)


def collect(changes: Iterable[Change], before: TrackState | None = None) -> tuple[Episode, ...]:
    """The episodes that a run of changes amounts to, with those that were open in the state before it.

    >>> begun = Episode("Z1", 1, 5, None, Cause.ENTERED)
    >>> collect([], TrackState((5, 0), (begun,))) == (begun,)
    True
    """
    closed: list[Episode] = []
    still_open = {} if before is None else {episode.zone_key: episode for episode in before.open}
    for change in changes:
        if change.kind is ChangeKind.OPENED:
            still_open[change.episode.zone_key] = change.episode
        else:
            still_open.pop(change.episode.zone_key, None)
            closed.append(change.episode)
    return _in_order([*closed, *still_open.values()])


def _judge(zone: Zone, open_now: dict[ZoneKey, Episode], fix: Fix, previous_ms: int | None) -> list[Change]:
    changes = _close_if_ended(zone, open_now, fix.at_ms)
    episode = open_now.get(zone.key)
    breached = zone.breached_at(fix.lat_deg, fix.lon_deg)
    if episode is not None and not breached:
        cause = EndCause.LEFT if zone.kind == "exclusion" else EndCause.RETURNED
        changes.append(_close(open_now, episode, fix.at_ms, cause))
    elif episode is None and breached:
        changes += _open_if_held(zone, open_now, fix, previous_ms)
    return changes


def _open_if_held(zone: Zone, open_now: dict[ZoneKey, Episode], fix: Fix, previous_ms: int | None) -> list[Change]:
    held = zone.held(fix.at_ms)
    if held is None:
        return []
    if zone.kind == "inclusion":
        cause = Cause.OUTSIDE_REQUIRED
    elif previous_ms is not None and held.from_ms <= previous_ms:
        cause = Cause.ENTERED
    else:
        cause = Cause.INSIDE_AT_START
    episode = Episode(zone.id, zone.version, fix.at_ms, None, cause)
    open_now[zone.key] = episode
    return [Change(ChangeKind.OPENED, episode)]


def _close_if_ended(zone: Zone, open_now: dict[ZoneKey, Episode], at_ms: int) -> list[Change]:
    episode = open_now.get(zone.key)
    if episode is None:
        return []
    held = zone.held(episode.start_ms)
    end_ms = episode.start_ms if held is None else held.until_ms
    if end_ms is None or at_ms < end_ms:
        return []
    cause = EndCause.ZONE_ENDED if held is None or zone.ends_at(end_ms) else EndCause.SCHEDULE_PAUSED
    return [_close(open_now, episode, end_ms, cause)]


def _close(open_now: dict[ZoneKey, Episode], episode: Episode, end_ms: int, cause: EndCause) -> Change:
    del open_now[episode.zone_key]
    return Change(ChangeKind.CLOSED, replace(episode, end_ms=end_ms, end_cause=cause))


def _in_order(found: Iterable[Episode]) -> tuple[Episode, ...]:
    return tuple(sorted(found, key=lambda episode: episode.order))


def _require_order(state: TrackState, fixes: Sequence[Fix]) -> None:
    if not fixes:
        return
    if state.last is not None and (fixes[0].at_ms, fixes[0].sequence) <= state.last:
        raise TrackError("late_fix", "a fix does not lie after the state: go back to an earlier one")
    if any(former.order > latter.order for former, latter in zip(fixes, fixes[1:], strict=False)):
        raise TrackError("not_in_order", "the fixes are not in order of time, sequence and position")


def _require_zones(state: TrackState, zones: Sequence[Zone]) -> None:
    keys = [zone.key for zone in zones]
    if len(set(keys)) != len(keys):
        raise TrackError("zone_twice", "a version of a zone is given twice")
    if any(episode.zone_key not in keys for episode in state.open):
        raise TrackError("zone_missing", "a zone with an open episode is not given")
