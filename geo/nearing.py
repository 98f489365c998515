"""How two tracks become the stretches in which two people were near each other: a pure fold over `geo.pair.nearness`.

Two samples in a row of two who are plainly apart leave nothing under way, whatever came before: from there a track can
be judged again, and the same stretches follow in whatever order the positions came.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.episode import Verdict
from geo.nearness import Mover, NearCause, NearEnd, Nearness, Step, Way
from geo.pair import Sample, chance_within
from geo.policy import PairPolicy
from geo.spans import Span, span_at


def settled_places(samples: Sequence[Sample], policy: PairPolicy) -> list[int]:
    """The places of samples at which nothing is under way, whatever came before.

    That is the second of two at which they are plainly apart, the first after a time in which they were not seen, and
    one after as long a time in which nothing suggested that they are near: two who live just beyond the distance are
    seldom plainly apart.
    """
    unseen_ms, found = policy.patience_s * 1000, []
    near_ms = samples[0].at_ms if samples else 0
    for place, (one, two) in enumerate(zip(samples, samples[1:], strict=False), start=1):
        if two.chance >= policy.suspect_chance:
            near_ms = two.at_ms
        is_apart = one.is_apart and two.is_apart
        if is_apart or two.at_ms - one.at_ms > unseen_ms or two.at_ms - near_ms > unseen_ms:
            found.append(place)
    return found


@dataclass(frozen=True, slots=True)
class Start:
    """From which of the samples on to judge: what came before it only tells how they came there.

    That is where nothing is under way, or else where `begun` goes on and they are seen to be near.
    """

    place: int = 0
    begun: Nearness | None = None


START = Start()


def nearnesses(
    samples: Sequence[Sample], holds: Sequence[Span], now_ms: int, policy: PairPolicy, start: Start = START
) -> tuple[Nearness, ...]:
    """The stretches in which two were near, as they stand now (epoch ms), in order; only while one of `holds` does.

    >>> from geo.pair import nearness
    >>> from geo.track import Fix
    >>> he = [Fix(at_s * 1000, 52.0, 5.0 + max(0, 30 - at_s / 10) / 1000) for at_s in range(0, 600, 10)]
    >>> she = [Fix(at_s * 1000, 52.0, 5.0) for at_s in range(0, 600, 10)]
    >>> found = nearnesses(nearness(he, she, PairPolicy()), [Span(0)], 600_000, PairPolicy())
    >>> [(one.start_ms, str(one.cause), str(one.verdict), str(one.mover)) for one in found]
    [(160000, 'came_near', 'confirmed', 'wearer')]
    """
    fold = _Fold(samples, holds, policy)
    fold.begin_at(start)
    for place in range(start.place, len(samples)):
        fold.take(place)
    fold.until(now_ms)
    fold.lasting()
    return tuple(fold.found)


@dataclass(slots=True)
class _Going:
    """A stretch that goes on; `sure_ms` are the latest instants that showed them near."""

    start_ms: int
    cause: NearCause
    until_ms: int | None
    last_ms: int
    near_ms: int
    closest: Step
    steps: list[Step] = field(default_factory=list)
    sure_ms: list[int] = field(default_factory=list)
    confirmed_ms: int | None = None
    apart_ms: int | None = None
    mover: Mover | None = None
    way: Way | None = None
    now_way: tuple[Way | None, int] | None = None

    @classmethod
    def carried(cls, begun: Nearness, first: Sample, hold: Span | None) -> "_Going":
        until_ms = first.at_ms if hold is None else hold.until_ms
        closest = begun.closest or _step("closest", first)
        steps = [step for step in begun.reasons if step.at_ms < first.at_ms]
        return cls(
            begun.start_ms, begun.cause, until_ms, first.at_ms, first.at_ms, closest, steps,
            confirmed_ms=begun.confirmed_ms, mover=begun.mover, way=begun.way,
        )  # fmt: skip

    def told(self, end_ms: int | None, ending: NearEnd | None) -> Nearness:
        verdict = Verdict.CONFIRMED
        if self.confirmed_ms is None:
            verdict = Verdict.SUSPECTED if end_ms is None else Verdict.PASSED
        steps = tuple(self.steps) if end_ms is None else (*self.steps, Step(end_ms, str(ending)))
        return Nearness(
            self.start_ms, end_ms, self.cause, verdict, ending, self.confirmed_ms, self.mover, self.way, self.closest,
            steps,
        )  # fmt: skip


class _Fold:
    """Goes through the samples of a pair."""

    def __init__(self, samples: Sequence[Sample], holds: Sequence[Span], policy: PairPolicy) -> None:
        self.samples, self.holds, self.policy = samples, holds, policy
        self.going: _Going | None = None
        self.found: list[Nearness] = []
        self._patience_ms = round(policy.patience_s * 1000)
        self._fast_ms: list[int | None] = [None, None]
        self._heading: tuple[int, bool] | None = None

    def begin_at(self, start: Start) -> None:
        """Take in what came before."""
        if start.begun is not None and start.place < len(self.samples):
            first = self.samples[start.place]
            self.going = _Going.carried(start.begun, first, span_at(self.holds, first.at_ms))
        for one in self.samples[: start.place]:
            self._note_pace(one)
            if self.going is not None and one.at_ms >= max(self.going.last_ms - self._patience_ms, self.going.start_ms):
                self._note_near(self.going, one)

    def take(self, place: int) -> None:
        """Judge the next sample."""
        one = self.samples[place]
        self.until(one.at_ms)
        self._note_pace(one)
        hold = span_at(self.holds, one.at_ms)
        if hold is None:
            return
        if self.going is not None:
            self._go_on(self.going, place)
        elif one.chance >= self.policy.suspect_chance:
            self._begin(place, hold)

    def until(self, at_ms: int) -> None:
        """End what the clock ends up to an instant: one was not seen for too long, or it matters no longer."""
        going = self.going
        if going is None:
            return
        ends = [(going.until_ms, NearEnd.NO_LONGER_HOLDS)] if going.until_ms is not None else []
        if at_ms - going.last_ms > self._patience_ms:
            ends.append((going.last_ms, NearEnd.OUT_OF_SIGHT))
        due = [end for end in ends if end[0] <= at_ms]
        if due:
            self._end(*min(due))

    def lasting(self) -> None:
        """Add what goes on."""
        if self.going is not None:
            self.found.append(self.going.told(None, None))

    def _note_pace(self, one: Sample) -> None:
        """Remember who is under way, and whether both go in one direction."""
        for number, place in enumerate((one.his, one.hers)):
            if place.is_fast:
                self._fast_ms[number] = one.at_ms
        if one.heading_apart_deg is not None:
            self._heading = one.at_ms, one.heading_apart_deg <= self.policy.alongside_deg

    def _begin(self, place: int, hold: Span) -> None:
        one, former = self.samples[place], self.samples[place - 1] if place else None
        cause = NearCause.CAME_NEAR
        if former is None or one.at_ms - former.at_ms > self._patience_ms:
            cause = NearCause.FIRST_SEEN
        elif former.at_ms < hold.from_ms:
            cause = NearCause.BEGAN
        closest = _step("closest", one)
        self.going = _Going(one.at_ms, cause, hold.until_ms, one.at_ms, one.at_ms, closest, [_step("suspected", one)])
        self.going.mover, self.going.way = self._met(place)
        self._weigh(self.going, one)

    def _go_on(self, going: _Going, place: int) -> None:
        one, policy = self.samples[place], self.policy
        going.last_ms = one.at_ms
        if going.closest.distance_m is None or one.distance_m < going.closest.distance_m:
            going.closest = _step("closest", one)
            if going.confirmed_ms is None:
                going.mover, going.way = self._met(place)
        if one.chance >= policy.suspect_chance:
            going.near_ms, going.apart_ms = one.at_ms, None
            self._weigh(going, one)
        elif one.is_apart and going.apart_ms is not None:
            self._end(going.apart_ms, NearEnd.APART)
        elif one.at_ms - going.near_ms > self._patience_ms:
            self._end(going.near_ms, NearEnd.OUT_OF_SIGHT if self._is_vague(one) else NearEnd.APART)
        else:
            going.apart_ms = one.at_ms if one.is_apart else None

    def _is_vague(self, one: Sample) -> bool:
        """Whether their positions are in too much doubt to tell near from apart, however close they seem."""
        nearest = chance_within(self.policy.near_m, 0.0, one.sigma_m)
        return not one.is_apart and nearest < self.policy.suspect_chance

    def _weigh(self, going: _Going, one: Sample) -> None:
        """Take in a sample of two who seem near, and say whether it shows that they are."""
        policy = self.policy
        self._note_near(going, one)
        if going.confirmed_ms is not None or one.chance < policy.confirm_chance:
            return
        is_shown = len(going.sure_ms) >= policy.confirm_fixes and one.at_ms - going.sure_ms[0] >= policy.dwell_s * 1000
        if is_shown and not self._may_be_chance(going, one):
            going.confirmed_ms, going.way = one.at_ms, self._way(one)
            going.steps.append(_step("confirmed", one))

    def _note_near(self, going: _Going, one: Sample) -> None:
        """Remember what shows them near, and since when they have been on their way as they are."""
        way = self._way(one)
        if going.now_way is None or going.now_way[0] is not way:
            going.now_way = way, one.at_ms
        if one.chance >= self.policy.confirm_chance and one.at_ms not in going.sure_ms:
            latest = [at_ms for at_ms in going.sure_ms if one.at_ms - at_ms <= self._patience_ms]
            going.sure_ms = [*latest, one.at_ms]

    def _may_be_chance(self, going: _Going, one: Sample) -> bool:
        """Whether two on their way may only have met on it: not for long, unless they go the same way."""
        way, since_ms = going.now_way or (None, one.at_ms)
        if way is None or one.at_ms - going.start_ms >= self.policy.same_way_max_s * 1000:
            return False
        return way is Way.SAME_WAY or one.at_ms - since_ms < self.policy.transit_max_s * 1000

    def _way(self, one: Sample) -> Way | None:
        """How they may have met by chance. Two who were under way together may halt a moment, as a train does."""
        halt_ms = self.policy.halt_s * 1000
        under_way = [fast_ms is not None and one.at_ms - fast_ms <= halt_ms for fast_ms in self._fast_ms]
        if all(under_way):
            heading = self._heading if self._heading and one.at_ms - self._heading[0] <= halt_ms else None
            return Way.SAME_WAY if heading and heading[1] else Way.OTHER_WAYS
        if one.his.is_fast:
            return Way.WEARER_PASSED
        return Way.PROTECTED_PASSED if one.hers.is_fast else None

    def _met(self, place: int) -> tuple[Mover | None, Way | None]:
        """Who came to whom and on which way, by a sample; of two who go the same way neither is said to have come."""
        way = self._way(self.samples[place])
        return None if way is Way.SAME_WAY else self._mover(place), way

    def _mover(self, place: int) -> Mover | None:
        """Who came to whom in the time before a sample, by how much nearer each brought them beyond what is doubted."""
        samples, last, at_ms = self.samples, self.samples[place], self.samples[place].at_ms
        his_m = hers_m = 0.0
        while place and samples[place - 1].at_ms >= at_ms - self.policy.lead_ms:
            former, latter = samples[place - 1], samples[place]
            if latter.at_ms - former.at_ms > self.policy.line_ms:
                break
            his, hers = _came_m(former, latter)
            his_m, hers_m, place = his_m + his, hers_m + hers, place - 1
        return _mover((his_m, hers_m), _doubt_m(samples[place], last))

    def _end(self, end_ms: int, ending: NearEnd) -> None:
        if self.going is not None:
            self.found.append(self.going.told(max(end_ms, self.going.start_ms), ending))
        self.going = None


def _step(name: str, one: Sample) -> Step:
    return Step(one.at_ms, name, one.distance_m, one.sigma_m, one.chance, one.closing_mps, one.contact_s)


def _came_m(former: Sample, latter: Sample) -> tuple[float, float]:
    """How much nearer each came between two samples, by his own way."""
    east_m, north_m = former.hers.to_m(former.his)
    away_m = max(former.distance_m, 1e-9)
    (his_east_m, his_north_m), (her_east_m, her_north_m) = former.his.to_m(latter.his), former.hers.to_m(latter.hers)
    his_m = -(his_east_m * east_m + his_north_m * north_m) / away_m
    return his_m, (her_east_m * east_m + her_north_m * north_m) / away_m


_CAME_M, _MOST_OF_IT, _SHOWN_SIGMAS = 50.0, 0.75, 3.0


def _doubt_m(first: Sample, last: Sample) -> tuple[float, float]:
    """How far each may seem to have gone without having moved."""
    his_m, hers_m = math.hypot(first.his.sigma_m, last.his.sigma_m), math.hypot(first.hers.sigma_m, last.hers.sigma_m)
    return _SHOWN_SIGMAS * his_m, _SHOWN_SIGMAS * hers_m


def _mover(came_m: tuple[float, float], doubt_m: tuple[float, float]) -> Mover | None:
    """Nobody came where both went the same way as far, and nobody who may have stood still in the noise."""
    his_m, hers_m = (max(0.0, each) if each > doubted else 0.0 for each, doubted in zip(came_m, doubt_m, strict=True))
    if sum(came_m) < _CAME_M or his_m + hers_m < _CAME_M:
        return None
    share = his_m / (his_m + hers_m)
    if share >= _MOST_OF_IT:
        return Mover.WEARER
    return Mover.PROTECTED if share <= 1.0 - _MOST_OF_IT else Mover.BOTH
