import random
from dataclasses import replace

import pytest

from bench.scenarios.playing import Run
from bench.scenarios.receiver import Receiver, sent
from bench.scenarios.running import missed_bars, tallies
from bench.scenarios.scene import Scene, banned, must_be_home
from bench.scenarios.service import Call
from bench.scenarios.stories import SCENES
from bench.scenarios.story import Sky, begins
from bench.scenarios.truth import known_s, visits
from bench.scenarios.verdict import verdict

STAYS = Scene("stays", [banned()], begins(-400).rests(3).walks_to(0, 0).rests(4), ["siren"])
PASSES = Scene("passes", [banned(400)], begins(-6_000).speeds_to(6_000, 0).rests(1), ["quiet"])
AWAY = Scene("away", [banned()], begins(-700).rests(6))
BACKLOG = Scene(
    "backlog",
    [banned()],
    begins(-400)
    .rests(3)
    .under(Sky.OFFLINE)
    .walks_to(0, 0)
    .rests(5)
    .walks_to(-400, 0)
    .rests(20)
    .under(Sky.OPEN)
    .rests(3),
    ["late"],
)


def call(run: Run, at_s: float, from_s: float, until_s: float | None, alert_class="zone_breach", priority=1) -> Call:
    end_ms = None if until_s is None else run.at_ms(until_s)
    return Call(run.device, alert_class, priority, run.at_ms(at_s), run.at_ms(from_s), end_ms)


def test_the_service_sirens_for_a_stay_not_for_a_passage_and_never_for_what_a_backlog_shows_to_be_over():
    found = tallies([STAYS, PASSES, AWAY, BACKLOG], seeds=2)
    assert [(tally.total("expected"), tally.total("found"), tally.total("false")) for tally in found] == [
        (2, 2, 0),
        (2, 2, 0),
        (0, 0, 0),
        (2, 2, 0),
    ]
    assert all(0.0 <= delay_s <= 60.0 for delay_s in found[0].delays_s)
    assert found[1].total("plain_false") == 2
    assert missed_bars(found) == []


def test_of_two_devices_her_walking_towards_him_is_a_siren_and_one_train_is_none():
    hers = begins(-1_600).rests(2).walks_to(-100, 0).rests(3)
    walks = Scene("she walks to him", [], begins(0).rests(25), ["siren"], hers=hers)
    ride = begins(-120).takes_the_train_to(13_880, 0).rests(1).takes_the_train_to(23_880, 0)
    train = Scene("one train", [], begins(0).takes_the_train_to(14_000, 0).rests(1), ["quiet"], hers=ride)
    found = tallies([walks, train], seeds=1)
    assert [(tally.total("found"), tally.total("false")) for tally in found] == [(1, 0), (1, 0)]
    assert all(0.0 <= delay_s <= 60.0 for delay_s in found[0].delays_s)
    assert found[1].total("plain_false") > 0
    assert missed_bars(found) == []


def test_every_script_says_what_is_expected_each_time_that_he_is_there():
    assert len({scene.name for scene in SCENES}) == len(SCENES) >= 35
    words = {scene.name: (len(scene.hears), len(visits(scene))) for scene in SCENES}
    assert {name: counts for name, counts in words.items() if counts[0] != counts[1]} == {}


def test_a_stay_of_which_nothing_is_told_misses_every_bar_and_one_told_quietly_is_not_found():
    run = Run.of(0, STAYS, 1)
    unheard = verdict(run, [])
    assert (unheard.found, unheard.unheard, unheard.is_complete) == (0, 1, False)
    quiet = verdict(run, [call(run, 300, 300, None, "zone_suspected", 3)])
    assert (quiet.found, quiet.unheard, quiet.is_complete) == (0, 0, False)


def test_a_late_siren_is_over_its_limit_and_a_second_one_and_one_elsewhere_are_false():
    run = Run.of(0, STAYS, 1)
    [visit] = visits(STAYS)
    known = known_s(visit, STAYS, run.messages)
    slow = verdict(run, [call(run, known + 75, known, None)])
    assert (slow.found, slow.delays_s, slow.over_s) == (1, (75.0,), pytest.approx(15.0, abs=4.0))
    twice = verdict(run, [call(run, known + 15, known, known + 90), call(run, known + 120, known + 110, None)])
    assert (twice.found, twice.false) == (1, 1)
    elsewhere = Run.of(0, AWAY, 1)
    assert verdict(elsewhere, [call(elsewhere, 100, 90, 120)]).false == 1
    assert verdict(elsewhere, [call(elsewhere, 100, 90, 120, "zone_suspected", 3)]).suspected == 1


def test_a_siren_for_who_only_passes_is_false_and_being_recorded_is_enough():
    run = Run.of(0, PASSES, 1)
    [visit] = visits(PASSES)
    assert verdict(run, [call(run, visit.from_s + 10, visit.from_s, visit.until_s)]).false == 1
    recorded = verdict(run, [call(run, visit.until_s + 10, visit.from_s, visit.until_s, "zone_passed", 3)])
    assert (recorded.found, recorded.false, recorded.suspected) == (1, 0, 0)


def test_a_device_sends_the_same_for_the_same_seed_and_other_errors_for_another():
    assert Run.of(0, STAYS, 3).messages == Run.of(7, STAYS, 3).messages
    assert Run.of(0, STAYS, 3).messages != Run.of(0, STAYS, 4).messages


def test_a_device_errs_as_far_as_it_says_and_its_errors_hang_together():
    story, dice = begins(0).rests(60 * 24), random.Random(5)
    seen = [one.seen for one in sent(story, Receiver(error_m=20.0, lost_share=0.0), dice) if one.seen is not None]
    off_m = [(east_m**2 + north_m**2) ** 0.5 for east_m, north_m in seen]
    assert sum(far_m <= 20.0 for far_m in off_m) / len(off_m) == pytest.approx(0.68, abs=0.06)
    steps_m = [abs(former[0] - latter[0]) for former, latter in zip(seen, seen[1:], strict=False)]
    sigma_m = Receiver(error_m=20.0).sigma_m
    assert sum(steps_m) / len(steps_m) < 0.75 * sigma_m  # 1.13 sigma for errors that have nothing to do with each other


def test_what_is_silent_sends_nothing_underground_no_place_and_offline_all_at_once_later():
    story = begins(0).rests(5).under(Sky.SILENT).rests(5).under(Sky.UNDERGROUND).rests(5).under(Sky.OFFLINE).rests(5)
    messages = sent(story.under(Sky.OPEN).rests(5), Receiver(lost_share=0.0), random.Random(1))
    assert not [one for one in messages if 300 <= one.at_s < 600]
    assert {one.seen for one in messages if 600 <= one.at_s < 900} == {None}
    assert {one.arrives_s for one in messages if 900 <= one.at_s < 1200} == {1205.0}
    assert all(one.arrives_s == one.at_s for one in messages if one.at_s >= 1200)


def test_away_from_home_counts_from_the_end_of_his_grace():
    left = Scene("left", [must_be_home()], begins(0).rests(10).walks_to(700, 0).rests(20), ["siren"])
    [visit] = visits(left)
    device = replace(left.device, lost_share=0.0)
    due_s = known_s(visit, left, sent(left.story, device, random.Random(1)))
    assert visit.from_s + 300.0 <= due_s <= visit.from_s + 315.0
