"""What is found of a track: episodes, how they came about, and the reasons for each step in numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from geo.zones import ZoneKey


class Cause(StrEnum):
    """Why an episode began.

    He came in, or left where he must be; a line between two fixes crosses the zone; he was there, or not there, when he
    was first seen, when the zone began to hold, when a window of its schedule opened, or when an exemption ended.
    """

    ENTERED = "entered"
    LEFT = "left"
    CROSSED = "crossed"
    FIRST_SEEN = "first_seen"
    ZONE_BEGAN = "zone_began"
    WINDOW_OPENED = "window_opened"
    EXEMPTION_ENDED = "exemption_ended"


class EndCause(StrEnum):
    """Why an episode ended: by the wearer (left, returned), or because the zone no longer held.

    It ended for good, or its schedule paused, or he was exempted from then on.
    """

    LEFT = "left"
    RETURNED = "returned"
    ZONE_ENDED = "zone_ended"
    SCHEDULE_PAUSED = "schedule_paused"
    EXEMPTED = "exempted"


class Verdict(StrEnum):
    """What the system says of an episode; a human decides further.

    `suspected` while it is open and undecided; `confirmed` when it was shown to be a stay; `passed` when he was there
    but drove through or turned back before it was one; `withdrawn` when it was not shown that he was there.
    """

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    PASSED = "passed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an episode and the numbers it rests on: distances in metres, negative inside; chances from 0 to 1.

    A step that the clock made, because a zone ended, rests on no fix and has no numbers.
    """

    at_ms: int
    step: str
    chance: float | None = None
    distance_m: float | None = None
    sigma_m: float | None = None
    estimate_m: float | None = None
    speed_mps: float | None = None
    at_rest: float | None = None
    thrown: float | None = None
    sure_fixes: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of time in epoch ms against one version of a zone; without an end while it lasts.

    Two are equal when zone version, start, end, cause and verdict are; `confirmed_ms` is the fix that made it a stay.
    """

    zone_id: str
    zone_version: int
    start_ms: int
    end_ms: int | None
    cause: Cause
    verdict: Verdict = Verdict.SUSPECTED
    end_cause: EndCause | None = None
    confirmed_ms: int | None = field(default=None, compare=False)
    reasons: tuple[Reason, ...] = field(default=(), compare=False)

    @property
    def zone_key(self) -> ZoneKey:
        """Id and version of the zone."""
        return (self.zone_id, self.zone_version)

    @property
    def suspected_ms(self) -> int:
        """When it was first thought of: the fix of its first reason, or else its start (epoch ms)."""
        return self.reasons[0].at_ms if self.reasons else self.start_ms

    @property
    def order(self) -> tuple[int, str, int]:
        """The order in which episodes are listed: start, then zone."""
        return (self.start_ms, self.zone_id, self.zone_version)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Episode":
        """Read what `to_dict` wrote."""
        end_cause = document["end_cause"]
        return cls(
            str(document["zone_id"]),
            int(document["zone_version"]),
            int(document["start_ms"]),
            document["end_ms"],
            Cause(document["cause"]),
            Verdict(document["verdict"]),
            None if end_cause is None else EndCause(end_cause),
            document["confirmed_ms"],
            tuple(Reason(**reason) for reason in document["reasons"]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit in JSON.

        >>> episode = Episode("Z1", 1, 0, 9, Cause.ENTERED, end_cause=EndCause.LEFT, reasons=(Reason(0, "begun", 0.7),))
        >>> again = Episode.from_dict(episode.to_dict())
        >>> again == episode, again.reasons == episode.reasons
        (True, True)
        """
        plain = {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}
        return plain | {"reasons": [asdict(reason) for reason in self.reasons]}


class ChangeKind(StrEnum):
    """What happened to an episode."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """An episode that began, was confirmed, or ended."""

    kind: ChangeKind
    episode: Episode


def in_order(found: Iterable[Episode]) -> tuple[Episode, ...]:
    """Episodes by start, then zone."""
    return tuple(sorted(found, key=lambda episode: episode.order))


def collect(changes: Iterable[Change], before: Sequence[Episode] = ()) -> tuple[Episode, ...]:
    """The episodes that a run of changes amounts to, with those that were open before it.

    >>> begun = Episode("Z1", 1, 5, None, Cause.ENTERED)
    >>> collect([], [begun]) == (begun,)
    True
    """
    closed: list[Episode] = []
    going_on = {episode.zone_key: episode for episode in before}
    for change in changes:
        if change.kind is ChangeKind.CLOSED:
            going_on.pop(change.episode.zone_key, None)
            closed.append(change.episode)
        else:
            going_on[change.episode.zone_key] = change.episode
    return in_order([*closed, *going_on.values()])
