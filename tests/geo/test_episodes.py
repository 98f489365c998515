from dataclasses import replace

import pytest

from geo.episode import Cause, EndCause, Episode, Verdict
from geo.episodes import TrackState, advance, episodes
from geo.errors import TrackError
from geo.schedule import Schedule, Window
from geo.track import Fix
from geo.zones import Span, Zone
from tests.geo.samples import circle, zone
from tests.geo.walks import LON_M, fix, line, wandering

BAN = circle(52.09, 5.12, 300.0)
NIGHT = Schedule((Window((0, 1, 2, 3, 4, 5, 6), 20 * 60, 7 * 60),), (), "UTC")
IN, OUT = 0.0, 1000.0  # metres east of the middle of the ban


def walk(*steps: tuple[int, float]) -> list[Fix]:
    """Fixes at these seconds, so many metres east of the middle of the ban."""
    return [fix(at_s, east_m) for at_s, east_m in steps]


def told(found: tuple[Episode, ...]) -> list[tuple[float, float | None, str, str, str | None]]:
    return [
        (one.start_ms / 1000, one.end_ms and one.end_ms / 1000, one.cause, one.verdict, one.end_cause) for one in found
    ]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),
        ([(0, OUT), (60, OUT)], []),
        (
            [(0, OUT), (60, IN), (75, IN), (150, OUT)],
            [(60, 150, Cause.ENTERED, Verdict.CONFIRMED, EndCause.LEFT)],
        ),
        ([(0, IN)], [(0, None, Cause.FIRST_SEEN, Verdict.SUSPECTED, None)]),
        ([(0, OUT), (90, IN), (180, OUT)], [(90, 180, Cause.ENTERED, Verdict.PASSED, EndCause.LEFT)]),
        (
            [(0, IN), (15, IN), (120, OUT), (240, IN), (255, IN), (270, IN)],
            [
                (0, 120, Cause.FIRST_SEEN, Verdict.CONFIRMED, EndCause.LEFT),
                (240, None, Cause.ENTERED, Verdict.CONFIRMED, None),
            ],
        ),
    ],
)
def test_being_inside_a_ban_is_an_episode_and_a_stay_confirms_it(steps, expected):
    assert told(episodes(walk(*steps), [zone(BAN)])) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(0, IN), (600, IN)], []),
        (
            [(0, IN), (120, OUT), (300, OUT), (480, OUT), (600, IN), (615, IN)],
            [(120, 600, Cause.LEFT, Verdict.CONFIRMED, EndCause.RETURNED)],
        ),
        ([(0, IN), (120, OUT), (240, IN), (255, IN)], [(120, 240, Cause.LEFT, Verdict.PASSED, EndCause.RETURNED)]),
        ([(0, OUT), (301, OUT)], [(0, None, Cause.FIRST_SEEN, Verdict.CONFIRMED, None)]),
        (
            [(0, OUT), (400, OUT), (1200, OUT)],
            [(0, 1000, Cause.FIRST_SEEN, Verdict.CONFIRMED, EndCause.ZONE_ENDED)],
        ),
    ],
)
def test_being_away_from_where_he_must_be_is_an_episode_and_the_grace_confirms_it(steps, expected):
    assert told(episodes(walk(*steps), [zone(BAN, Span(0, 1_000_000), kind="inclusion")])) == expected


def test_a_zone_drawn_round_him_begins_its_episode_when_it_begins_to_hold():
    found = episodes(walk((10, IN), (50, IN), (90, IN), (105, IN), (200, OUT)), [zone(BAN, Span(60_000))])
    assert told(found) == [(60, 200, Cause.ZONE_BEGAN, Verdict.CONFIRMED, EndCause.LEFT)]


def test_before_a_ban_begins_and_from_its_end_on_nothing_is_an_episode():
    track = walk((0, IN), (49, IN), (100, IN), (101, IN))
    assert episodes(track, [zone(BAN, Span(50_000, 100_000))]) == ()


