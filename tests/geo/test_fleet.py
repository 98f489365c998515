import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.episodes import TrackState, advance
from geo.fleet import Fleet, Moves
from geo.looking import reaches_m
from geo.policy import METHOD
from geo.zones import Span
from tests.geo.samples import circle, tracks, zone, zones

HERE = circle(52.09, 5.12, 300.0)
THERE = circle(52.30, 5.12, 300.0)


def moves(batch, states):
    """The fixes of a batch as the fleet wants them: in order of slot, each with the place before it."""
    last = {slot: state.previous for slot, state in enumerate(states)}
    before = []
    for slot, fix in batch:
        known = last[slot]
        before.append((np.nan, np.nan) if known is None else (known.lat_deg, known.lon_deg))
        last[slot] = TrackState().passed(fix, sigma_m(fix)).previous
    places = np.array([(fix.lat_deg, fix.lon_deg) for _, fix in batch]).reshape(-1, 2)
    sigmas_m = np.array([sigma_m(fix) for _, fix in batch])
    slots = np.array([slot for slot, _ in batch], dtype=np.intp)
    return Moves(slots, places, np.array(before).reshape(-1, 2), reaches_m(sigmas_m, METHOD.near_m))


def sigma_m(fix):
    return METHOD.accuracy.sigma_m(fix.accuracy_m, fix.hdop)


def here(*slots, lat_deg=52.09):
    """One fix for each slot, at one place, without a fix before it."""
    places = np.full((len(slots), 2), (lat_deg, 5.12))
    return Moves(np.array(slots, dtype=np.intp), places, np.full((len(slots), 2), np.nan), np.full(len(slots), 290.0))


def by_wearer(batch):
    return {slot: [fix for at, fix in batch if at == slot] for slot in {slot for slot, _ in batch}}


def judged_fast(fleet, states, batch):
    watched = np.array([not state.is_quiet for state in states])
    in_order = [pair for slot in sorted(by_wearer(batch)) for pair in batch if pair[0] == slot]
    looks = fleet.looks(moves(in_order, states), watched)
    after, changes = list(states), {}
    for slot, fixes in by_wearer(batch).items():
        if slot in looks:
            after[slot], changes[slot] = advance(states[slot], fixes, looks[slot])
        else:
            after[slot] = states[slot].passed(fixes[-1], sigma_m(fixes[-1]))
    return after, {slot: found for slot, found in changes.items() if found}


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
    assert fleet.looks(through, np.zeros(1, dtype=bool)) == {0: (fleet.zone(0),)}
    assert fleet.looks(past, np.zeros(1, dtype=bool)) == {}
