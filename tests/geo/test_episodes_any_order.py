import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.episode import ChangeKind, Verdict
from geo.episodes import Job, TrackState, advance, advance_all, collect, episodes, expire
from geo.track import Fix
from geo.zones import Span
from tests.geo.samples import polygon, tracks, zone, zones


def in_batches(track: list[Fix], cuts: list[int], given_zones):
    state, changes = TrackState(), []
    edges = sorted({0, len(track), *(cut % (len(track) + 1) for cut in cuts)})
    for begin, end in zip(edges, edges[1:], strict=False):
        state = TrackState.from_dict(json.loads(json.dumps(state.to_dict())))
        state, news = advance(state, track[begin:end], given_zones)
        changes += news
    return state, changes


def whole(found):
    return [(one, one.confirmed_ms, one.reasons) for one in found]


@settings(max_examples=60)
@given(track=tracks(), given_zones=zones(), cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_any_batching_gives_the_episodes_of_the_whole_track_with_the_same_reasons(track, given_zones, cuts):
    state, changes = in_batches(track, cuts, given_zones)
    found = episodes(track, given_zones)
    assert whole(collect(changes)) == whole(found)
    assert state.open == tuple(one for one in found if one.end_ms is None)


@settings(max_examples=60)
@given(track=tracks(), given_zones=zones(), seed=st.integers(0, 1000))
def test_any_order_of_arrival_and_any_order_of_zones_gives_the_same_episodes(track, given_zones, seed):
    shuffled = random.Random(seed).sample(track, len(track))
    assert whole(episodes(shuffled, given_zones[::-1])) == whole(episodes(track, given_zones))


@settings(max_examples=60)
@given(walks=st.lists(st.tuples(tracks(most=15), zones()), max_size=4))
def test_wearers_judged_side_by_side_come_out_as_each_alone(walks):
    together = advance_all([Job(TrackState(), track, given_zones) for track, given_zones in walks])
    alone = [advance(TrackState(), track, given_zones) for track, given_zones in walks]
    assert [(outcome.state, outcome.changes) for outcome in together] == alone


@settings(max_examples=60)
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


@settings(max_examples=60)
@given(track=tracks(), given_zones=zones(), cut=st.integers(0, 40))
def test_an_earlier_state_and_what_was_open_there_lead_to_the_same_episodes(track, given_zones, cut):
    state, begun = advance(TrackState(), track[:cut], given_zones)
    done = [episode for episode in collect(begun) if episode.end_ms is not None]
    _, rest = advance(state, track[cut:], given_zones)
    again = collect(rest, state.open)
    assert sorted([*done, *again], key=lambda episode: episode.order) == list(episodes(track, given_zones))


@settings(max_examples=60)
@given(track=tracks(), given_zones=zones(), cut=st.integers(0, 40))
def test_a_zone_that_is_learnt_later_can_be_judged_from_when_it_began(track, given_zones, cut):
    from_ms = track[cut].at_ms if cut < len(track) else 10**12
    later = [zone(polygon(52.09, 5.126, 300.0), Span(from_ms), name="later")]
    state, begun = advance(TrackState(), track[:cut], given_zones)
    _, rest = advance(state, track[cut:], [*given_zones, *later])
    assert collect([*begun, *rest]) == episodes(track, [*given_zones, *later])


@settings(max_examples=60)
@given(track=tracks(), given_zones=zones())
def test_every_episode_lies_in_a_time_its_zone_held_and_is_decided_when_it_ends(track, given_zones):
    by_key = {given_zone.key: given_zone for given_zone in given_zones}
    for episode in episodes(track, given_zones):
        held = by_key[episode.zone_key].held(episode.start_ms)
        assert held is not None
        if episode.end_ms is not None:
            assert episode.start_ms <= episode.end_ms
            assert held.until_ms is None or episode.end_ms <= held.until_ms
            assert episode.verdict is not Verdict.SUSPECTED
        if episode.confirmed_ms is not None:
            assert episode.start_ms <= episode.confirmed_ms
            assert episode.end_ms is None or episode.confirmed_ms <= episode.end_ms
