"""How what a home unit says of its wearer, home or away, becomes episodes against a zone in which he must be.

A unit tells a change, and says again in between how it is. What it said last holds for a while and not a moment longer:
of a unit that fell silent nobody knows whether he is home, so that nothing begins in its silence. What goes on goes on
until he is shown to be back, or until he need not be there any more.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo.episode import Cause, EndCause, Episode, Reason, Verdict
from geo.spans import Span, joined
from geo.standing import BEGUN_BY, ENDED_BY
from geo.zones import Zone


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """What a home unit said at an instant (epoch ms); of two at once that differ, that he is home counts."""

    at_ms: int
    sequence: int
    home: bool


@dataclass(frozen=True, slots=True)
class PresencePolicy:
    """Configuration, not law: how long he has to come home, and how long a message holds without a next one."""

    grace_s: float = 300.0
    holds_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Absence:
    """An unbroken stretch (epoch ms) in which he was told to be away and not to be back.

    `known` is when that was so by a message that held, the last of them until `holds_ms`; `is_first` says that nothing
    was known before it.
    """

    from_ms: int
    until_ms: int | None
    known: tuple[Span, ...]
    holds_ms: int
    is_first: bool = False


def absences(messages: Iterable[Message], now_ms: int, policy: PresencePolicy) -> list[Absence]:
    """The absences that messages up to now tell of, in whatever order they are given.

    >>> told = [Message(0, 0, True), Message(60_000, 0, False), Message(120_000, 0, True)]
    >>> [(one.from_ms, one.until_ms) for one in absences(told, 10**9, PresencePolicy())]
    [(60000, 120000)]
    """
    holds_ms = round(policy.holds_s * 1000)
    ordered = sorted(one for one in messages if one.at_ms <= now_ms)
    nexts_ms = [*(one.at_ms for one in ordered[1:]), now_ms + 1]
    found: list[Absence] = []
    away: list[Span] = []
    held_ms = 0
    is_first = True
    for message, next_ms in zip(ordered, nexts_ms, strict=False):
        if not message.home:
            away.append(Span(message.at_ms, min(message.at_ms + holds_ms, next_ms)))
            held_ms = message.at_ms + holds_ms
            continue
        if away:
            found.append(Absence(away[0].from_ms, message.at_ms, joined(away), held_ms, is_first))
        away, is_first = [], False
    if away:
        found.append(Absence(away[0].from_ms, None, joined(away), held_ms, is_first))
    return found


def presence_episodes(told: Sequence[Absence], zone: Zone, now_ms: int, policy: PresencePolicy) -> tuple[Episode, ...]:
    """The episodes of absences against a zone in which he must be, as they stand now (epoch ms), in order.

    >>> from geo.projection import Territory
    >>> from geo.shapes import CircleShape
    >>> home = Zone("Z1", 1, "inclusion", CircleShape(Territory.EUROPEAN, 52.09, 5.12, 60.0), (Span(0),))
    >>> away = absences([Message(0, 0, True), Message(60_000, 0, False)], 400_000, PresencePolicy())
    >>> found = presence_episodes(away, home, 400_000, PresencePolicy())
    >>> [(one.start_ms, str(one.cause), str(one.verdict)) for one in found]
    [(60000, 'left', 'confirmed')]
    """
    return tuple(
        episode
        for absence in told
        for held in zone.stretches(absence.from_ms, now_ms + 1 if absence.until_ms is None else absence.until_ms)
        if (episode := _episode(absence, zone, held, (now_ms, round(policy.grace_s * 1000)))) is not None
    )


def _episode(absence: Absence, zone: Zone, held: Span, at: tuple[int, int]) -> Episode | None:
    now_ms, grace_ms = at
    start_ms = _first_known(absence, held.from_ms, held.until_ms)
    if start_ms is None:
        return None
    ends = [end for end in (absence.until_ms, held.until_ms) if end is not None and end <= now_ms]
    end_ms = min(ends, default=None)
    confirmed_ms = _first_known(absence, start_ms + grace_ms, end_ms)
    verdict = Verdict.SUSPECTED if end_ms is None else Verdict.PASSED
    reasons = [Reason(start_ms, "suspected")]
    if confirmed_ms is not None:
        verdict = Verdict.CONFIRMED
        reasons.append(Reason(confirmed_ms, "confirmed"))
    end_cause = None
    if end_ms is not None:
        end_cause = EndCause.RETURNED if end_ms == absence.until_ms else ENDED_BY[zone.ends_by(end_ms)]
        reasons.append(Reason(end_ms, end_cause.value))
    cause = _cause(absence, zone, held)
    return Episode(zone.id, zone.version, start_ms, end_ms, cause, verdict, end_cause, confirmed_ms, tuple(reasons))


def _cause(absence: Absence, zone: Zone, held: Span) -> Cause:
    if absence.from_ms <= held.from_ms:
        return BEGUN_BY[zone.begins_by(held.from_ms)]
    return Cause.FIRST_SEEN if absence.is_first else Cause.LEFT


def _first_known(absence: Absence, from_ms: int, until_ms: int | None) -> int | None:
    """The first instant from one on, and before another, at which he was known to be away."""
    place = max(bisect_right([span.from_ms for span in absence.known], from_ms) - 1, 0)
    for span in absence.known[place:]:
        at_ms = max(span.from_ms, from_ms)
        if until_ms is not None and at_ms >= until_ms:
            return None
        if span.holds(at_ms):
            return at_ms
    return None


def next_change_ms(told: Sequence[Absence], zones: Sequence[Zone], now_ms: int, policy: PresencePolicy) -> int | None:
    """The next instant (epoch ms) at which time alone could change an episode; None when no message must be awaited.

    Such are the end of his grace, a window that opens while his absence still holds, and the end of what goes on.
    """
    if not told or told[-1].until_ms is not None:
        return None
    absence = told[-1]
    borders: list[int] = []
    for zone in zones:
        for episode in presence_episodes([absence], zone, now_ms, policy):
            held = zone.held(episode.start_ms)
            if episode.end_ms is None and held is not None:
                borders += [episode.start_ms + round(policy.grace_s * 1000), held.until_ms or 0]
        borders += [held.from_ms for held in zone.stretches(now_ms, absence.holds_ms)]
    return min((border for border in borders if border > now_ms), default=None)
