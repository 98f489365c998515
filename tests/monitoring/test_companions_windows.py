"""Judged anew in windows, one arrival after the other, two tracks give the stretches of the whole."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.nearing import nearnesses
from geo.pair import nearness
from geo.policy import PairPolicy
from geo.spans import Span
from registry.monitoring.companions.windows import Changed, stretch_of
from tests.geo.walks import fix

POLICY = PairPolicy()
ALWAYS = [Span(0)]
END_MS = 8 * 3_600_000


def walk(dice):
    """Fixes of who wanders about, at times fast, with gaps and errors of every size."""
    at_s, east_m, track = dice.randint(600, 900), dice.uniform(-1500, 1500), []
    for _ in range(dice.randint(3, 60)):
        at_s += dice.choice((5, 15, 15, 60, 60, 170, 200, 700, 2000))
        still, stroll, jump = east_m, east_m + dice.uniform(-80, 80), dice.uniform(-3000, 3000)
        east_m = dice.choice((still, still, stroll, stroll, stroll, jump, east_m + 1500))
        if at_s * 1000 < END_MS:
            track.append(fix(at_s, round(east_m, 1), accuracy_m=dice.choice((4.0, 4.0, 12.0, 60.0, 700.0, 6000.0))))
    return track


@st.composite
def arrivals(draw):
    """The tracks of both, and in which order and which batches their fixes arrive."""
    dice = draw(st.randoms(use_true_random=False))
    tracks = walk(dice), walk(dice)
    arriving = [(whose, one) for whose, track in enumerate(tracks) for one in track]
    if draw(st.booleans()):
        dice.shuffle(arriving)
    else:
        late_ms = [dice.choice((0, 100_000)), dice.choice((0, 400_000, 3_000_000))]
        arriving.sort(key=lambda one: one[1].at_ms + dice.choice((0, 0, late_ms[one[0]])))
    return tracks, arriving, draw(st.integers(1, 5))


class Register:
    """What arrived, and what was told of it, as the engine keeps it."""

    def __init__(self):
        self.arrived, self.told = ([], []), []

    def read(self, span):
        within = ([one for one in own if span.holds(one.at_ms)] for own in self.arrived)
        return nearness(*within, POLICY)

    def take(self, batch):
        for whose, one in batch:
            self.arrived[whose].append(one)
        times_ms = [one.at_ms for _, one in batch]
        changed = Changed((min(times_ms), max(times_ms)), 0, END_MS, self.told)
        stretch = stretch_of(self.read, changed, POLICY)
        now_ms = END_MS if stretch.until_ms is None else stretch.until_ms
        found = nearnesses(stretch.samples, ALWAYS, now_ms, POLICY, stretch.start)
        kept = [one for one in self.told if not self._is_of(one, stretch)]
        self.told = sorted([*kept, *found], key=lambda one: one.start_ms)

    @staticmethod
    def _is_of(one, stretch):
        begins = one.start_ms >= stretch.from_ms or one.end_ms is None or one.end_ms > stretch.from_ms
        return begins and (stretch.until_ms is None or one.start_ms <= stretch.until_ms)


def test_of_two_who_live_just_beyond_the_distance_no_more_is_read_than_an_hour_or_two():
    whole = [[fix(at_s, east_m) for at_s in range(0, END_MS // 1000, 60)] for east_m in (0.0, 1050.0)]
    assert {one.is_apart for one in nearness(*whole, POLICY)} == {False}
    asked = []

    def read(span):
        asked.append(span.from_ms)
        return nearness(*([one for one in own if span.holds(one.at_ms)] for own in whole), POLICY)

    stretch = stretch_of(read, Changed((END_MS - 60_000, END_MS - 60_000), 0, END_MS, []), POLICY)
    assert min(asked) > END_MS - 2 * 3_600_000 and stretch.from_ms > END_MS - 3_600_000


def require_same(arrival):
    tracks, arriving, together = arrival
    register = Register()
    for place in range(0, len(arriving), together):
        register.take(arriving[place : place + together])
    whole = nearnesses(nearness(*tracks, POLICY), ALWAYS, END_MS, POLICY)
    assert register.told == list(whole)
    assert [(one.closest, one.reasons) for one in register.told] == [(one.closest, one.reasons) for one in whole]


@settings(max_examples=60)
@given(arrivals())
def test_however_the_positions_of_both_arrive_the_stretches_are_those_of_the_whole_tracks(arrival):
    require_same(arrival)


def neighbour(dice, east_m, noise_m):
    """Fixes of who stays at home in errors that hang together, and goes to another place now and then."""
    errs_m, track = dice.gauss(0, noise_m), []
    for at_s in range(600 + dice.randint(0, 59), 600 + 5400, 60):
        errs_m = 0.6 * errs_m + 0.8 * dice.gauss(0, noise_m)
        if dice.random() < 0.03:
            east_m += dice.choice((-400, -60, 60, 400))
        if dice.random() < 0.95:
            track.append(fix(at_s, round(east_m + errs_m, 1), accuracy_m=1.51 * noise_m))
    return track


@pytest.mark.parametrize("seed", range(12))
def test_of_neighbours_the_same_follows_however_their_positions_arrive(seed):
    dice = random.Random(seed)
    noise_m = dice.choice((4.0, 30.0, 60.0))
    tracks = [neighbour(dice, 0.0, noise_m), neighbour(dice, 1000.0 + dice.uniform(-1, 3) * noise_m, noise_m)]
    arriving = [(whose, one) for whose, track in enumerate(tracks) for one in track]
    arriving.sort(key=lambda one: one[1].at_ms + dice.choice((0, 0, 0, 200_000, 2_000_000)))
    require_same((tracks, arriving, dice.randint(5, 30)))
