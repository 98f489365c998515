from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import windows
from geo.columns import fixes_of
from geo.episodes import TrackState, advance
from geo.fleet import Fleet, Moves, Window
from geo.policy import METHOD
from geo.zones import Span
from tests.geo.samples import circle, tracks, zone, zones

HERE = circle(52.09, 5.12, 300.0)
THERE = circle(52.30, 5.12, 300.0)


def sigma_m(fix):
    return METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop)


def here(*slots, lat_deg=52.09):
    """One fix for each slot, at one place, without a fix before it."""
    places = np.full((len(slots), 2), (lat_deg, 5.12))
    return Moves(np.array(slots, dtype=np.intp), places, np.full((len(slots), 2), np.nan), np.full(len(slots), 290.0))


def by_wearer(batch):
    return {slot: [fix for at, fix in batch if at == slot] for slot in {slot for slot, _ in batch}}


def judged_fast(fleet, states, batch):
    fixes = fixes_of(batch).in_order()
    last = [state.previous for state in states]
    last_deg = np.array([(np.nan, np.nan) if one is None else (one.lat_deg, one.lon_deg) for one in last])
    watched = np.array([not state.is_quiet for state in states])
    before_deg = fixes.befores_deg(last_deg[fixes.slots])
    found = windows.judge(windows.Batch(fixes, before_deg, fleet, watched, METHOD), states.__getitem__)
    after = list(states)
    for slot, of_slot in by_wearer(batch).items():
        after[slot] = found[slot].state if slot in found else states[slot].passed(of_slot[-1], sigma_m(of_slot[-1]))
    return after, {slot: one.changes for slot, one in found.items() if one.changes}


def judged_plainly(zones_by_slot, states, batch):
    after, changes = list(states), {}
    for slot, fixes in by_wearer(batch).items():
        after[slot], changes[slot] = advance(states[slot], fixes, zones_by_slot[slot])
    return after, {slot: found for slot, found in changes.items() if found}


@settings(max_examples=60)
@given(
    zones_by_slot=st.lists(zones(), min_size=3, max_size=3),
    walks=st.lists(tracks(most=15), min_size=3, max_size=3),
    cuts=st.lists(st.integers(0, 45), max_size=4),
)
def test_the_fast_path_judges_as_the_plain_path_does(zones_by_slot, walks, cuts):
    everything = [(slot, fix) for slot, walk in enumerate(walks) for fix in walk]
    everything.sort(key=lambda pair: pair[1].order)
    fleet = Fleet.build(zones_by_slot)
    fast = plain = [TrackState()] * 3
    edges = sorted({0, len(everything), *(min(cut, len(everything)) for cut in cuts)})
    for begin, end in zip(edges, edges[1:], strict=False):
        fast, fast_changes = judged_fast(fleet, fast, everything[begin:end])
        plain, plain_changes = judged_plainly(zones_by_slot, plain, everything[begin:end])
        assert fast == plain
        assert fast_changes == plain_changes


@settings(max_examples=80)
@given(
    zones_by_slot=st.lists(zones(), min_size=2, max_size=2),
    walks=st.lists(tracks(most=25), min_size=2, max_size=2),
    wider=st.sampled_from([4.0, 20.0]),
    twice=st.booleans(),
    cuts=st.lists(st.integers(0, 50), max_size=3),
)
def test_who_roams_far_and_comes_back_is_judged_by_his_windows_as_by_his_whole_track(
    zones_by_slot, walks, wider, twice, cuts
):
    """Lines of kilometres over zones, gaps of hours, windows between two far fixes, two devices at once."""
    roaming = [[replace(fix, lon_deg=5.12 + wider * (fix.lon_deg - 5.12)) for fix in walk] for walk in walks]
    everything = [(slot, fix) for slot, walk in enumerate(roaming) for fix in walk]
    if twice:
        everything += [(slot, replace(fix, lat_deg=fix.lat_deg + 0.001)) for slot, fix in everything]
    everything.sort(key=lambda pair: pair[1].order)
    edges = sorted({0, len(everything), *(min(cut, len(everything)) for cut in cuts)})
    edges = [edge for edge in edges if edge in (0, len(everything)) or _moves_on(everything, edge)]
    fleet, fast, plain = Fleet.build(zones_by_slot), [TrackState()] * 2, [TrackState()] * 2
    for begin, end in zip(edges, edges[1:], strict=False):
        fast, fast_changes = judged_fast(fleet, fast, everything[begin:end])
        plain, plain_changes = judged_plainly(zones_by_slot, plain, everything[begin:end])
        assert fast == plain
        assert fast_changes == plain_changes


