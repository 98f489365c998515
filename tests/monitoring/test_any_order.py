from collections import Counter
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from geo.episodes import episodes
from geo.track import Fix
from registry.alerts.models import Alert
from registry.monitoring.engine.known import episode_of
from registry.monitoring.models import EpisodeRecord, PingRow
from registry.monitoring.rules import EnginePolicy
from registry.orders.service import zones_of
from tests.monitoring.wearers import INSIDE, NOW_MS, circle, ping
from tests.world import NOW

AREAS = (circle(*INSIDE, radius_m=400), circle(52.0907, 5.1300, radius_m=400))
FROM_S = -7200
# A checkpoint with each turn, of one wearer at most.
SWEEPING = EnginePolicy(checkpoint_every_ms=0, least_swept=1)


@st.composite
def arrivals(draw):
    """Fixes by their second, the order in which they arrive (some twice), and where batches end and judges restart."""
    dice = draw(st.randoms(use_true_random=False))
    at_s, east_deg, track = FROM_S + 60, 0.004, {}
    for _ in range(draw(st.integers(8, 30))):
        at_s += dice.choice((3, 15, 15, 15, 40, 700))
        east_deg = dice.choice((east_deg, east_deg + dice.uniform(-0.0006, 0.0006), dice.uniform(-0.002, 0.02)))
        track[at_s] = ((INSIDE[0], round(INSIDE[1] + east_deg, 6)), dice.choice((4.0, 12.0, 60.0)))
    seconds = list(track)
    arriving = [*seconds, *dice.sample(seconds, draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        dice.shuffle(arriving)
    else:  # mostly in order, some late
        arriving.sort(key=lambda second: second + dice.choice((0, 0, 0, 0, 100, 2000)))
    cuts = {place for place in range(1, len(arriving)) if dice.random() < 0.4}
    restarts = draw(st.sets(st.integers(0, 10), max_size=2))
    return track, arriving, sorted({0, *cuts, len(arriving)}), restarts


def expected(field, person_id, track):
    with field.shared.database.reading() as session:
        zones = [found.zone for found in zones_of(session, [person_id])]
    assert len(zones) == 2
    fixes = [Fix(NOW_MS + at_s * 1000, *place, accuracy_m) for at_s, (place, accuracy_m) in track.items()]
    found = episodes(fixes, zones)
    return [(one, one.reasons) for one in found]


def live(field, person_id):
    of_person = select(EpisodeRecord).where(EpisodeRecord.person_id == person_id)
    return [one for one in field.rows(of_person) if one.status in ("open", "closed")]


def stood(records):
    found = [episode_of(record) for record in records]
    return sorted(((one, one.reasons) for one in found), key=lambda pair: pair[0].order)


@settings(max_examples=25)
@given(arrivals())
def test_any_order_of_arrival_any_batches_and_any_restarts_give_the_episodes_of_the_whole_track(field, arrival):
    track, arriving, cuts, restarts = arrival
    field.restart(SWEEPING)
    device = f"EB-{field.made}"
    wearer = field.wearer(device, *AREAS, begins=NOW + timedelta(seconds=FROM_S))
    person_id = UUID(wearer["personId"])
    outcomes = Counter()
    for number, (begin, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        if number in restarts:
            field.restart(SWEEPING)
        batch = [ping(at_s, track[at_s][0], device, accuracyM=track[at_s][1]) for at_s in arriving[begin:end]]
        answer = field.submit(*batch)
        outcomes.update(result["outcome"] for result in answer["results"])
    assert outcomes == Counter(accepted=len(track), duplicate=len(arriving) - len(track)) - Counter()
    found = live(field, person_id)
    assert stood(found) == expected(field, person_id, track)
    alerts = Counter(field.rows(select(Alert.subject_ref).where(Alert.subject_ref.like("episode:%"))))
    assert all(alerts[f"episode:{one.id}"] == 1 for one in found)
    assert all((one.breach_id is not None) >= (one.verdict == "confirmed") for one in found)
    assert field.count(PingRow, PingRow.judged.is_(False)) == 0
