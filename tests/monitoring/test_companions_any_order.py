"""However the positions of both come in, the same stretches of nearness stand in the end."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo.nearing import nearnesses
from geo.pair import nearness
from geo.policy import PairPolicy
from geo.spans import Span
from geo.track import Fix
from registry.alerts.models import Alert
from registry.monitoring.companions.models import NearnessRecord
from tests.monitoring.pairs import Two, at
from tests.monitoring.wearers import NOW_MS, ping
from tests.world import NOW

FROM_S = -7200


@pytest.fixture
def two(field):
    return Two.of(field)


def walk(dice):
    """Fixes by their second: a place and an accuracy."""
    at_s, east_m, track = FROM_S + dice.randint(0, 900), dice.uniform(-1500, 1500), {}
    for _ in range(dice.randint(4, 22)):
        at_s += dice.choice((5, 15, 15, 60, 60, 170, 200, 700))
        nearby = (east_m, east_m + dice.uniform(-80, 80), dice.uniform(-3000, 3000), east_m + 1500)
        east_m = dice.choice((*nearby, *nearby, dice.uniform(-60_000, 60_000)))
        if at_s <= 0:
            track[at_s] = (at(round(east_m, 1)), dice.choice((4.0, 12.0, 60.0, 700.0)))
    return track


@st.composite
def arrivals(draw):
    """The tracks of both, the order in which their fixes arrive, where batches end, and where the judge restarts."""
    dice = draw(st.randoms(use_true_random=False))
    tracks = {"his": walk(dice), "hers": walk(dice)}
    arriving = [(whose, at_s) for whose, track in tracks.items() for at_s in track]
    if draw(st.booleans()):
        dice.shuffle(arriving)
    else:  # mostly in order, one of the two often late
        late_s = {"his": dice.choice((0, 100)), "hers": dice.choice((0, 400, 3000))}
        arriving.sort(key=lambda one: one[1] + dice.choice((0, 0, late_s[one[0]])))
    cuts = {place for place in range(1, len(arriving)) if dice.random() < 0.5}
    restarts = draw(st.sets(st.integers(0, 10), max_size=2))
    return tracks, arriving, sorted({0, *cuts, len(arriving)}), restarts


def expected(tracks, from_ms):
    his, hers = (
        [Fix(NOW_MS + at_s * 1000, *place, accuracy_m) for at_s, (place, accuracy_m) in tracks[whose].items()]
        for whose in ("his", "hers")
    )
    return list(nearnesses(nearness(his, hers, PairPolicy()), [Span(from_ms)], NOW_MS, PairPolicy()))


@settings(max_examples=12)
@given(arrivals())
def test_any_order_of_arrival_of_both_gives_the_stretches_of_the_whole_tracks(two, arrival):
    tracks, arriving, cuts, restarts = arrival
    device, hers = f"EB-{two.field.made}-x", f"SA-{two.field.made}-x"
    number = two.number = two.field.order()
    assert two.field.couple(device, number, begins=NOW + timedelta(seconds=FROM_S)).status_code == 201
    companion_id = UUID(two.consented(device=hers)["id"])
    outcomes = Counter()
    for place, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        if place in restarts:
            two.field.restart()
        for whose, name in (("his", device), ("hers", hers)):
            batch = [
                ping(at_s, tracks[whose][at_s][0], name, accuracyM=tracks[whose][at_s][1])
                for one, at_s in arriving[begin:end]
                if one == whose
            ]
            outcomes.update(two.submit(batch, hers=whose == "hers") if batch else [])
    assert outcomes == Counter(accepted=len(arriving)) - Counter()
    found = two.live(companion_id)
    assert found == expected(tracks, NOW_MS + FROM_S * 1000)
    records = two.field.rows(select(NearnessRecord.id).where(NearnessRecord.companion_id == companion_id))
    alerts = Counter(two.field.rows(select(Alert.subject_ref).where(Alert.subject_ref.like("nearness:%"))))
    assert all(alerts[f"nearness:{one}"] == 1 for one in records)
