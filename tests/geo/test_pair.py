"""Two people who both move: how far apart, how sure, and which stretches of nearness follow."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.nearing import Start, nearnesses, settled_places
from geo.pair import chance_within, nearness
from geo.policy import PairPolicy
from geo.spans import Span
from geo.staying import Evidence
from tests.geo.walks import fix

POLICY = PairPolicy()
ALWAYS = [Span(0)]


def way(*legs, every_s=10.0, **told):
    """Fixes of who goes from spot to spot: (seconds, metres east, metres north), at an even pace in between."""
    found, at_s = [], legs[0][0]
    for (begin_s, *begin), (end_s, *end) in zip(legs, legs[1:], strict=False):
        while at_s <= end_s:
            share = (at_s - begin_s) / (end_s - begin_s)
            found.append(fix(at_s, *(one + share * (two - one) for one, two in zip(begin, end, strict=True)), **told))
            at_s += every_s
    return found


def stays(until_s, east_m=0.0, north_m=0.0, begins_s=0.0, **told):
    return way((begins_s, east_m, north_m), (until_s, east_m, north_m), **told)


def found(his, hers, now_s=None, holds=ALWAYS, policy=POLICY):
    last_ms = max(one.at_ms for one in (*his, *hers))
    now_ms = last_ms if now_s is None else now_s * 1000
    return nearnesses(nearness(his, hers, policy), holds, now_ms, policy)


def told(*arguments, **named):
    return [
        (str(one.cause), str(one.verdict), one.end_cause and str(one.end_cause), one.mover and str(one.mover))
        for one in found(*arguments, **named)
    ]


def test_he_comes_to_her_stays_and_goes_away():
    his = way((0, 3000, 0), (1800, 100, 0), (2400, 100, 0), (4200, 3000, 0), (4800, 3000, 0))
    [one] = found(his, stays(4800, every_s=15.0))
    assert (str(one.cause), str(one.verdict), str(one.end_cause)) == ("came_near", "confirmed", "apart")
    assert (str(one.mover), one.way) == ("wearer", None)
    # At 1000 m, and shown within a minute; over where he is 1000 m away again and a tenth of it.
    assert 1230_000 <= one.start_ms <= 1260_000 and one.confirmed_ms - one.start_ms <= 60_000
    assert 2950_000 <= one.end_ms <= 3050_000
    assert round(one.closest.distance_m) == 100
    assert [step.step for step in one.reasons] == ["suspected", "confirmed", "apart"]
    assert one.reasons[0].closing_mps == pytest.approx(1.61, abs=0.05)
    assert one.reasons[0].contact_s == pytest.approx(1000 / 1.61, rel=0.05)


def test_she_who_comes_to_him_is_told_as_her_coming():
    hers = way((0, 3000, 0), (1800, 100, 0), (3000, 100, 0))
    assert told(stays(3000), hers) == [("came_near", "confirmed", None, "protected")]


def test_both_come_to_each_other():
    his, hers = way((0, -2000, 0), (1400, -50, 0)), way((0, 2000, 0), (1400, 50, 0), every_s=20.0)
    assert told(his, hers) == [("came_near", "confirmed", None, "both")]


def test_two_cars_in_the_same_direction_on_a_motorway_are_no_siren():
    # He overtakes her over ten minutes: 33 m/s and 30 m/s, never more than 900 m apart.
    his, hers = way((0, -900, 0), (600, 18900, 0)), way((0, 0, 0), (600, 18000, 0), every_s=12.0)
    [one] = found(his, hers, now_s=601)
    assert (str(one.verdict), str(one.way), one.confirmed_ms) == ("suspected", "same_way", None)
    parted = [*his, *way((610, 18900, 300), (900, 18900, 9000))]
    [one] = found(parted, [*hers, *way((612, 18360, 0), (900, 27000, 0), every_s=12.0)])
    assert (str(one.verdict), str(one.way), str(one.end_cause)) == ("passed", "same_way", "apart")


def test_going_the_same_way_for_longer_than_chance_allows_is_a_siren():
    his, hers = way((0, 0, 0), (1800, 54000, 0)), way((5, 300, 0), (1800, 54150, 0))
    [one] = found(his, hers)
    assert (str(one.verdict), str(one.way)) == ("confirmed", "same_way")
    assert one.confirmed_ms - one.start_ms == pytest.approx(1_200_000, abs=15_000)


def test_a_short_halt_of_a_train_belongs_to_the_ride_and_a_long_one_does_not():
    ride = [(0, 0, 0), (300, 12000, 0), (360, 12000, 0), (660, 24000, 0)]
    his, hers = way(*ride), way(*((at_s, east_m + 60, north_m) for at_s, east_m, north_m in ride), every_s=15.0)
    assert [(str(one.verdict), str(one.way)) for one in found(his, hers)] == [("suspected", "same_way")]
    his, hers = (way((0, 0, 0), (300, 12000, 0), (600, 12000, 0), every_s=every_s) for every_s in (10.0, 15.0))
    [one] = found(his, hers)
    assert str(one.verdict) == "confirmed" and 300_000 + 120_000 <= one.confirmed_ms <= 300_000 + 150_000


def test_who_meet_in_opposite_directions_pass():
    his, hers = way((0, -9000, 0), (600, 9000, 0), every_s=30.0), way((0, 9000, 20), (600, -9000, 20), every_s=30.0)
    [one] = found(his, hers)
    assert (str(one.verdict), str(one.way), str(one.end_cause)) == ("passed", "other_ways", "apart")
    assert one.closest.distance_m < 30


def test_who_meet_between_two_fixes_a_minute_apart_are_found_at_their_closest():
    # Each fix of either shows them more than a kilometre apart: 66 m/s, and fixes half a minute after one another.
    his = way((0, -5940, 0), (360, 5940, 0), every_s=60.0)
    hers = way((0, 5940, 0), (360, -5940, 0), every_s=60.0)
    shown = [one for one in nearness(his, hers, POLICY) if one.at_ms % 60_000]
    assert shown == []
    his, hers = [one for one in his if one.at_ms != 180_000], [one for one in hers if one.at_ms != 180_000]
    [one] = found(his, hers)
    assert (one.closest.at_ms, str(one.verdict)) == (180_000, "passed")


def test_he_who_drives_past_her_house_passes_and_he_who_halts_there_does_not():
    past = way((0, -9000, 300), (600, 9000, 300))
    assert [(str(one.verdict), str(one.way)) for one in found(past, stays(600))] == [("passed", "wearer_passed")]
    halts = way((0, -9000, 300), (300, 0, 300), (600, 0, 300))
    [one] = found(halts, stays(600))
    assert str(one.verdict) == "confirmed" and one.confirmed_ms <= 340_000


def test_her_stale_position_is_unknown_and_never_far():
    his, hers = way((0, 3000, 0), (2400, 0, 0)), stays(600)
    assert max(one.at_ms for one in nearness(his, hers, POLICY)) <= 600_000 + POLICY.stale_ms
    assert found(his, hers) == ()
    # While they were near and she fell silent it ends as out of sight, at the last instant that both were known.
    [one] = found(stays(2400, 200), hers, now_s=2400)
    assert (str(one.verdict), str(one.end_cause)) == ("confirmed", "out_of_sight")
    assert 600_000 <= one.end_ms <= 600_000 + POLICY.stale_ms


def test_a_position_carried_on_is_doubted_more_the_older_it_is():
    samples = nearness(stays(200, 1100), way((0, 300, 0), (60, 0, 0)), POLICY)
    doubts_m = [one.sigma_m for one in samples if one.at_ms >= 60_000]
    assert doubts_m == sorted(doubts_m) and doubts_m[-1] > 5 * doubts_m[0]
    assert [one.chance for one in samples if one.at_ms > 60_000 and one.chance >= POLICY.confirm_chance] == []


def test_a_vague_position_shows_nothing():
    assert found(stays(600, 0.0, accuracy_m=3000.0), stays(600)) == ()
    [one] = found(stays(600, 700.0, accuracy_m=500.0), stays(600))
    assert str(one.verdict) == "suspected"


def test_who_stands_still_in_noise_or_keeps_his_distance_came_to_nobody():
    dice = random.Random(5)
    for _ in range(10):
        his, hers = (
            [fix(at_s, east_m + dice.gauss(0, 30), dice.gauss(0, 30), accuracy_m=45.0) for at_s in range(0, 1800, 15)]
            for east_m in (980.0, 0.0)
        )
        assert {str(one.mover) for one in found(his, hers)} == {"None"}
    # In one tram, or on one cycle path.
    [one] = found(way((0, -50, 0), (900, 7150, 0)), way((0, 0, 0), (900, 7200, 0)))
    assert (str(one.verdict), one.mover) == ("confirmed", None)


def test_great_doubt_ends_no_nearness_as_apart():
    hers = [*stays(600), *stays(1500, begins_s=610, accuracy_m=8000.0)]
    [one] = found(stays(1500, 100), hers)
    # He may still be beside her: that is not known any more, which is something else than over.
    assert (str(one.verdict), str(one.end_cause), one.end_ms) == ("confirmed", "out_of_sight", 600_000)
    assert [sample for sample in nearness(stays(1500, 100), hers, POLICY) if sample.is_apart] == []
    [soon] = found(
        stays(1500, 100), [*stays(600), *stays(800, begins_s=610, accuracy_m=8000.0), *stays(1500, begins_s=810)]
    )
    assert (str(soon.verdict), soon.end_ms) == ("confirmed", None)
    far = nearness(stays(1500, 40_000), hers, POLICY)
    assert {sample.is_apart for sample in far} == {True}


def test_one_wild_fix_is_nobodys_place():
    his = stays(600, 20_000)
    his[30] = fix(300, 0.0)
    assert found(his, stays(600)) == ()


def test_only_while_it_matters():
    his, hers = stays(1200, 100), stays(1200, every_s=15.0)
    [one] = found(his, hers, holds=[Span(300_000, 900_000)])
    assert (one.start_ms, one.end_ms, str(one.cause), str(one.end_cause)) == (
        300_000,
        900_000,
        "began",
        "no_longer_holds",
    )
    assert found(his, hers, holds=[]) == ()
    assert told(his, hers) == [("first_seen", "confirmed", None, None)]


def test_nothing_known_of_either_finds_nothing():
    assert nearness([], [], POLICY) == nearness(stays(60), [], POLICY) == nearness([], stays(60), POLICY) == []
    assert nearnesses([], ALWAYS, 0, POLICY) == ()
    assert chance_within(1000.0, 0.0, 1.0) == 1.0


@st.composite
def walks(draw):
    """Two people who wander about one another, at times together in a train, with gaps and errors."""
    dice = draw(st.randoms(use_true_random=False))
    return _walk(dice), _walk(dice)


def _walk(dice: random.Random):
    at_s, east_m, north_m, track = dice.randint(0, 30), dice.uniform(-3000, 3000), 0.0, []
    for _ in range(dice.randint(2, 40)):
        at_s += dice.choice((5, 10, 10, 15, 60, 60, 170, 400))
        east_m += dice.choice((0.0, dice.uniform(-100, 100), dice.uniform(-2500, 2500)))
        track.append(fix(at_s, east_m, north_m, accuracy_m=dice.choice((4.0, 12.0, 60.0, 900.0))))
    return track


@settings(max_examples=60)
@given(walks(), st.randoms(use_true_random=False))
def test_the_order_in_which_positions_are_given_changes_nothing(tracks, dice):
    his, hers = tracks
    expected = found(his, hers)
    assert [one.reasons for one in found(dice.sample(his, len(his)), dice.sample(hers, len(hers)))] == [
        one.reasons for one in expected
    ]
    assert all(one.start_ms <= two.start_ms for one, two in zip(expected, expected[1:], strict=False))


@settings(max_examples=60)
@given(walks())
def test_judging_from_where_nothing_was_under_way_finds_the_same(tracks):
    his, hers = tracks
    samples = nearness(his, hers, POLICY)
    evidence = Evidence(samples, POLICY)
    now_ms = samples[-1].at_ms if samples else 0
    whole = nearnesses(samples, ALWAYS, now_ms, POLICY)
    for place in settled_places(samples, POLICY):
        after = nearnesses(samples, ALWAYS, now_ms, POLICY, Start(place))
        assert after == tuple(one for one in whole if one.start_ms >= samples[place].at_ms)
    for one in whole:
        later = [
            place
            for place, sample in enumerate(samples)
            if sample.at_ms > max(one.confirmed_ms or 0, one.closest.at_ms, one.start_ms)
            and (one.end_ms is None or sample.at_ms < one.end_ms)
            and evidence.may_be_near(place)
            and not sample.is_apart
        ]
        for place in later:
            first, *_ = nearnesses(samples, ALWAYS, now_ms, POLICY, Start(place, one))
            assert (first, first.closest, first.reasons) == (one, one.closest, one.reasons)
