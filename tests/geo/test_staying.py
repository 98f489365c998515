"""Two who stay where they are: errors that hang together give no second nearness, and no real approach is lost."""

import math
import random

import pytest

from geo.episode import Verdict
from geo.nearing import nearnesses
from geo.nearness import Hold, NearEnd
from geo.pair import nearness
from geo.policy import PairPolicy
from geo.spans import Span
from tests.geo.walks import fix

ALWAYS = [Span(0)]
HOURS = 6


def still(dice, east_m, noise_m, told_m=None, correlation_s=0.0, every_s=20.0):
    """Six hours of fixes of who stays at a place, by a receiver whose error is as told, or is told otherwise."""
    kept = math.exp(-every_s / correlation_s) if correlation_s else 0.0
    fresh_m = noise_m * math.sqrt(1 - kept * kept)
    east, north = dice.gauss(0, noise_m), dice.gauss(0, noise_m)
    accuracy_m = 1.51 * noise_m if told_m is None else told_m
    at_s, track = dice.uniform(0, every_s), []
    while at_s < HOURS * 3600:
        track.append(fix(round(at_s), east_m + east, north, accuracy_m=accuracy_m))
        east, north = kept * east + dice.gauss(0, fresh_m), kept * north + dice.gauss(0, fresh_m)
        at_s += every_s
    return track


def found(his, hers, policy):
    return nearnesses(nearness(his, hers, policy), ALWAYS, HOURS * 3_600_000, policy)


@pytest.mark.parametrize("noise_m", [3.0, 12.0, 30.0, 40.0])
@pytest.mark.parametrize(("near_m", "correlation_s"), [(100.0, 0.0), (1000.0, 60.0), (100.0, 180.0)])
def test_of_two_who_stay_at_any_distance_at_most_one_nearness_is_told_and_none_confirmed_where_they_are_beyond(
    near_m, noise_m, correlation_s
):
    policy, both_m = PairPolicy(near_m=near_m), math.hypot(noise_m, noise_m)
    beyond_m = (near_m + share * both_m for share in (0.5, 1, 3))
    for seed, away_m in enumerate((0.8 * near_m, near_m, *beyond_m)):
        dice = random.Random(f"{near_m}-{noise_m}-{correlation_s}-{seed}")
        tracks = (still(dice, place, noise_m, correlation_s=correlation_s) for place in (0.0, away_m))
        told = found(*tracks, policy)
        assert len(told) <= HOURS, (away_m, [(one.start_ms, one.end_ms) for one in told])
        if away_m >= near_m + 3 * both_m:
            assert [one for one in told if one.verdict is Verdict.CONFIRMED] == []


def test_neighbours_at_120_m_of_whom_100_is_told_are_told_once():
    policy, counts = PairPolicy(near_m=100.0), []
    for seed in range(4):
        dice = random.Random(seed)
        counts.append(len(found(still(dice, 0.0, 30.0), still(dice, 120.0, 30.0), policy)))
    assert max(counts) <= 2 and sum(counts) <= 6


def test_an_end_is_the_same_however_late_it_is_looked_at():
    policy = PairPolicy()
    his, hers = ([fix(at_s, 0.0) for at_s in range(begin_s, 600, 15)] for begin_s in (0, 5))
    holds = [Hold(0, 700_000, NearEnd.NO_LONGER_WORN)]
    for now_s in (700, 720, 1000, 5000):
        [one] = nearnesses(nearness(his, hers, policy), holds, now_s * 1000, policy)
        assert (one.end_ms, one.end_cause) == (700_000, NearEnd.NO_LONGER_WORN)
    [one] = nearnesses(nearness(his, hers, policy), [Span(0, 4_000_000)], 5_000_000, policy)
    assert one.end_cause is NearEnd.OUT_OF_SIGHT


def walks_in(noise_m, seed, from_m=1500.0, waits_s=1800, pace_mps=1.4):
    """Who stays for half an hour well beyond the distance, and then walks to her."""
    dice, track = random.Random(seed), []
    for at_s in range(0, waits_s + 1500, 15):
        east_m = max(0.0, from_m - pace_mps * max(0, at_s - waits_s))
        track.append(fix(at_s, east_m + dice.gauss(0, noise_m), dice.gauss(0, noise_m), accuracy_m=1.51 * noise_m))
    return track


@pytest.mark.parametrize("noise_m", [3.0, 12.0, 30.0, 40.0])
def test_who_walks_in_after_a_long_stay_is_told_as_soon_as_by_the_first_sample_that_suggests_it(noise_m):
    policy = PairPolicy()
    for seed in range(4):
        his, hers = walks_in(noise_m, seed), [fix(at_s, 0.0, accuracy_m=6.0) for at_s in range(5, 3300, 15)]
        samples = nearness(his, hers, policy)
        first_ms = next(one.at_ms for one in samples if one.chance >= policy.suspect_chance)
        [told] = nearnesses(samples, ALWAYS, 3_300_000, policy)
        assert (told.start_ms, told.verdict, told.end_ms) == (first_ms, Verdict.CONFIRMED, None)


def test_who_goes_home_and_stays_just_beyond_is_told_to_have_parted():
    policy = PairPolicy(near_m=100.0)
    his = [fix(at_s, max(0, min(160, 0.2 * (at_s - 900)))) for at_s in range(0, 7200, 15)]
    [one] = nearnesses(
        nearness(his, [fix(at_s, 0.0) for at_s in range(0, 7200, 15)], policy), ALWAYS, 7_200_000, policy
    )
    assert (one.verdict, one.end_cause) == (Verdict.CONFIRMED, NearEnd.APART)