@pytest.mark.parametrize("east_m", [IN, OUT])
def test_a_ban_that_ends_around_him_ends_the_episode_at_its_own_end(east_m):
    found = episodes(walk((0, OUT), (100, IN), (115, IN), (200, east_m)), [zone(BAN, Span(0, 200_000))])
    assert told(found) == [(100, 200, Cause.ENTERED, Verdict.CONFIRMED, EndCause.ZONE_ENDED)]


def test_a_ban_that_is_extended_from_its_own_end_is_one_ban():
    found = episodes(walk((0, OUT), (60, IN), (150, IN)), [zone(BAN, Span(100_000, 200_000), Span(0, 100_000))])
    assert told(found) == [(60, None, Cause.ENTERED, Verdict.CONFIRMED, None)]


def test_a_schedule_that_pauses_ends_the_episode_and_the_next_window_opens_another():
    evening, morning, next_evening = 20 * 3600, 31 * 3600, 44 * 3600
    inside = [(at_s, IN) for at_s in range(evening + 600, next_evening + 600, 240)]
    found = episodes(walk((evening, OUT), *inside, (next_evening + 900, OUT)), [zone(BAN, schedule=NIGHT)])
    assert told(found) == [
        (evening + 600, morning, Cause.ENTERED, Verdict.CONFIRMED, EndCause.SCHEDULE_PAUSED),
        (next_evening, next_evening + 900, Cause.WINDOW_OPENED, Verdict.CONFIRMED, EndCause.LEFT),
    ]


def test_an_exemption_within_a_ban_ends_the_episode_and_what_follows_is_a_new_one():
    exempt = Schedule((), (Span(100_000, 200_000),), "Europe/Amsterdam")
    found = episodes(walk((50, IN), (65, IN), (150, IN), (250, IN), (265, IN)), [zone(BAN, schedule=exempt)])
    assert told(found) == [
        (50, 100, Cause.FIRST_SEEN, Verdict.CONFIRMED, EndCause.EXEMPTED),
        (200, None, Cause.EXEMPTION_ENDED, Verdict.CONFIRMED, None),
    ]


def test_two_versions_of_a_zone_that_follow_each_other_give_two_episodes():
    versions = [zone(BAN, Span(0, 100_000)), Zone("Z", 2, "exclusion", BAN, (Span(100_000),))]
    found = episodes(walk((50, IN), (65, IN), (100, IN), (115, IN), (300, OUT)), versions)
    assert [(one.zone_version, one.start_ms, one.end_ms) for one in found] == [
        (1, 50_000, 100_000),
        (2, 100_000, 300_000),
    ]


def test_fixes_at_one_instant_come_out_alike_in_any_order():
    tied = [fix(5, IN), fix(5, OUT), fix(90, OUT)]
    assert episodes(tied, [zone(BAN)]) == episodes(tied[::-1], [zone(BAN)])


def test_who_drives_through_is_recorded_and_not_confirmed_and_who_slows_down_inside_is():
    motorway = [(at_s, -1500.0 + 30.0 * at_s) for at_s in range(0, 101, 10)]
    [through] = episodes(walk(*motorway), [zone(circle(52.09, 5.12, 400.0))])
    assert (through.verdict, through.confirmed_ms) == (Verdict.PASSED, None)
    stops = [*motorway[:6], (60, 20.0), (70, 20.0)]
    [stays] = episodes(walk(*stops), [zone(circle(52.09, 5.12, 400.0))])
    assert (stays.verdict, stays.confirmed_ms) == (Verdict.CONFIRMED, 70_000)


