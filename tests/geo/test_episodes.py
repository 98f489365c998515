import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.episodes import Cause, ChangeKind, EndCause, Episode, TrackState, advance, collect, episodes, expire
from geo.errors import TrackError
from geo.schedule import Schedule, Window
from geo.track import Fix
from geo.zones import Span
from tests.geo.samples import HOUR_MS, circle, tracks, zone, zones

INSIDE, OUTSIDE = 52.09, 52.20
BAN = circle(52.09, 5.12, 300.0)
NIGHT = Schedule((Window((0, 1, 2, 3, 4, 5, 6), 20 * 60, 7 * 60),), (), "UTC")


def walk(*steps: tuple[int, float]) -> list[Fix]:
    return [Fix(at_ms, lat_deg, 5.12) for at_ms, lat_deg in steps]


def told(found: tuple[Episode, ...]) -> list[tuple[int, int | None, str, str | None]]:
    return [(episode.start_ms, episode.end_ms, episode.cause, episode.end_cause) for episode in found]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], []),
        ([(1, OUTSIDE), (2, OUTSIDE)], []),
        ([(1, OUTSIDE), (2, INSIDE), (3, INSIDE), (4, OUTSIDE)], [(2, 4, Cause.ENTERED, EndCause.LEFT)]),
        ([(1, INSIDE)], [(1, None, Cause.INSIDE_AT_START, None)]),
        (
            [(1, INSIDE), (2, OUTSIDE), (3, INSIDE)],
            [(1, 2, Cause.INSIDE_AT_START, EndCause.LEFT), (3, None, Cause.ENTERED, None)],
        ),
    ],
)
def test_being_inside_a_ban_is_an_episode_until_the_first_fix_outside(steps, expected):
    assert told(episodes(walk(*steps), [zone(BAN)])) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(1, INSIDE)], []),
        ([(1, OUTSIDE), (2, INSIDE)], [(1, 2, Cause.OUTSIDE_REQUIRED, EndCause.RETURNED)]),
        ([(1, INSIDE), (5, OUTSIDE)], [(5, None, Cause.OUTSIDE_REQUIRED, None)]),
        ([(1, OUTSIDE), (200, OUTSIDE)], [(1, 100, Cause.OUTSIDE_REQUIRED, EndCause.ZONE_ENDED)]),
    ],
)
def test_being_outside_a_duty_is_an_episode_until_he_returns(steps, expected):
    assert told(episodes(walk(*steps), [zone(BAN, Span(0, 100), kind="inclusion")])) == expected


def test_a_ban_that_begins_around_him_finds_him_inside_at_its_start():
    found = episodes(walk((10, INSIDE), (60, INSIDE), (70, OUTSIDE)), [zone(BAN, Span(50))])
    assert told(found) == [(60, 70, Cause.INSIDE_AT_START, EndCause.LEFT)]


def test_before_a_ban_begins_and_from_its_end_on_nothing_is_an_episode():
    track = walk((49, INSIDE), (100, INSIDE), (101, INSIDE))
    assert episodes(track, [zone(BAN, Span(50, 100))]) == ()


def test_a_ban_that_ends_around_him_ends_the_episode_at_its_own_end():
    found = episodes(walk((40, OUTSIDE), (60, INSIDE), (500, INSIDE)), [zone(BAN, Span(0, 100))])
    assert told(found) == [(60, 100, Cause.ENTERED, EndCause.ZONE_ENDED)]


@pytest.mark.parametrize("lat_deg", [INSIDE, OUTSIDE])
def test_a_fix_at_the_very_end_of_a_ban_comes_after_it(lat_deg):
    found = episodes(walk((40, OUTSIDE), (60, INSIDE), (100, lat_deg)), [zone(BAN, Span(0, 100))])
    assert told(found) == [(60, 100, Cause.ENTERED, EndCause.ZONE_ENDED)]


def test_a_ban_that_is_extended_from_its_own_end_is_one_ban():
    found = episodes(walk((40, OUTSIDE), (60, INSIDE), (150, INSIDE)), [zone(BAN, Span(100, 200), Span(0, 100))])
    assert told(found) == [(60, None, Cause.ENTERED, None)]


def test_a_schedule_that_pauses_ends_the_episode_and_the_next_window_opens_another():
    evening, morning, next_evening = 21 * HOUR_MS, 31 * HOUR_MS, 45 * HOUR_MS
    track = walk((1, OUTSIDE), (evening, INSIDE), (next_evening, INSIDE), (next_evening + 5, OUTSIDE))
    assert told(episodes(track, [zone(BAN, schedule=NIGHT)])) == [
        (evening, morning, Cause.INSIDE_AT_START, EndCause.SCHEDULE_PAUSED),
        (next_evening, next_evening + 5, Cause.INSIDE_AT_START, EndCause.LEFT),
    ]


def test_an_exemption_within_a_ban_ends_the_episode_and_what_follows_is_a_new_one():
    exempt = Schedule((), (Span(100, 200),), "Europe/Amsterdam")
    found = episodes(walk((50, INSIDE), (150, INSIDE), (250, INSIDE)), [zone(BAN, schedule=exempt)])
    assert told(found) == [
        (50, 100, Cause.INSIDE_AT_START, EndCause.SCHEDULE_PAUSED),
        (250, None, Cause.INSIDE_AT_START, None),
    ]


