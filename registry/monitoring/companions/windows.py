"""How much of two tracks must be read to judge them anew: from where nothing was under way, until that is so again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geo.nearing import Start, settled_places
from geo.nearness import Nearness
from geo.pair import Sample
from geo.policy import PairPolicy
from geo.spans import Span
from geo.staying import Evidence

_SLACK_MS = 180_000
_WIDER = 4

Read = Callable[[Span], list[Sample]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples, from which of them on to judge, and the time (epoch ms) that this settles: until when, or until now."""

    samples: Sequence[Sample]
    start: Start
    from_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Changed:
    """The time (epoch ms) in which positions are new, the oldest and the newest there may be, and what was told."""

    span: tuple[int, int]
    oldest_ms: int
    newest_ms: int
    told: Sequence[Nearness]


def stretch_of(read: Read, changed: Changed, policy: PairPolicy) -> Stretch:
    """Read as much as is needed, wider and wider, to judge anew what new positions may have changed."""
    back_ms, ahead_ms = policy.reach_ms + 2 * policy.line_ms + _SLACK_MS, 2 * policy.reach_ms
    while True:
        from_ms = max(changed.oldest_ms, changed.span[0] - back_ms)
        until_ms = min(changed.newest_ms, changed.span[1] + ahead_ms)
        samples = read(Span(from_ms, until_ms + 1))
        start = start_of(samples, from_ms, changed, policy)
        end = _settled_after(samples, changed.span[1] + policy.reach_ms, policy)
        is_whole = until_ms == changed.newest_ms
        if start is None and from_ms > changed.oldest_ms:
            back_ms *= _WIDER
        elif end is None and not is_whole:
            ahead_ms *= _WIDER
        else:
            return _stretch(samples, start or Start(), changed.span[0] - 2 * policy.line_ms, None if is_whole else end)


def _stretch(samples: list[Sample], begun: Start, by_ms: int, end: int | None) -> Stretch:
    kept = samples if end is None else samples[: end + 1]
    base_ms = min(kept[begun.place].at_ms, by_ms) if begun.place < len(kept) else by_ms
    return Stretch(kept, begun, base_ms, None if end is None else samples[end].at_ms)


def start_of(samples: Sequence[Sample], from_ms: int, changed: Changed, policy: PairPolicy) -> Start | None:
    """Return from where to judge anew, with samples read from an instant on; None when more must be read.

    That is the last place before the change at which nothing was under way; else one at which what was told goes on.
    """
    since_ms, by_ms = from_ms + policy.reach_ms, changed.span[0] - 2 * policy.line_ms
    before = [place for place, one in enumerate(samples) if since_ms <= one.at_ms <= by_ms]
    last_ms = samples[before[-1]].at_ms if before else since_ms
    if by_ms - last_ms > policy.patience_s * 1000:
        return Start(before[-1] + 1 if before else _first_after(samples, by_ms))
    known = samples[: before[-1] + 1] if before else []
    settled = [place for place in settled_places(known, policy) if place > before[0]]
    if settled:
        return Start(settled[-1])
    evidence = Evidence(known, policy)
    for place in reversed(before):
        begun = _going_on(changed.told, samples[place].at_ms)
        if begun is not None and not samples[place].is_apart and evidence.may_be_near(place):
            return Start(place, begun)
    return None


def _going_on(told: Sequence[Nearness], at_ms: int) -> Nearness | None:
    """What went on at an instant, where all that was told of it rests on what came before."""
    for one in told:
        goes_on = one.start_ms < at_ms and (one.end_ms is None or at_ms < one.end_ms)
        rests_ms = max(one.confirmed_ms or 0, one.closest.at_ms if one.closest else 0)
        if goes_on and rests_ms < at_ms:
            return one
    return None


def _first_after(samples: Sequence[Sample], at_ms: int) -> int:
    return next((place for place, one in enumerate(samples) if one.at_ms > at_ms), len(samples))


def _settled_after(samples: Sequence[Sample], at_ms: int, policy: PairPolicy) -> int | None:
    """The place at which they are plainly apart, some time after an instant."""
    settled = (place for place in settled_places(samples, policy) if samples[place - 1].at_ms >= at_ms)
    return next((place for place in settled if samples[place - 1].is_apart and samples[place].is_apart), None)