def test_who_keeps_driving_inside_for_long_is_confirmed_all_the_same():
    rounds = [(at_s, 1500.0 * (-1) ** (at_s // 50 % 2) * (at_s % 50 / 25 - 1)) for at_s in range(0, 300, 10)]
    [found] = episodes(walk(*rounds), [zone(circle(52.09, 5.12, 5000.0))])
    assert found.verdict is Verdict.CONFIRMED
    assert found.confirmed_ms >= 120_000


def test_a_line_straight_through_a_narrow_zone_between_two_fixes_is_found_and_one_past_it_is_not():
    street = circle(52.09, 5.12, 60.0)
    drive = [(at_s, -700.0 + 20.0 * at_s) for at_s in (0, 15, 30, 40, 55, 70)]  # 100 m short of it, and 100 m past it
    [found] = episodes([fix(at_s, east_m, 5.0) for at_s, east_m in drive], [zone(street)])
    assert (found.cause, found.verdict, found.end_cause) == (Cause.CROSSED, Verdict.PASSED, EndCause.LEFT)
    assert 30_000 < found.start_ms < found.end_ms < 40_000
    assert episodes([fix(at_s, east_m, 75.0) for at_s, east_m in drive], [zone(street)]) == ()


def test_a_still_receiver_that_wanders_raises_no_siren_where_counting_fixes_raises_many():
    plain = sirens = 0
    for seed in range(8):
        track = wandering(line((325.0, 960)), sigma_m=20.0, every_s=15, seed=seed)  # four hours, 25 m from the edge
        sides = [BAN.covers(one.lat_deg, one.lon_deg) for one in track]
        plain += sum(not former and latter for former, latter in zip(sides, sides[1:], strict=False))
        sirens += sum(one.verdict is Verdict.CONFIRMED for one in episodes(track, [zone(BAN)]))
    assert plain > 150
    assert sirens == 0


@pytest.mark.parametrize(
    ("sigma_m", "every_s", "within_s"),
    [
        (5.0, 1, 45),
        (5.0, 5, 45),
        (5.0, 10, 45),
        (5.0, 15, 45),
        (15.0, 15, 60),
        (26.0, 15, 90),
        (5.0, 60, 120),
        (15.0, 60, 120),
    ],
)
def test_who_walks_in_is_confirmed_in_time(sigma_m, every_s, within_s):
    steps = int(500 / 1.4 / every_s)
    for seed in range(6):
        way = line((500.0, 20), (0.0, steps), (0.0, 10))
        [found] = [
            one for one in episodes(wandering(way, sigma_m, every_s, seed), [zone(BAN)]) if one.verdict == "confirmed"
        ]
        first_inside_s = next(number for number, east_m in enumerate(way) if east_m <= 300.0) * every_s
        assert -every_s <= found.confirmed_ms / 1000 - first_inside_s <= within_s


def test_one_leap_of_the_receiver_into_a_ban_and_back_confirms_nothing():
    at_home = [(at_s, 400.0) for at_s in range(0, 600, 15)]
    track = walk(*at_home, (600, 100.0), (615, 400.0), (630, 400.0), (645, 400.0))
    assert all(one.verdict is not Verdict.CONFIRMED for one in episodes(track, [zone(BAN)]))


@pytest.mark.parametrize("far_m", [60.0, 80.0, 110.0, 200.0, 300.0])
def test_a_reflection_that_lasts_most_of_a_minute_is_no_siren_to_who_has_long_been_at_rest_outside(far_m):
    sirens = 0
    for seed in range(4):
        track = wandering(line((340.0, 720)), sigma_m=6.0, every_s=15, seed=seed)  # three hours, 40 m from the edge
        thrown = [
            replace(one, lon_deg=one.lon_deg - far_m / LON_M) if number % 40 in (30, 31, 32) else one
            for number, one in enumerate(track)
        ]
        sirens += sum(one.verdict is Verdict.CONFIRMED for one in episodes(thrown, [zone(BAN)]))
    assert sirens <= 1  # of 72 leaps


def test_who_was_known_by_the_mast_only_is_confirmed_soon_after_the_sky_opens():
    for seed in range(6):
        coarse = wandering(line((700.0, 4), (0.0, 30)), 350.0, 15, seed, correlation_s=180.0)
        begins_s = len(coarse) * 15
        clear = [fix(begins_s + at_s, -50.0, accuracy_m=10.0) for at_s in range(0, 90, 15)]
        stays = [one for one in episodes([*coarse, *clear], [zone(BAN)]) if one.verdict is Verdict.CONFIRMED]
        assert [one.confirmed_ms / 1000 - begins_s <= 60 for one in stays] == [True]


def test_who_is_believed_only_later_to_be_where_he_leapt_to_has_been_there_since_the_leap():
    at_home = [(at_s, 420.0) for at_s in range(0, 900, 15)]
    leap = walk(*at_home, *((at_s, 0.0) for at_s in range(900, 1200, 15)))
    [found] = episodes(leap, [zone(BAN)])
    assert found.reasons[0].at_ms > 900_000
    assert (found.start_ms, found.verdict) == (900_000, Verdict.CONFIRMED)


def test_a_single_fix_that_is_certain_confirms_who_has_been_suspected_and_not_who_drives():
    slow = walk((0, OUT), (60, 290.0), (75, 200.0))
    [found] = episodes(slow, [zone(BAN)])
    assert [reason.sure_fixes for reason in found.reasons] == [0, 1]
    assert found.confirmed_ms == 75_000
    fast = walk((0, OUT), (15, 305.0), (30, -100.0))
    [found] = episodes(fast, [zone(BAN)])
    assert found.verdict is Verdict.SUSPECTED


def test_a_fix_by_the_mobile_network_on_the_zone_says_next_to_nothing():
    coarse = [fix(at_s, 0.0, accuracy_m=1500.0) for at_s in range(0, 300, 15)]
    assert episodes(coarse, [zone(BAN)]) == ()
    at_home = [fix(at_s, 900.0, accuracy_m=8.0) for at_s in range(0, 300, 15)]
    later = [fix(300 + at_s, 0.0, accuracy_m=1500.0) for at_s in range(0, 300, 15)]
    assert episodes([*at_home, *later], [zone(BAN)]) == ()


def test_every_step_keeps_the_numbers_it_rests_on():
    [found] = episodes(walk((0, OUT), (60, 250.0), (75, 240.0), (150, OUT)), [zone(BAN)])
    assert [reason.step for reason in found.reasons] == ["suspected", "confirmed", "left"]
    confirmed = found.reasons[1]
    assert (confirmed.at_ms, confirmed.sigma_m, confirmed.sure_fixes) == (75_000, 10.0, 2)
    assert confirmed.distance_m == pytest.approx(-60.0, abs=0.5)
    assert confirmed.estimate_m < 0 and confirmed.chance >= 0.95


def test_a_late_fix_is_refused_and_names_the_way_out():
    state, _ = advance(TrackState(), walk((10, OUT)), [])
    for late_s in (9, 10):
        with pytest.raises(TrackError, match="earlier one"):
            advance(state, walk((late_s, IN)), [])
    assert advance(state, [Fix(10_000, 52.09, 5.12, sequence=1)], [])[0].last == (10_000, 1)


def test_fixes_out_of_order_a_zone_given_twice_or_left_out_are_refused():
    with pytest.raises(TrackError, match="not in order"):
        advance(TrackState(), walk((2, IN), (1, IN)), [])
    with pytest.raises(TrackError, match="twice"):
        advance(TrackState(), [], [zone(BAN), zone(BAN)])
    state, _ = advance(TrackState(), walk((2, IN)), [zone(BAN)])
    with pytest.raises(TrackError, match="open episode"):
        advance(state, walk((3, IN)), [])


def test_of_a_wearer_far_from_every_edge_a_state_holds_nothing_but_the_last_fix():
    state, _ = advance(TrackState(), walk((2, OUT)), [zone(BAN)])
    assert state.is_quiet
    assert state.previous == TrackState().passed(fix(2, OUT), 10.0).previous


@pytest.mark.parametrize(
    "document",
    [{"last": 5, "open": []}, {"last": None, "previous": {}, "sight": None, "standings": []}],
)
def test_what_is_no_state_is_refused(document):
    with pytest.raises(TrackError):
        TrackState.from_dict(document)