def test_two_versions_of_a_zone_that_follow_each_other_give_two_episodes():
    versions = [zone(BAN, Span(0, 100)), type(zone(BAN))("Z", 2, "exclusion", BAN, (Span(100),))]
    found = episodes(walk((50, INSIDE), (100, INSIDE), (150, OUTSIDE)), versions)
    assert [(episode.zone_version, episode.start_ms, episode.end_ms) for episode in found] == [
        (1, 50, 100),
        (2, 100, 150),
    ]


def test_fixes_at_one_instant_come_out_alike_in_any_order():
    tied = [Fix(5, INSIDE, 5.12), Fix(5, OUTSIDE, 5.12), Fix(9, OUTSIDE, 5.12)]
    assert episodes(tied, [zone(BAN)]) == episodes(tied[::-1], [zone(BAN)])


def in_batches(track: list[Fix], cuts: list[int], given_zones):
    state, changes = TrackState(), []
    edges = sorted({0, len(track), *(cut % (len(track) + 1) for cut in cuts)})
    for begin, end in zip(edges, edges[1:], strict=False):
        state = TrackState.from_dict(json.loads(json.dumps(state.to_dict())))
        state, news = advance(state, track[begin:end], given_zones)
        changes += news
    return state, changes


@given(track=tracks(), given_zones=zones(), cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_any_batching_gives_the_episodes_of_the_whole_track(track, given_zones, cuts):
    state, changes = in_batches(track, cuts, given_zones)
    whole = episodes(track, given_zones)
    assert collect(changes) == whole
    assert state.open == tuple(episode for episode in whole if episode.end_ms is None)


@given(track=tracks(), given_zones=zones(), seed=st.integers(0, 1000))
def test_any_order_of_arrival_and_any_order_of_zones_gives_the_same_episodes(track, given_zones, seed):
    shuffled = random.Random(seed).sample(track, len(track))
    assert episodes(shuffled, given_zones[::-1]) == episodes(track, given_zones)


@given(track=tracks(), given_zones=zones(), cut=st.integers(0, 40))
def test_expiring_before_the_next_fix_changes_no_episode(track, given_zones, cut):
    state, begun = advance(TrackState(), track[:cut], given_zones)
    next_ms = track[cut].at_ms if cut < len(track) else 10**12
    expired, ended = expire(state, given_zones, next_ms)
    _, rest = advance(expired, track[cut:], given_zones)
    _, plain_rest = advance(state, track[cut:], given_zones)
    if cut < len(track):
        assert collect([*begun, *ended, *rest]) == collect([*begun, *plain_rest])
    assert all(change.kind is ChangeKind.CLOSED for change in ended)


@given(track=tracks(), given_zones=zones(), cut=st.integers(0, 40))
def test_an_earlier_state_and_what_was_open_there_lead_to_the_same_episodes(track, given_zones, cut):
    state, begun = advance(TrackState(), track[:cut], given_zones)
    done = [episode for episode in collect(begun) if episode.end_ms is not None]
    _, rest = advance(state, track[cut:], given_zones)
    again = collect(rest, state)
    assert sorted([*done, *again], key=lambda episode: episode.order) == list(episodes(track, given_zones))


@given(track=tracks(), given_zones=zones())
def test_every_episode_lies_in_a_time_its_zone_held(track, given_zones):
    by_key = {given_zone.key: given_zone for given_zone in given_zones}
    for episode in episodes(track, given_zones):
        held = by_key[episode.zone_key].held(episode.start_ms)
        assert held is not None
        if episode.end_ms is not None:
            assert episode.start_ms <= episode.end_ms
            assert held.until_ms is None or episode.end_ms <= held.until_ms


def test_a_late_fix_is_refused_and_names_the_way_out():
    state, _ = advance(TrackState(), walk((10, OUTSIDE)), [])
    for late in (9, 10):
        with pytest.raises(TrackError, match="earlier one"):
            advance(state, walk((late, INSIDE)), [])
    assert advance(state, [Fix(10, INSIDE, 5.12, sequence=1)], [])[0].last == (10, 1)


def test_fixes_out_of_order_a_zone_given_twice_or_left_out_are_refused():
    with pytest.raises(TrackError, match="not in order"):
        advance(TrackState(), walk((2, INSIDE), (1, INSIDE)), [])
    with pytest.raises(TrackError, match="twice"):
        advance(TrackState(), [], [zone(BAN), zone(BAN)])
    state, _ = advance(TrackState(), walk((2, INSIDE)), [zone(BAN)])
    with pytest.raises(TrackError, match="open episode"):
        advance(state, walk((3, INSIDE)), [])


def test_a_state_holds_no_position():
    state, _ = advance(TrackState(), walk((2, INSIDE)), [zone(BAN)])
    assert "52.0" not in json.dumps(state.to_dict())
    assert "5.12" not in json.dumps(state.to_dict())


@pytest.mark.parametrize("document", [{"last": 5, "open": []}, {"last": None, "open": None}])
def test_what_is_no_state_is_refused(document):
    with pytest.raises(TrackError):
        TrackState.from_dict(document)