def _moves_on(everything, edge):
    """Fixes that share time and sequence are judged in one call."""
    former, latter = (everything[place][1] for place in (edge - 1, edge))
    return (former.at_ms, former.sequence) != (latter.at_ms, latter.sequence)


def test_only_the_stretch_near_a_zone_is_walked_through():
    far, near = 52.30, 52.0931
    lats_deg = [far, far, far, near, near, far, far]
    places = np.array([(lat_deg, 5.12) for lat_deg in lats_deg])
    batch = Moves(np.zeros(7, dtype=np.intp), places, places, np.full(7, 290.0))
    assert Fleet.build([[zone(HERE)]]).looks(batch, np.zeros(1, dtype=bool))[0].begin == 3
    assert Fleet.build([[zone(HERE)]]).looks(batch, np.zeros(1, dtype=bool))[0].end == 5


@given(zones_by_slot=st.lists(zones(), max_size=5), replacements=st.lists(st.tuples(st.integers(0, 7), zones())))
def test_a_replaced_fleet_is_the_fleet_built_anew(zones_by_slot, replacements):
    fleet, expected = Fleet.build(zones_by_slot), [tuple(of_one) for of_one in zones_by_slot]
    for slot, of_one in replacements:
        before = [fleet.zones_of(at) for at in range(len(fleet))]
        replaced = fleet.replaced(slot, of_one)
        assert [fleet.zones_of(at) for at in range(len(fleet))] == before
        expected += [()] * (slot + 1 - len(expected))
        expected[slot] = tuple(of_one)
        fleet = replaced
    assert [fleet.zones_of(at) for at in range(len(fleet))] == expected


def test_many_replacements_do_not_let_the_fleet_grow_without_end():
    fleet = Fleet.build([[zone(HERE)]] * 50)
    for number in range(1_000):
        fleet = fleet.replaced(number % 50, [zone(THERE)])
    assert [fleet.zones_of(slot)[0].shape for slot in range(50)] == [THERE] * 50
    fixes, rows = fleet.pairs(here(*range(50), lat_deg=52.30), np.zeros(50, dtype=bool))
    assert fixes.tolist() == list(range(50))
    assert rows.max() < 200


@pytest.mark.parametrize(
    ("kind", "watched", "expected"),
    [("exclusion", False, []), ("exclusion", True, [0]), ("inclusion", False, [0]), ("inclusion", True, [0])],
)
def test_far_away_only_a_duty_or_what_is_under_way_asks_for_an_exact_look(kind, watched, expected):
    fleet = Fleet.build([[zone(HERE, kind=kind)]])
    fixes, _ = fleet.pairs(here(0, lat_deg=52.5), np.array([watched]))
    assert fixes.tolist() == expected


def test_nobody_and_nothing_ask_for_no_look():
    assert Fleet.build([]).looks(here(), np.zeros(0, dtype=bool)) == {}
    assert Fleet.build([[], []]).looks(here(0, 1), np.zeros(2, dtype=bool)) == {}


def test_a_pair_names_the_row_of_its_zone():
    fleet = Fleet.build([[zone(HERE, name="A")], [zone(THERE, Span(5), name="B"), zone(HERE, name="C")]])
    fixes, rows = fleet.pairs(here(1, 0), np.zeros(2, dtype=bool))
    assert [(int(fix), fleet.zone(int(row)).id) for fix, row in zip(fixes, rows, strict=True)] == [(0, "C"), (1, "A")]


def test_a_line_that_meets_the_box_of_a_zone_asks_for_a_look_though_both_its_ends_lie_far_off():
    fleet = Fleet.build([[zone(HERE)]])
    through = Moves(np.array([0]), np.array([[52.12, 5.12]]), np.array([[52.06, 5.12]]), np.array([290.0]))
    past = Moves(np.array([0]), np.array([[52.12, 5.14]]), np.array([[52.06, 5.14]]), np.array([290.0]))
    assert fleet.looks(through, np.zeros(1, dtype=bool)) == {0: Window(0, 1, (fleet.zone(0),))}
    assert fleet.looks(past, np.zeros(1, dtype=bool)) == {}
