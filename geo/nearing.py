"""How two tracks become the stretches in which two people were near each other: a pure fold over `geo.pair.nearness`.

Two samples in a row of two who parted, or a stay that is shown to be too far, leave nothing under way, whatever came
before: from there a track can be judged again, and the same stretches follow in whatever order the positions came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.coming import who_came
from geo.episode import Verdict
from geo.nearness import Hold, Mover, NearCause, NearEnd, Nearness, Step, Way
from geo.pair import Sample
from geo.policy import PairPolicy
from geo.spans import Span, span_at
from geo.staying import Evidence, is_vague


def settled_places(samples: Sequence[Sample], policy: PairPolicy) -> list[int]:
    """The places of samples at which nothing is under way, whatever came before.

    That is the second of two at which they parted, one at which they stay too far apart, the first after a time in
    which they were not seen, and one after as long a time in which nothing suggested that they are near. A place nearer
    to the first sample than `policy.reach_ms` is one only if nothing lies before that.
    """
    evidence, unseen_ms, found = Evidence(samples, policy), policy.patience_s * 1000, []
    near_ms = samples[0].at_ms if samples else 0
    for place, (one, two) in enumerate(zip(samples, samples[1:], strict=False), start=1):
        is_unseen = two.at_ms - one.at_ms > unseen_ms
        if evidence.is_over(place) or is_unseen:
            found.append(place)
        elif evidence.may_be_near(place):
            near_ms = two.at_ms
        elif two.at_ms - near_ms > unseen_ms:
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

    A hold may say how a stretch ends that it ends (`geo.nearness.Hold`).

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
    ending: NearEnd
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
            begun.start_ms, begun.cause, until_ms, _ending(hold), first.at_ms, first.at_ms, closest, steps,
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
        self.evidence = Evidence(samples, policy)
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
        for place, one in enumerate(self.samples[: start.place]):
            self._note_pace(one)
            if self.going is None or one.at_ms < max(self.going.last_ms - self._patience_ms, self.going.start_ms):
                continue
            if self.evidence.is_near(place):
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
        elif self.evidence.is_near(place):
            self._begin(place, hold)

    def until(self, at_ms: int) -> None:
        """End what the clock ends up to an instant: one was not seen for too long, or it matters no longer."""
        going = self.going
        if going is None:
            return
        # What falls due first ends it, however late that is looked at.
        ends = [(going.last_ms + self._patience_ms + 1, going.last_ms, NearEnd.OUT_OF_SIGHT)]
        if going.until_ms is not None:
            ends.append((going.until_ms, going.until_ms, going.ending))
        due_ms, end_ms, ending = min(ends)
        if due_ms <= at_ms:
            self._end(end_ms, ending)

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
        steps = [_step("suspected", one)]
        self.going = _Going(one.at_ms, cause, hold.until_ms, _ending(hold), one.at_ms, one.at_ms, closest, steps)
        self.going.mover, self.going.way = self._met(place)
        self._weigh(self.going, one)

    def _go_on(self, going: _Going, place: int) -> None:
        one, evidence = self.samples[place], self.evidence
        going.last_ms = one.at_ms
        if going.closest.distance_m is None or one.distance_m < going.closest.distance_m:
            going.closest = _step("closest", one)
            if going.confirmed_ms is None:
                going.mover, going.way = self._met(place)
        going.apart_ms = (going.apart_ms or one.at_ms) if one.is_apart else None
        if evidence.has_parted(place) and going.apart_ms is not None:
            self._end(going.apart_ms, NearEnd.APART)
        elif evidence.stays_beyond(place):
            self._end(going.near_ms, NearEnd.APART)
        elif evidence.may_be_near(place):
            going.near_ms = one.at_ms
            if evidence.is_near(place):
                self._weigh(going, one)
        elif one.at_ms - going.near_ms > self._patience_ms:
            is_unknown = not one.is_apart and is_vague(one.sigma_m, self.policy)
            self._end(going.near_ms, NearEnd.OUT_OF_SIGHT if is_unknown else NearEnd.APART)

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
        return None if way is Way.SAME_WAY else who_came(self.samples, place, self.policy), way

    def _end(self, end_ms: int, ending: NearEnd) -> None:
        if self.going is not None:
            self.found.append(self.going.told(max(end_ms, self.going.start_ms), ending))
        self.going = None


def _ending(hold: Span | None) -> NearEnd:
    return hold.ending if isinstance(hold, Hold) else NearEnd.NO_LONGER_HOLDS


def _step(name: str, one: Sample) -> Step:
    return Step(one.at_ms, name, one.distance_m, one.sigma_m, one.chance, one.closing_mps, one.contact_s)
