"""How a wearer stands to one zone: a fold over looks, each the chance at one fix that he is against the zone."""

from dataclasses import dataclass, replace
from typing import Any

from geo.episode import Cause, Change, ChangeKind, EndCause, Episode, Reason, Verdict
from geo.policy import Policy
from geo.spans import Span
from geo.zones import Border, Zone

BEGUN_BY = {
    Border.ZONE: Cause.ZONE_BEGAN,
    Border.WINDOW: Cause.WINDOW_OPENED,
    Border.EXEMPTION: Cause.EXEMPTION_ENDED,
}
ENDED_BY = {
    Border.ZONE: EndCause.ZONE_ENDED,
    Border.WINDOW: EndCause.SCHEDULE_PAUSED,
    Border.EXEMPTION: EndCause.EXEMPTED,
}


@dataclass(frozen=True, slots=True)
class Look:
    """One fix against one zone.

    `against` is the side of the fix itself, `chance` what the track so far makes of it. A look is `plain` when the fix
    itself is far from the edge; one that is not `weighed` only tells the side. Before one that
    is `unseen_before` there was no fix, or none for so long that no line is drawn.
    """

    at_ms: int
    previous_ms: int | None
    unseen_before: bool
    against: bool
    chance: float
    plain: bool = False
    weighed: bool = True
    distance_m: float | None = None
    sigma_m: float | None = None
    estimate_m: float | None = None
    speed_mps: float | None = None
    at_rest: float | None = None
    thrown: float | None = None

    def reason(self, step: str, sure_fixes: int = 0) -> Reason:
        """The numbers of this look as the reason for a step, rounded to what they can bear."""
        return Reason(
            self.at_ms,
            step,
            round(self.chance, 6),
            _rounded(self.distance_m),
            _rounded(self.sigma_m),
            _rounded(self.estimate_m),
            _rounded(self.speed_mps),
            _rounded(self.at_rest, 4),
            _rounded(self.thrown, 4),
            sure_fixes,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands after a fix: an episode that goes on, and what counts for and against its being confirmed or over.

    `side_since_ms` is the first of the unbroken run of fixes on the side of the last one.
    """

    against: bool
    side_since_ms: int
    episode: Episode | None = None
    sure_fixes: int = 0
    sure_since_ms: int | None = None
    last_sure_ms: int | None = None
    away_fixes: int = 0
    below_since_ms: int | None = None

    def to_list(self) -> list[Any]:
        """Plain values that fit in JSON."""
        episode = None if self.episode is None else self.episode.to_dict()
        counts = [self.sure_fixes, self.sure_since_ms, self.last_sure_ms, self.away_fixes, self.below_since_ms]
        return [self.against, self.side_since_ms, episode, *counts]

    @classmethod
    def from_list(cls, document: list[Any]) -> "Standing":
        """Read what `to_list` wrote.

        >>> standing = Standing(True, 5, Episode("Z", 1, 5, None, Cause.ENTERED), 1, 5, 5)
        >>> Standing.from_list(standing.to_list()) == standing
        True
        """
        against, since_ms, episode, *counts = document
        return cls(against, since_ms, None if episode is None else Episode.from_dict(episode), *counts)


def closed_in_time(standing: Standing, zone: Zone, at_ms: int) -> tuple[Standing, tuple[Change, ...]]:
    """End an episode whose zone stopped holding at or before an instant (epoch ms)."""
    episode = standing.episode
    if episode is None:
        return standing, ()
    held = zone.held(episode.start_ms)
    end_ms = episode.start_ms if held is None else held.until_ms
    if end_ms is None or at_ms < end_ms:
        return standing, ()
    cause = EndCause.ZONE_ENDED if held is None else ENDED_BY[zone.ends_by(end_ms)]
    change = _closed(standing, episode, end_ms, cause)
    return Standing(standing.against, standing.side_since_ms), (change,)


def after_look(standing: Standing, look: Look, zone: Zone) -> tuple[Standing, tuple[Change, ...]]:
    """How a wearer stands to a zone after one more fix; an episode whose zone ended before it is closed already."""
    if look.unseen_before or standing.against != look.against:
        standing = replace(standing, against=look.against, side_since_ms=look.at_ms)
    held = zone.held(look.at_ms)
    if held is None or not look.weighed:
        return standing, ()
    if standing.episode is None:
        if look.chance < zone.policy.suspect_chance:
            return standing, ()
        opened = _opened(standing, look, zone, held)
        standing, changes = _counted(replace(standing, episode=opened), look, zone)
        return standing, (Change(ChangeKind.OPENED, opened), *changes)
    return _counted(standing, look, zone)


def crossed(standing: Standing, look: Look, zone: Zone, between_ms: tuple[int, int]) -> tuple[Change, ...]:
    """The episode of a line between two fixes that crosses a zone, from entry to exit (epoch ms) on that line."""
    held = zone.held(between_ms[0])
    if standing.episode is not None or held is None or look.chance < zone.policy.crossing_chance:
        return ()
    start_ms, end_ms = between_ms
    end_ms = end_ms if held.until_ms is None else min(end_ms, held.until_ms)
    begun = Episode(
        zone.id, zone.version, start_ms, None, Cause.CROSSED, Verdict.SUSPECTED, reasons=(look.reason("crossed"),)
    )
    over = replace(begun, end_ms=end_ms, verdict=Verdict.PASSED, end_cause=EndCause.LEFT)
    return Change(ChangeKind.OPENED, begun), Change(ChangeKind.CLOSED, over)


def _opened(standing: Standing, look: Look, zone: Zone, held: Span) -> Episode:
    since_ms = standing.side_since_ms if look.against else look.at_ms
    cause = _cause(since_ms, look, zone, held)
    start_ms = max(since_ms, held.from_ms)
    return Episode(zone.id, zone.version, start_ms, None, cause, reasons=(look.reason("suspected"),))


def _cause(since_ms: int, look: Look, zone: Zone, held: Span) -> Cause:
    began = BEGUN_BY[zone.begins_by(held.from_ms)]
    if since_ms < held.from_ms:
        return began
    if look.previous_ms is None:
        return Cause.FIRST_SEEN
    if look.previous_ms < held.from_ms and look.unseen_before:
        return began
    return Cause.ENTERED if zone.kind == "exclusion" else Cause.LEFT


def _counted(standing: Standing, look: Look, zone: Zone) -> tuple[Standing, tuple[Change, ...]]:
    """Count a weighed look for or against an episode that goes on, and say what follows."""
    policy, episode = zone.policy, standing.episode
    assert episode is not None
    former, standing = standing, _with_sure(standing, look, policy, episode)
    changes: tuple[Change, ...] = ()
    if episode.verdict is Verdict.SUSPECTED and _is_stay(former, standing, look, zone):
        reasons = (*episode.reasons, look.reason("confirmed", standing.sure_fixes))
        episode = replace(episode, verdict=Verdict.CONFIRMED, confirmed_ms=look.at_ms, reasons=reasons)
        standing, changes = replace(standing, episode=episode), (Change(ChangeKind.CONFIRMED, episode),)
    if not _is_over(standing, look, policy):
        return standing, changes
    cause = EndCause.LEFT if zone.kind == "exclusion" else EndCause.RETURNED
    end_ms = look.at_ms if look.against else standing.side_since_ms
    end_ms = max(end_ms, episode.start_ms, standing.last_sure_ms or end_ms)
    closed = _closed(standing, episode, end_ms, cause, look)
    return Standing(standing.against, standing.side_since_ms), (*changes, closed)


def _with_sure(standing: Standing, look: Look, policy: Policy, episode: Episode) -> Standing:
    if look.chance < policy.suspect_chance:
        away = standing.away_fixes + (look.chance <= policy.release_chance)
        below_ms = look.at_ms if standing.below_since_ms is None else standing.below_since_ms
        return replace(standing, sure_fixes=0, sure_since_ms=None, away_fixes=away, below_since_ms=below_ms)
    standing = replace(standing, away_fixes=0, below_since_ms=None)
    if look.chance < policy.confirm_chance:
        return standing
    standing = replace(standing, last_sure_ms=look.at_ms)
    fast = look.speed_mps is not None and look.speed_mps >= policy.transit_mps
    if fast and look.at_ms - episode.start_ms < policy.transit_max_s * 1000:
        return standing
    since_ms = look.at_ms if standing.sure_since_ms is None else standing.sure_since_ms
    return replace(standing, sure_fixes=standing.sure_fixes + 1, sure_since_ms=since_ms)


def _is_stay(former: Standing, standing: Standing, look: Look, zone: Zone) -> bool:
    policy, episode = zone.policy, standing.episode
    if episode is None or standing.sure_since_ms is None or look.chance < policy.confirm_chance:
        return False
    if zone.kind == "inclusion" and look.at_ms - episode.start_ms < policy.grace_s * 1000:
        return False
    dwell_ms = policy.dwell_s * 1000
    if standing.sure_fixes >= policy.confirm_fixes and look.at_ms - standing.sure_since_ms >= dwell_ms:
        return True
    # Who came in fast was sure to be there before: whether he stays takes more than one fix to see.
    is_certain = look.chance >= policy.certain_chance and former.last_sure_ms is None
    return is_certain and look.at_ms - episode.suspected_ms >= dwell_ms


def _is_over(standing: Standing, look: Look, policy: Policy) -> bool:
    if look.chance >= policy.suspect_chance:
        return False
    if look.chance <= policy.release_chance and (look.plain or standing.away_fixes >= policy.release_fixes):
        return True
    since_ms = standing.below_since_ms
    return since_ms is not None and look.at_ms - since_ms >= policy.patience_s * 1000


def _closed(standing: Standing, episode: Episode, end_ms: int, cause: EndCause, look: Look | None = None) -> Change:
    verdict = episode.verdict
    if verdict is Verdict.SUSPECTED:
        verdict = Verdict.WITHDRAWN if standing.last_sure_ms is None else Verdict.PASSED
    reason = Reason(end_ms, cause.value) if look is None else look.reason(cause.value)
    over = replace(episode, end_ms=end_ms, verdict=verdict, end_cause=cause, reasons=(*episode.reasons, reason))
    return Change(ChangeKind.CLOSED, over)


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
