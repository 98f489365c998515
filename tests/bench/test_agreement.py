from dataclasses import replace

import pytest

from bench import agreement
from geo.episode import Cause, Episode, Verdict
from geo.episodes import episodes
from geo.track import Fix

TRACK = [Fix(number * 15_000, 52.0, 5.0) for number in range(100)]


def stay(start: int, end: int, zone_id="Utrecht", verdict=Verdict.CONFIRMED) -> Episode:
    return Episode(zone_id, 1, start * 15_000, end * 15_000, Cause.ENTERED, verdict)


def test_a_stay_agrees_with_one_whose_ends_are_at_most_two_fixes_off_and_each_only_once():
    clean = [stay(10, 20), stay(40, 50), stay(60, 70), stay(80, 90)]
    found = [stay(12, 19), stay(40, 53), stay(60, 70, "Amsterdam"), stay(80, 90), stay(80, 90)]
    told = agreement.compared(clean, found, TRACK, only_stays=True)
    assert (told.clean, told.agree, told.extra, told.worst_fixes) == (4, 2, 3, 2)


def test_passages_count_only_among_all_episodes():
    clean = [stay(10, 20), stay(40, 41, verdict=Verdict.PASSED)]
    stays, every = (agreement.compared(clean, [stay(10, 20)], TRACK, only_stays=only) for only in (True, False))
    assert (stays.clean, stays.agree, every.clean, every.agree) == (1, 1, 2, 1)


def test_a_disturbed_track_lost_a_fifth_comes_up_to_an_hour_late_and_partly_twice():
    left, sent = agreement.disturbed(TRACK * 20, 1)
    assert 0.75 < len(left) / 2_000 < 0.85
    assert 0.03 < len(sent) / len(left) - 1 < 0.07
    assert sent == sorted(sent, key=lambda one: one[0]) != sorted(sent, key=lambda one: one[1].order)
    assert all(0 <= arrives_ms - fix.at_ms <= 3_600_000 for arrives_ms, fix in sent)


@pytest.mark.skipif(not agreement.TRACKS.exists(), reason="the shared data folder holds no gps/utrecht_phones.csv.gz")
@pytest.mark.skipif(not agreement.BOUNDARIES.exists(), reason="the shared data folder holds no boundaries")
def test_the_stays_of_a_real_phone_agree_after_loss_shuffling_and_duplicates_through_the_service():
    phone = next(one for one in agreement.phones() if one.name == "Utrecht1")
    phone = replace(phone, track=phone.track[:40_000])
    left, sent = agreement.disturbed(phone.track, 1)
    clean, found = episodes(phone.track, phone.zones), agreement.judged(phone, sent)
    told = agreement.compared(clean, found, left, only_stays=True)
    assert told.clean >= 5
    assert (told.agree, told.extra) == (told.clean, 0)
